import { join, relative, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Keys } from '../crypto/keys.ts';
import { fail } from '../failure.ts';
import { openFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { openSealedStore } from './sealed-store.ts';

type ObjectStoreConfig = Pick<
  Config,
  | 'STROMA_DATA'
  | 'STROMA_S3_BUCKET'
  | 'STROMA_S3_ENDPOINT'
  | 'STROMA_S3_REGION'
  | 'STROMA_S3_ACCESS_KEY'
  | 'STROMA_S3_SECRET_KEY'
>;

type SealingConfig = Pick<
  Config,
  'STROMA_DATA' | 'STROMA_ENCRYPT_OBJECTS' | 'STROMA_KEYS' | 'STROMA_KEY_FILE' | 'STROMA_S3_BUCKET'
>;

/**
 * Whether files are encrypted as they are stored. Left to itself: where the key is not beside them. Files and key in
 * one folder fall into the same hands, and the encryption would cost a work copy for nothing.
 */
export function encryptsObjects(config: SealingConfig): boolean {
  if (config.STROMA_ENCRYPT_OBJECTS !== 'auto') return config.STROMA_ENCRYPT_OBJECTS === '1';
  if (config.STROMA_S3_BUCKET !== undefined || config.STROMA_KEYS !== 'file') return true;
  const file = config.STROMA_KEY_FILE;
  return file !== undefined && relative(resolve(config.STROMA_DATA), resolve(file)).startsWith('..');
}

/** The store as the rest of Stroma sees it; work copies lie in `scratchFolder`. */
export async function openObjects(
  stored: ObjectStore,
  keys: Keys,
  config: SealingConfig,
  scratchFolder: string,
): Promise<ObjectStore> {
  const encrypts = encryptsObjects(config);
  if (!encrypts && !(await keys.hasAny('objects'))) return stored;
  return await openSealedStore(stored, keys, { encrypts, copyFolder: join(scratchFolder, 'objects') });
}

/**
 * The bucket of `STROMA_S3_BUCKET`, with local copies under `<STROMA_DATA>/object-copies`; otherwise the folder
 * `<STROMA_DATA>/objects`. Throws STORAGE_UNAVAILABLE when it cannot be used, CONFIG_INVALID
 * for half a pair of keys.
 */
export async function openObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  const { STROMA_DATA: data, STROMA_S3_BUCKET: bucket } = config;
  if (bucket === undefined) return await openFolderStore(join(data, 'objects'));
  if ((config.STROMA_S3_ACCESS_KEY === undefined) !== (config.STROMA_S3_SECRET_KEY === undefined)) {
    fail(
      'CONFIG_INVALID',
      'Expected STROMA_S3_ACCESS_KEY and STROMA_S3_SECRET_KEY together, or neither to use the AWS default chain.',
    );
  }
  const { openS3Store } = await import('./s3-store.ts');
  const store = await openS3Store({
    bucket,
    region: config.STROMA_S3_REGION,
    endpoint: config.STROMA_S3_ENDPOINT,
    accessKey: config.STROMA_S3_ACCESS_KEY,
    secretKey: config.STROMA_S3_SECRET_KEY,
    cacheFolder: join(data, 'object-copies'),
  });
  await store.ping();
  return store;
}
