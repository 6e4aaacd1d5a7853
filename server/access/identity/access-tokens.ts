import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, jwtVerify, SignJWT } from 'jose';
import type { Database } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { newId } from '../../platform/ids.ts';
import {
  deleteExpiredSigningKeys,
  findSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  type SigningKeyRow,
} from './access-tokens.store.ts';
import type { Sealing } from './secrets.ts';

const makeKeys = promisify(generateKeyPair);
const audience = 'stroma';
const reason = 'one set of keys signs for the whole installation';
const rereadMs = 5_000;

export interface AccessTokenRules {
  issuer: string;
  lifeMs: number;
  /** How long one key signs before the next takes its place. */
  keyLifeMs: number;
}

export interface AccessTokenClaims {
  userId: string;
  tenantId: string;
  sessionId: string;
}

interface SigningKey {
  row: SigningKeyRow;
  publicKey: KeyObject;
}

export interface PublishedKey {
  kty: 'RSA';
  kid: string;
  alg: 'RS256';
  use: 'sig';
  n: string;
  e: string;
}

/**
 * Access tokens are JWTs (RFC 7519) signed with RS256. A key signs for `keyLifeMs` and is believed, and published,
 * until the last token it signed has run out.
 */
export class AccessTokens {
  readonly #db: Database;
  readonly #sealing: Sealing;
  readonly #rules: AccessTokenRules;
  #keys = new Map<string, SigningKey>();
  #private: { id: string; key: KeyObject } | null = null;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(db: Database, sealing: Sealing, rules: AccessTokenRules) {
    this.#db = db;
    this.#sealing = sealing;
    this.#rules = rules;
  }

  async issue(claims: AccessTokenClaims): Promise<{ token: string; expiresAt: Date }> {
    const { row, key } = await acrossTenants(reason, async () => {
      const present = await this.#present();
      return { row: present.row, key: await this.#privateKeyOf(present.row) };
    });
    const seconds = Math.floor(Date.now() / 1000);
    const expires = seconds + Math.round(this.#rules.lifeMs / 1000);
    const token = await new SignJWT({ sid: claims.sessionId, tid: claims.tenantId })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: row.id })
      .setSubject(claims.userId)
      .setIssuer(this.#rules.issuer)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(expires)
      .setJti(newId('accessToken'))
      .sign(key);
    return { token, expiresAt: new Date(expires * 1000) };
  }

  /** Null for a token that is not ours, was altered or has run out. Whether its session still is, others say. */
  async verify(token: string): Promise<{ sessionId: string; expiresAt: Date } | null> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#publicKeyOf(kid), {
        algorithms: ['RS256'],
        issuer: this.#rules.issuer,
        audience,
        requiredClaims: ['exp', 'sid'],
      });
      if (typeof payload.sid !== 'string' || payload.exp === undefined) return null;
      return { sessionId: payload.sid, expiresAt: new Date(payload.exp * 1000) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J')) return null;
      throw error;
    }
  }

  /** The JSON Web Key Set (RFC 7517) others check access tokens with. */
  async published(): Promise<PublishedKey[]> {
    await acrossTenants(reason, async () => {
      await this.#present();
      await this.#read();
    });
    return Promise.all(
      [...this.#keys.values()].map(async ({ row, publicKey }): Promise<PublishedKey> => {
        const { n = '', e = '' } = await exportJWK(publicKey);
        return { kty: 'RSA', kid: row.id, alg: 'RS256', use: 'sig', n, e };
      }),
    );
  }

  /** Makes the next key when the present one has signed long enough; `now` also before. Answers the key's id. */
  async rotate(now = false): Promise<{ id: string; made: boolean }> {
    const pair = await makeKeys('rsa', { modulusLength: 2048 });
    const made = await acrossTenants(reason, () => this.#make(pair, now));
    await acrossTenants(reason, () => this.#read());
    return { id: made ?? (this.#newest()?.row.id as string), made: made !== null };
  }

  #make(pair: { privateKey: KeyObject; publicKey: KeyObject }, now: boolean): Promise<string | null> {
    return this.#db.transaction(async (tx) => {
      await lockSigningKeys(tx);
      const [newest] = await findSigningKeys(tx);
      if (newest !== undefined && !now && newest.retiresAt.getTime() > Date.now()) return null;
      const id = newId('signingKey');
      const createdAt = new Date();
      const retiresAt = new Date(createdAt.getTime() + this.#rules.keyLifeMs);
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      await insertSigningKey(tx, {
        id,
        privateKey: await this.#sealing.seal(pem, 'access-token-key', id),
        publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
        createdAt,
        retiresAt,
        expiresAt: new Date(retiresAt.getTime() + this.#rules.lifeMs),
      });
      return id;
    });
  }

  async sweep(): Promise<void> {
    await deleteExpiredSigningKeys(this.#db.sql);
    await this.rotate();
  }

  #newest(): SigningKey | undefined {
    const [newest] = this.#keys.values();
    return newest;
  }

  async #present(): Promise<SigningKey> {
    const usable = () => {
      const newest = this.#newest();
      return newest !== undefined && newest.row.retiresAt.getTime() > Date.now() ? newest : null;
    };
    if (usable() === null) await this.#read();
    if (usable() === null) await this.rotate();
    return usable() as SigningKey;
  }

  async #read(): Promise<void> {
    const rows = await findSigningKeys(this.#db.sql);
    this.#keys = new Map(
      rows.map((row) => [row.id, { row, publicKey: createPublicKey(row.publicKey) }] as const),
    );
    this.#readAt = performance.now();
  }

  /** A key that is not known may have been made elsewhere; asked for at most every few seconds. */
  async #publicKeyOf(kid: string | undefined): Promise<KeyObject> {
    const known = () => (kid === undefined ? undefined : this.#keys.get(kid));
    if (known() === undefined && performance.now() - this.#readAt > rereadMs)
      await acrossTenants(reason, () => this.#read());
    const key = known();
    if (key === undefined || key.row.expiresAt.getTime() <= Date.now())
      throw Object.assign(new Error('The key is not known.'), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
    return key.publicKey;
  }

  async #privateKeyOf(row: SigningKeyRow): Promise<KeyObject> {
    if (this.#private?.id !== row.id) {
      const pem = await this.#sealing.open(row.privateKey, 'access-token-key', row.id);
      this.#private = { id: row.id, key: createPrivateKey(pem) };
    }
    return this.#private.key;
  }
}
