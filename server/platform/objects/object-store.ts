import type { Readable } from 'node:stream';

export interface StoredObject {
  key: string;
  bytes: number;
  /** Hex. */
  sha256: string;
}

/**
 * Files under keys such as `raw/<tenant>/<upload>`: segments of letters, digits and `. _ = -`, at most 1024
 * characters in all. Throws INVALID_INPUT for any other key, STORAGE_UNAVAILABLE when the store does not do its work.
 */
export interface ObjectStore {
  readonly kind: 'folder' | 's3';
  /** Atomic: the object is whole or absent, and durable when this resolves. */
  put(key: string, source: Readable | Uint8Array): Promise<StoredObject>;
  /** Takes over a local file (moved where it can be). Throws NOT_FOUND when it is not there: a retry may find it taken over. */
  putFile(key: string, path: string): Promise<StoredObject>;
  /** Throws NOT_FOUND. */
  get(key: string): Promise<Readable>;
  /** A local path with the object's content, for engines that read files: the object itself or a cached copy. */
  localPath(key: string): Promise<string>;
  /** Null when there is none. Reads no content, unless another program put the object there. */
  stat(key: string): Promise<StoredObject | null>;
  /** Also of what is not there. */
  delete(key: string): Promise<void>;
  /** Keys that begin with the prefix, in no order that may be relied on. */
  list(prefix: string): AsyncIterable<string>;
  ping(): Promise<void>;
}
