import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseModel, baseModels, type ModelFolder } from '@stroma/learn/onnx';
import { fail } from '../../platform/failure.ts';

const folderAt = (root: string): ModelFolder => ({
  async list() {
    try {
      const found = await readdir(root, { recursive: true, withFileTypes: true });
      return found
        .filter((each) => each.isFile())
        .map(({ name, parentPath }) => join(parentPath, name).slice(root.length + 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
  read: async (path) => new Uint8Array(await readFile(join(root, path))),
});

/** In a thread: what was put into the folder, and why some of it is none. */
export const readBaseModels = (root: string) => baseModels(folderAt(root));

/** Throws NOT_FOUND naming those there are. */
export async function findBaseModel(root: string, name: string): Promise<BaseModel> {
  const { models } = await readBaseModels(root);
  return (
    models.find(({ card }) => card.name === name) ??
    fail(
      'NOT_FOUND',
      `There is no base model "${name}". ${
        models.length === 0
          ? 'None was put beside this server.'
          : `There are ${models
              .map(({ card }) => card.name)
              .slice(0, 20)
              .join(', ')}.`
      }`,
      { name },
    )
  );
}
