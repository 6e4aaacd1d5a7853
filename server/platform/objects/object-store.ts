import type { Readable } from 'node:stream';

export interface StoredObject {
  key: string;
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** Files under keys such as `raw/<tenant>/<upload>`; a key never leaves its root. */
export interface ObjectStore {
  readonly kind: 'folder' | 's3';
  /** Atomic: the object is whole or absent, and durable when this resolves. */
  put(key: string, source: Readable | Uint8Array): Promise<StoredObject>;
  /** Takes over a local file (moved where it can be). */
  putFile(key: string, path: string): Promise<StoredObject>;
  /** Throws NOT_FOUND. */
  get(key: string): Promise<Readable>;
  /** A local path with the object's content, for engines that read files: the object itself or a cached copy. */
  localPath(key: string): Promise<string>;
  stat(key: string): Promise<StoredObject | null>;
  delete(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<string>;
  ping(): Promise<void>;
}
