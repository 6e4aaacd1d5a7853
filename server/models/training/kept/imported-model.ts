import { importOnnx } from '@stroma/learn/onnx';
import { type AskedModel, askedModel } from './asked-model.ts';
import type { SavedImported } from './saved-models.ts';

/** In a process of its own, which may be ended at any moment. */
export async function openImported(saved: SavedImported): Promise<AskedModel & { close(): Promise<void> }> {
  const loaded = await importOnnx(saved.file, saved.options);
  return askedModel(saved, {
    outputs: async (table, signal) =>
      (await loaded.predict(table, signal === undefined ? {} : { signal })).outputs,
    close: () => loaded.close(),
  });
}
