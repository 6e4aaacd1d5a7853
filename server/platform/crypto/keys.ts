import type { Readable } from 'node:stream';
import type { AuditAction, AuditDetails, AuditOutcome } from '@stroma/contracts';
import type { Context } from '../context.ts';
import type { Sql } from '../db/database.ts';
import type { Content } from '../objects/object-store.ts';

/**
 * Encryption at rest: AES-256-GCM under one data key for each context, every data key wrapped by a key-encryption
 * key that a key provider holds. A context names what is destroyed together: the id of a row, the key of an object;
 * `/` makes one context lie under another. `purpose` says what the value is for; a value sealed for one purpose or
 * context cannot be opened as another.
 *
 * Inside a transaction the statements of these functions join it. All throw KEY_DESTROYED for a context that was
 * shredded, KEYS_UNAVAILABLE when the key provider does not answer, and, on opening, SEAL_BROKEN for bytes that are
 * not what was sealed for this purpose and context.
 */
export interface Keys {
  readonly provider: KeyProviderKind;
  /** Has the context's data key at hand for the next ten minutes; makes it when there is none. */
  prepare(context: string): Promise<void>;
  /** Adds 45 bytes. Makes the context's data key when there is none. */
  encrypt(plain: Uint8Array, purpose: string, context: string): Promise<Uint8Array>;
  decrypt(sealed: Uint8Array, purpose: string, context: string): Promise<Uint8Array>;
  /** Several of one context, in one go: hand over no more than others can wait for. */
  decryptAll(
    values: readonly { sealed: Uint8Array; purpose: string }[],
    context: string,
  ): Promise<Uint8Array[]>;
  /** The same for columns of text: base64url of UTF-8. */
  encryptText(plain: string, purpose: string, context: string): Promise<string>;
  decryptText(sealed: string, purpose: string, context: string): Promise<string>;
  /** Seals a stream of any length in chunks, in constant memory; with `known` it is not hashed again. */
  sealStream(source: Source, purpose: string, context: string, known?: Content): Promise<SealedStream>;
  /**
   * What reads a sealed stream, range by range. `read(from, to)` gives the sealed bytes `from` up to, not with, `to`.
   */
  openStream(sealed: SealedSource, purpose: string, context: string): Promise<OpenedStream>;
  /** The content of a sealed stream that comes in one piece, from its start to its end. */
  openWhole(sealed: AsyncIterable<Uint8Array>, purpose: string, context: string): AsyncIterable<Uint8Array>;
  /** Whether there is a data key, destroyed or not, of this context or under it. */
  hasAny(context: string): Promise<boolean>;
  /** Whether a data key was ever made for exactly this context, destroyed or not. */
  knows(context: string): Promise<boolean>;
  /**
   * Destroys the data keys of the context and of every context under it: what was sealed for them cannot be opened
   * any more, and nothing new can be sealed for them. Answers how many keys.
   */
  shred(context: string, who?: Context): Promise<number>;
  /** Who is told, in the transaction, of keys that are made, rotated or destroyed. */
  recordWith(recorder: Recorder): void;
  /** As `shred`, but the context may be used again; for what is deleted in the course of work. */
  forget(context: string): Promise<number>;
  /** Makes a new key-encryption key; what is sealed from now on is under it. `rewrap` brings the rest along. */
  rotate(who?: Context): Promise<{ key_id: string }>;
  /** Wraps data keys under the present key-encryption key, those that are not yet. Can be ended and begun again. */
  rewrap(options?: RewrapOptions): Promise<{ rewrapped: number; left: number }>;
  state(): Promise<KeyState>;
  /** Answers when the key provider does, or throws KEYS_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Puts on record; the record of `access` is one. Null stands for Stroma itself. */
export type Recorder = (
  tx: Sql,
  who: Context | null,
  entry: {
    action: AuditAction;
    object: { kind: string; id: string };
    outcome: AuditOutcome;
    details: AuditDetails;
  },
) => Promise<void>;

export type KeyProviderKind = 'file' | 'vault' | 'kms';
export type Source = Readable | Uint8Array | AsyncIterable<Uint8Array>;

export interface RewrapOptions {
  signal?: AbortSignal;
  onProgress?(done: number, all: number): void;
}

export interface SealedStream {
  stream: Readable;
  /** Size and hash of what was sealed; settles when the stream has been read to its end. */
  content: Promise<Content>;
}

export interface SealedSource {
  /** Length of the sealed bytes. */
  bytes: number;
  read(from: number, to: number): Promise<Readable>;
}

export interface OpenedStream {
  /** Size and hash of the content. */
  content(): Promise<Content>;
  /** The content from byte `from` up to, not with, `to`; all of it by default. */
  read(from?: number, to?: number): Readable;
}

export interface KeyState {
  provider: KeyProviderKind;
  key_id: string;
  data_keys: number;
  /** Wrapped under an earlier key-encryption key. */
  to_rewrap: number;
  destroyed: number;
}
