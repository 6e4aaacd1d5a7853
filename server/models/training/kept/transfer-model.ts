import { loadTransfer } from '@stroma/learn/onnx';
import { type AskedModel, askedModel } from './asked-model.ts';
import type { SavedTransferModel } from './saved-models.ts';

/** The base runs in a process of its own. */
export async function openTransferModel(
  saved: SavedTransferModel,
): Promise<AskedModel & { close(): Promise<void> }> {
  const { card, file, transfer } = saved;
  const loaded = await loadTransfer(transfer, { card, bytes: async () => file });
  return askedModel(saved, {
    outputs: (table, signal) => loaded.predict(table, signal === undefined ? {} : { signal }),
    close: () => loaded.close(),
  });
}
