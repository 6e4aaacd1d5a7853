import { gunzipSync } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import { loadAutoml, readModelText } from '@stroma/learn';
import type { AskedModel } from './asked-model.ts';
import type { SavedKept } from './saved-models.ts';

/** Reads a packed file. Throws INVALID_INPUT for what is none. */
export const readKept = (packed: Uint8Array): SavedKept =>
  readModelText(gunzipSync(packed).toString('utf8')) as SavedKept;

/** In a thread or a process, never the main one: what runs networks is loaded where the model is one. */
export async function openKept(saved: SavedKept): Promise<AskedModel> {
  switch (saved.kind) {
    case 'automl':
      return loadAutoml(saved);
    case 'network':
      return (await import('./network-model.ts')).openNetworkModel(saved);
    case 'onnx':
      return (await import('./imported-model.ts')).openImported(saved);
    case 'transfer':
      return (await import('./transfer-model.ts')).openTransferModel(saved);
    case 'ensemble':
      return (await import('./ensemble-model.ts')).openEnsemble(saved, openKept);
    default:
      throw new StromaError(
        'INVALID_INPUT',
        `A model that this server keeps was expected; one of kind "${String((saved as { kind?: unknown }).kind)}" was given.`,
      );
  }
}
