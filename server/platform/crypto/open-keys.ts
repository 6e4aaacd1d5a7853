import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Sql } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import { fail } from '../failure.ts';
import { type DataKey, DataKeyCache } from './data-key-cache.ts';
import {
  anyDataKey,
  countDataKeys,
  type DataKeyRow,
  deleteDataKeys,
  destroyDataKeys,
  findDataKey,
  insertDataKey,
  replaceWrapped,
  staleDataKeys,
} from './data-keys.store.ts';
import type { KeyProvider } from './key-provider.ts';
import type { KeyState, Keys, Recorder } from './keys.ts';
import { broken, fieldKeyId, openField, sealField } from './sealed-field.ts';
import { openSealed, openWhole, sealStream } from './sealed-stream.ts';
import type { TransactionScope } from './transaction-scope.ts';

const channel = 'stroma_keys';
const secretBytes = 32;
const rewrapBatch = 100;

/** Also in the midst of a tenant's transaction: keys are of the installation, and reached by their context alone. */
const apart = <T>(work: () => Promise<T>): Promise<T> => acrossTenants('keys are the installation’s', work);

/** Data keys in the relational store, wrapped by what the provider holds. */
export async function openKeys(scope: TransactionScope, provider: KeyProvider): Promise<Keys> {
  const cache = new DataKeyCache();
  let record: Recorder = async () => {};
  const stopListening = await scope.database.listen(channel, onTold, () => cache.clear());

  function onTold(payload: string): void {
    const told = JSON.parse(payload) as { cleared?: string; rotated?: true };
    if (told.cleared !== undefined) cache.clear(told.cleared);
    if (told.rotated === true) void provider.refresh();
  }

  async function tell(payload: object): Promise<void> {
    await scope.sql().execute(sql`select pg_notify(${channel}, ${JSON.stringify(payload)})`);
  }

  async function unwrapRow(row: DataKeyRow): Promise<DataKey> {
    if (row.wrapped === null) return destroyed();
    if (row.provider !== provider.kind)
      fail(
        'KEYS_UNAVAILABLE',
        `This was sealed under keys of the provider "${row.provider}", and "${provider.kind}" is configured (STROMA_KEYS). Configure the earlier one again.`,
        { provider: row.provider },
      );
    const bound = await provider.unwrap({ keyId: row.keyId, wrapped: row.wrapped });
    const secret = bound.subarray(0, secretBytes);
    if (!Buffer.from(bound.subarray(secretBytes)).equals(binding(row.id, row.context))) return broken();
    return { id: row.id, secret };
  }

  async function find(context: string): Promise<DataKey | null> {
    const cached = cache.get(context);
    if (cached !== null) return cached;
    const keep = cache.keeper();
    const row = await findDataKey(scope.sql(), context);
    if (row === null) return null;
    const key = await unwrapRow(row);
    scope.onCommit(() => keep(context, key));
    return key;
  }

  async function make(context: string): Promise<DataKey> {
    const keep = cache.keeper();
    const id = uuidv7();
    const secret = randomBytes(secretBytes);
    const { keyId, wrapped } = await provider.wrap(Buffer.concat([secret, binding(id, context)]));
    const row = await insertDataKey(scope.sql(), {
      id,
      context,
      wrapped,
      provider: provider.kind,
      keyId,
      createdAt: new Date(),
      destroyedAt: null,
    });
    const key = row.id === id ? { id, secret } : await unwrapRow(row);
    scope.onCommit(() => keep(context, key));
    return key;
  }

  async function keyFor(context: string): Promise<DataKey> {
    return cache.get(context) ?? apart(async () => (await find(named(context))) ?? (await make(context)));
  }

  /** The key of the context, where it is the one that the sealed bytes name. */
  async function keyOf(id: string, context: string): Promise<DataKey> {
    const key = cache.get(context) ?? (await apart(() => find(context)));
    return key?.id === id ? key : broken();
  }

  async function clear(context: string, work: (tx: Sql) => Promise<number>): Promise<number> {
    cache.clear(context);
    const gone = await apart(() =>
      scope.within(async (tx) => {
        const count = await work(tx);
        await tell({ cleared: context });
        return count;
      }),
    );
    scope.onCommit(() => cache.clear(context));
    return gone;
  }

  const present = async () => ({ provider: provider.kind, keyId: await provider.currentKeyId() });

  const keys: Keys = {
    provider: provider.kind,

    async prepare(context) {
      await keyFor(context);
    },

    async encrypt(plain, purpose, context) {
      const { id, secret } = await keyFor(context);
      return sealField(secret, id, plain, purpose, context);
    },

    async decrypt(sealed, purpose, context) {
      const { secret } = await keyOf(fieldKeyId(sealed), context);
      return openField(secret, sealed, purpose, context);
    },

    async decryptAll(values, context) {
      if (values.length === 0) return [];
      const key = cache.get(context) ?? (await apart(() => find(context)));
      return values.map(({ sealed, purpose }) =>
        key?.id === fieldKeyId(sealed) ? openField(key.secret, sealed, purpose, context) : broken(),
      );
    },

    async encryptText(plain, purpose, context) {
      return Buffer.from(await keys.encrypt(Buffer.from(plain), purpose, context)).toString('base64url');
    },

    async decryptText(sealed, purpose, context) {
      return Buffer.from(await keys.decrypt(Buffer.from(sealed, 'base64url'), purpose, context)).toString();
    },

    async sealStream(source, purpose, context, known) {
      return sealStream(await keyFor(context), source, purpose, context, known);
    },

    openStream: (sealed, purpose, context) =>
      openSealed(sealed, purpose, context, (id) => keyOf(id, context)),

    openWhole: (sealed, purpose, context) => openWhole(sealed, purpose, context, (id) => keyOf(id, context)),

    hasAny: (context) => apart(() => anyDataKey(scope.sql(), context)),

    knows: async (context) =>
      cache.get(context) !== null || (await apart(() => findDataKey(scope.sql(), context))) !== null,

    shred: (context, who) =>
      clear(context, async (tx) => {
        const gone = await destroyDataKeys(tx, named(context), new Date());
        await record(tx, who ?? null, {
          action: 'encryption-key.shredded',
          object: { kind: 'key-context', id: context },
          outcome: 'success',
          details: { data_keys: gone },
        });
        return gone;
      }),

    forget: (context) => clear(context, (tx) => deleteDataKeys(tx, named(context))),

    recordWith(recorder) {
      record = recorder;
    },

    async rotate(who) {
      const before = await provider.currentKeyId();
      const keyId = await provider.rotate();
      await apart(() =>
        scope.within(async (tx) => {
          await tell({ rotated: true });
          await record(tx, who ?? null, {
            action: 'encryption-key.rotated',
            object: { kind: 'encryption-key', id: keyId },
            outcome: 'success',
            details: { provider: provider.kind, before },
          });
        }),
      );
      return { key_id: keyId };
    },

    rewrap: ({ signal, onProgress } = {}) =>
      apart(async () => {
        const now = await present();
        const { stale: all } = await countDataKeys(scope.sql(), now);
        let done = 0;
        let after: string | null = null;
        for (;;) {
          signal?.throwIfAborted();
          const rows: DataKeyRow[] = await staleDataKeys(scope.sql(), now, after, rewrapBatch);
          const ours = rows.filter((row) => row.provider === provider.kind);
          const wrapped = await provider.rewrap(
            ours.map((row) => ({ keyId: row.keyId, wrapped: row.wrapped ?? new Uint8Array() })),
          );
          for (const [position, row] of ours.entries()) {
            const next = wrapped[position];
            if (next !== undefined && (await replaceWrapped(scope.sql(), row, next))) done += 1;
          }
          onProgress?.(done, all);
          if (rows.length < rewrapBatch) break;
          after = rows.at(-1)?.id ?? null;
        }
        return { rewrapped: done, left: (await countDataKeys(scope.sql(), now)).stale };
      }),

    state: () =>
      apart(async (): Promise<KeyState> => {
        const now = await present();
        const { held, stale, destroyed: gone } = await countDataKeys(scope.sql(), now);
        return {
          provider: provider.kind,
          key_id: now.keyId,
          data_keys: held,
          to_rewrap: stale,
          destroyed: gone,
        };
      }),

    async ping() {
      await provider.currentKeyId();
    },

    async close() {
      await stopListening();
      cache.clear();
      await provider.close();
    },
  };
  return keys;
}

/** Wrapped together with the secret, so that a wrapped key put into another row is seen. */
const binding = (id: string, context: string): Buffer =>
  createHash('sha256').update(`stroma data key\n${id}\n${context}`).digest();

function named(context: string): string {
  if (context === '' || context.length > 1200 || context.endsWith('/'))
    throw new Error(`"${context}" does not name a context`);
  return context;
}

const destroyed = (): never =>
  fail('KEY_DESTROYED', 'The key of this data was destroyed on purpose; it cannot be read any more.');
