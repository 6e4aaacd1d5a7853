import { createHmac, hash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../platform/config/config.ts';
import { openSigner } from '../../platform/provenance/signing-key.ts';

/** Signs heads of the chain with Ed25519, and marks each event as written by who holds the key. */
export interface AuditKeys {
  readonly keyId: string;
  sign(text: string): string;
  verify(text: string, signature: string, keyId: string): boolean;
  /** HMAC-SHA-256, hex. */
  mac(contentSha256: string): string;
}

/**
 * The key is `<STROMA_DATA>/keys/audit.pem`, or the file STROMA_AUDIT_KEY_FILE names; every process on one store
 * needs the same. Public keys of before stand in `trusted` beside it. Throws CONFIG_INVALID for a key that is none.
 */
export async function openAuditKeys(
  config: Pick<Config, 'STROMA_DATA'> & { STROMA_AUDIT_KEY_FILE?: string | undefined },
): Promise<AuditKeys> {
  const file = config.STROMA_AUDIT_KEY_FILE ?? join(config.STROMA_DATA, 'keys', 'audit.pem');
  const signer = await openSigner(file);
  // Ed25519 is deterministic: who can sign this can make the secret, and nobody else. It is never given out.
  const secret = signer.sign(hash('sha256', 'stroma audit mac 1'));
  const digest = (text: string) => hash('sha256', `stroma audit 1\n${text}`);
  return {
    keyId: signer.keyId,
    sign: (text) => signer.sign(digest(text)),
    verify: (text, signature, keyId) => signer.verify(digest(text), signature, keyId),
    mac: (contentSha256) => createHmac('sha256', secret).update(contentSha256).digest('hex'),
  };
}
