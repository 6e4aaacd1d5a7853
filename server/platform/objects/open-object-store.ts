import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { openFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';

/** The folder `<STROMA_DATA>/objects`. Throws STORAGE_UNAVAILABLE when it cannot be used. */
export async function openObjectStore(config: Pick<Config, 'STROMA_DATA'>): Promise<ObjectStore> {
  return await openFolderStore(join(config.STROMA_DATA, 'objects'));
}
