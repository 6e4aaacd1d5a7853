import type { Readable } from 'node:stream';

/** What identifies the bytes of a file. */
export interface Content {
  bytes: number;
  /** Hex. */
  sha256: string;
}

export interface ByteRange {
  from: number;
  to: number;
}

export interface StoredObject extends Content {
  key: string;
}

/**
 * Files under keys such as `raw/<tenant>/<upload>`: segments of letters, digits and `. _ = -`, at most 1024
 * characters in all. Throws INVALID_INPUT for any other key, STORAGE_UNAVAILABLE when the store does not do its work.
 */
export interface ObjectStore {
  readonly kind: 'folder' | 's3';
  /** Whether what is put is encrypted as it is stored. */
  readonly encrypted: boolean;
  /** Atomic: the object is whole or absent, and durable when this resolves. */
  put(key: string, source: Readable | Uint8Array): Promise<StoredObject>;
  /**
   * Takes over a local file (moved where it can be). What the caller knows of its content since it wrote it saves
   * reading the file; a size that is not the file's makes it read all the same. Throws NOT_FOUND when the file is not
   * there: a retry may find it taken over.
   */
  putFile(key: string, path: string, known?: Content): Promise<StoredObject>;
  /** The content, or its bytes from `from` up to, not with, `to`. Throws NOT_FOUND. */
  get(key: string, range?: ByteRange): Promise<Readable>;
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
