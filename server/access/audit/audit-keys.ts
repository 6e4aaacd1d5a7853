import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { asc } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { auditKeys } from './audit.tables.ts';

/** Signs heads of the chain and electronic signatures with Ed25519 (RFC 8032), and marks events as Stroma's own. */
export interface AuditKeys {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER); of the key that signs now. */
  readonly keyId: string;
  sign(text: string): string;
  /** False also for a key that was never this store's own. */
  verify(text: string, signature: string, keyId: string): boolean;
  /** HMAC-SHA-256, hex, under a secret derived from the signing key; of an earlier key when it is named. */
  mac(contentSha256: string, keyId?: string): string | null;
  /**
   * HMAC-SHA-256, hex, of a text, under a key of the organisation that is derived from the signing key (HKDF-SHA-256);
   * from an earlier one when it is named, null when there is none of that name.
   */
  textMac(tenantId: string, text: string, keyId?: string): string | null;
  /** Every public key, SPKI in PEM, for who checks an export elsewhere. */
  publicKeys(): { key_id: string; public_key: string }[];
}

interface HeldKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** Made once: from bytes each call would cost six times as much. */
  secret: KeyObject;
  ofTexts(tenantId: string): KeyObject;
}

const purpose = 'audit-signing';
const message = (text: string) => Buffer.from(`stroma audit 1\n${text}`);

/**
 * Keys live in the relational store, their private half sealed by the key store: a key somebody else wrote there
 * opens as none of ours and is believed in nothing. Every process on one store signs with the same.
 */
export async function openAuditKeys({ db, keys }: Pick<Platform, 'db' | 'keys'>): Promise<AuditKeys> {
  const rows = await db.transaction(async (tx) => {
    await lockUntilCommit(tx, 'audit-keys');
    const present = await tx.select().from(auditKeys).orderBy(asc(auditKeys.createdAt));
    return present.length > 0 ? present : [await makeKey(tx, keys)];
  });
  const held = new Map<string, HeldKey>();
  for (const row of rows) {
    const pem = await keys.decryptText(row.sealedPrivateKey, purpose, row.id);
    const privateKey = createPrivateKey(pem);
    const publicKey = createPublicKey(privateKey);
    if (keyIdOf(publicKey) !== row.id)
      fail('SEAL_BROKEN', `The audit key ${row.id} holds another key than its name says.`, {
        key_id: row.id,
      });
    const seed = privateKey.export({ type: 'pkcs8', format: 'der' });
    const secret = derived(seed, '', 'stroma audit event mac 1');
    held.set(row.id, { privateKey, publicKey, secret, ofTexts: textKeys(seed) });
  }
  const keyId = rows.at(-1)?.id ?? '';
  const current = held.get(keyId) as HeldKey;
  return {
    keyId,
    sign: (text) => sign(null, message(text), current.privateKey).toString('base64'),
    verify(text, signature, signedBy) {
      const key = held.get(signedBy);
      return (
        key !== undefined && verify(null, message(text), key.publicKey, Buffer.from(signature, 'base64'))
      );
    },
    mac(contentSha256, markedBy = keyId) {
      const key = held.get(markedBy);
      return key === undefined ? null : createHmac('sha256', key.secret).update(contentSha256).digest('hex');
    },
    textMac(tenantId, text, markedBy = keyId) {
      const key = held.get(markedBy)?.ofTexts(tenantId);
      return key === undefined ? null : createHmac('sha256', key).update(text).digest('hex');
    },
    publicKeys: () =>
      [...held].map(([key_id, { publicKey }]) => ({
        key_id,
        public_key: publicKey.export({ type: 'spki', format: 'pem' }) as string,
      })),
  };
}

const derived = (seed: Uint8Array, salt: string, purpose: string): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync('sha256', seed, salt, purpose, 32)));

const rememberedTenants = 1_000;

function textKeys(seed: Uint8Array): HeldKey['ofTexts'] {
  const known = new Map<string, KeyObject>();
  return (tenantId) => {
    const key = known.get(tenantId) ?? derived(seed, tenantId, 'stroma audit text mac 1');
    if (known.size >= rememberedTenants) known.clear();
    known.set(tenantId, key);
    return key;
  };
}

async function makeKey(tx: Sql, keys: Platform['keys']): Promise<typeof auditKeys.$inferSelect> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = keyIdOf(publicKey);
  const row = {
    id,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    sealedPrivateKey: await keys.encryptText(
      privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      purpose,
      id,
    ),
    createdAt: new Date(),
  };
  await tx.insert(auditKeys).values(row);
  return row;
}

const keyIdOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
