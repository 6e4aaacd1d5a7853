import type { KeyProviderKind } from './keys.ts';

export interface WrappedKey {
  /** Which key-encryption key, and which version of it. */
  keyId: string;
  wrapped: Uint8Array;
}

/**
 * Holds key-encryption keys and never gives them out. Wraps secrets of at most 1 KiB. Throws KEYS_UNAVAILABLE when it
 * does not answer or refuses, SEAL_BROKEN for a wrapped key that was altered or that no key it has opens.
 */
export interface KeyProvider {
  readonly kind: KeyProviderKind;
  /** The key that wraps now. */
  currentKeyId(): Promise<string>;
  wrap(secret: Uint8Array): Promise<WrappedKey>;
  unwrap(key: WrappedKey): Promise<Uint8Array>;
  /** The same secrets under the present key, in their order; where the service can, they do not leave it. */
  rewrap(keys: readonly WrappedKey[]): Promise<WrappedKey[]>;
  /** Makes a new key the present one; earlier ones still unwrap. Answers its id. */
  rotate(): Promise<string>;
  /** Another process may have rotated: what is remembered of keys is looked up again. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}
