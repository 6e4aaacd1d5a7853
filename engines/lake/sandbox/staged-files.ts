import { constants } from 'node:fs';
import { chmod, copyFile, link, realpath, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';
import type { TableFile } from './query-engine.ts';
import type { SqlSource } from './sql-engine.ts';

const maxCopies = 16;

/**
 * Puts Parquet files into a query process's folder under names that tell nothing, so that it reads them there
 * whatever folders lie above: as hard links where the file is on the same disk and readable to the process's
 * user, otherwise as copies (kept, so a file is copied once), or as symbolic links where the process has the
 * rights of this one.
 */
export class StagedFiles {
  readonly #copyFolder: string;
  readonly #separateUser: boolean;
  readonly #copies = new Map<string, Promise<string>>();

  constructor(copyFolder: string, separateUser: boolean) {
    this.#copyFolder = copyFolder;
    this.#separateUser = separateUser;
  }

  /** @throws StromaError NOT_FOUND when a source's file is not there. */
  async stage(sources: readonly SqlSource[], folder: string): Promise<TableFile[]> {
    return Promise.all(
      sources.map(async ({ name, path, more = [], restriction, filters }, index) => {
        const file = `${index}.parquet`;
        await this.#put(await this.#locate(name, path), join(folder, file));
        const others = more.map((_, part) => `${index}-${part + 1}.parquet`);
        for (const [part, other] of others.entries())
          await this.#put(await this.#locate(name, more[part] ?? ''), join(folder, other));
        return { name, file, more: others, restriction, filters };
      }),
    );
  }

  async unstage(tables: readonly TableFile[], folder: string): Promise<void> {
    const files = tables.flatMap(({ file, more = [] }) => [file, ...more]);
    await Promise.all(files.map((file) => rm(join(folder, file), { force: true })));
  }

  async #locate(name: string, path: string): Promise<string> {
    try {
      return await realpath(path);
    } catch (error) {
      throw new StromaError(
        'NOT_FOUND',
        `The file of table "${name}" is no longer there.`,
        { table: name },
        { cause: error },
      );
    }
  }

  async #put(from: string, to: string): Promise<void> {
    if (this.#separateUser && !(await readableToAll(from))) {
      await link(await this.#copy(from), to);
      return;
    }
    try {
      await link(from, to);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error;
      if (this.#separateUser) await link(await this.#copy(from), to);
      else await symlink(from, to);
    }
  }

  async #copy(from: string): Promise<string> {
    const { dev, ino, size, mtimeMs } = await stat(from);
    const key = `${dev}-${ino}-${size}-${Math.trunc(mtimeMs)}`;
    const known = this.#copies.get(key);
    if (known !== undefined) return known;
    const copy = (async () => {
      const to = join(this.#copyFolder, key);
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      await chmod(to, 0o444);
      return to;
    })();
    this.#copies.set(key, copy);
    copy.catch(() => this.#copies.delete(key));
    await copy;
    await this.#dropOldest();
    return copy;
  }

  async #dropOldest(): Promise<void> {
    const [oldest] = this.#copies;
    if (!oldest || this.#copies.size <= maxCopies) return;
    this.#copies.delete(oldest[0]);
    await rm(await oldest[1], { force: true });
  }
}

const readableToAll = async (path: string): Promise<boolean> => ((await stat(path)).mode & 0o004) !== 0;
