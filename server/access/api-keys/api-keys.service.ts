import type { ApiKey, apiKeysApi, createApiKey, NewApiKey, Permission } from '@stroma/contracts';
import type { z } from 'zod';
import type { Actor, Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit, Stranger } from '../audit/audit.ts';
import { Remembered } from '../remembered.ts';
import { allowsAddress } from './address-blocks.ts';
import { documentOf, statusOf } from './api-key-document.ts';
import { makeSecret, readSecret } from './api-key-secret.ts';
import { type KeyUses, openKeyUses } from './api-key-uses.ts';
import {
  type ApiKeyRow,
  countStandingKeys,
  findKey,
  findKeyByHash,
  insertKey,
  listKeys,
  lockKey,
  type OwnedKeyRow,
  updateKey,
} from './api-keys.store.ts';

const mostKeys = 100;

/** A key is read again after this long, which is how another process notices that it was revoked. */
const lifeMs = 800;

const endOfTime = new Date(8_640_000_000_000_000);

interface LiveKey {
  key: ApiKeyRow;
  owner: Actor;
  expiresAt: Date;
}

type Page<T> = { items: T[]; next_cursor: string | null };
type Output<S> = S extends z.ZodType ? z.output<S> : never;
type Create = z.output<typeof createApiKey>;
type Update = Output<(typeof apiKeysApi)['update']['body']>;
type ListQuery = Output<(typeof apiKeysApi)['list']['query']>;
type ListAllQuery = Output<(typeof apiKeysApi)['listAll']['query']>;

export interface ApiKeysOptions {
  platform: Platform;
  audit: Audit;
  /** The maker of a key with present role and permissions; null when the account is closed or deactivated. */
  ownerOf: (key: { tenantId: string; ownerId: string }) => Promise<Actor | null>;
}

/** Keys by which programs act for the person who made them, never for more than that person may do at that moment. */
export class ApiKeys {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #uses: KeyUses;
  readonly #cache: Remembered<LiveKey>;

  constructor({ platform, audit, ownerOf }: ApiKeysOptions) {
    this.#platform = platform;
    this.#audit = audit;
    this.#uses = openKeyUses(platform.db, platform.log);
    this.#cache = new Remembered(async (hash) => {
      const key = await findKeyByHash(platform.db.sql, hash);
      if (key === null) return null;
      const owner = await ownerOf(key);
      return owner === null ? null : { key, owner, expiresAt: endOfTime };
    }, lifeMs);
  }

  /**
   * Who stands behind a key; null for one that is unknown, expired, revoked, or of a closed account. Throws FORBIDDEN
   * where the key may not be used from that address.
   */
  async actor(token: string, from: Omit<Stranger, 'tenantId'>): Promise<Actor | null> {
    const hash = readSecret('sk', token);
    const live = hash === null ? null : await this.#cache.get(hash);
    if (live === null) return null;
    const { key, owner } = live;
    const status = statusOf(key);
    if (status === 'revoked' || status === 'expired') {
      await this.#refused(key, from, status);
      return null;
    }
    if (!allowsAddress(key.allowedAddresses, from.address)) {
      await this.#refused(key, from, 'address');
      fail('FORBIDDEN', 'This API key may not be used from your address. Its owner can allow it.', {
        key_id: key.id,
      });
    }
    this.#uses.note({ id: key.id, tenantId: key.tenantId, at: new Date(), address: from.address });
    return {
      ...owner,
      kind: 'key',
      name: `${owner.name} (${key.name})`,
      permissions: new Set(key.scopes.filter(isHeldBy(owner))),
      mustChangePassword: false,
      sessionId: null,
      keyId: key.id,
      secondFactor: key.secondFactor,
      requestsPerMinute: key.requestsPerMinute,
    };
  }

  async list(ctx: Context, { limit, cursor, status }: ListQuery): Promise<Page<ApiKey>> {
    const { tenantId, id: ownerId } = ctx.actor;
    return this.#page({ tenantId, ownerId, status, before: cursor, limit });
  }

  async listAll(ctx: Context, { limit, cursor, status, owner, search }: ListAllQuery): Promise<Page<ApiKey>> {
    const { tenantId } = ctx.actor;
    return this.#page({ tenantId, ownerId: owner, status, search, before: cursor, limit });
  }

  async get(ctx: Context, id: string): Promise<ApiKey> {
    return documentOf(await this.#own(ctx, id));
  }

  /** Throws FORBIDDEN for a scope the maker does not hold and for a key that would make keys. */
  async create(ctx: Context, input: Create): Promise<NewApiKey> {
    const { actor } = ctx;
    requirePerson(actor);
    requireHeld(actor, input.scopes);
    const expiresAt = readExpiry(input.expires_at);
    const { secret, prefix, hash } = makeSecret('sk');
    const id = newId('key');
    const { db } = this.#platform;
    await db.transaction(async (tx) => {
      await lockKey(tx, actor.id);
      if ((await countStandingKeys(tx, actor.tenantId, actor.id)) >= mostKeys)
        fail('CONFLICT', `You have ${mostKeys} keys that are valid. Revoke one first.`);
      await insertKey(tx, {
        id,
        tenantId: actor.tenantId,
        ownerId: actor.id,
        name: input.name,
        prefix,
        hash,
        scopes: [...new Set(input.scopes)],
        allowedAddresses: input.allowed_addresses,
        requestsPerMinute: input.requests_per_minute,
        secondFactor: actor.secondFactor,
        expiresAt,
      });
      await this.#audit.record(tx, ctx, {
        action: 'api-key.created',
        object: { kind: 'api-key', id },
        outcome: 'success',
        after: { ...input, prefix },
        details: { prefix, scopes: input.scopes.join(' '), expires_at: input.expires_at },
      });
    });
    return { key: await this.get(ctx, id), secret };
  }

  async update(ctx: Context, id: string, changes: Update): Promise<ApiKey> {
    const { actor } = ctx;
    requirePerson(actor);
    const expiresAt = changes.expires_at === undefined ? undefined : readExpiry(changes.expires_at);
    await this.#platform.db.transaction(async (tx) => {
      await lockKey(tx, id);
      const before = await requireStanding(
        await findKey(tx, { tenantId: actor.tenantId, id, ownerId: actor.id }),
      );
      // Who lost a permission may still narrow a key that names it.
      if (changes.scopes !== undefined)
        requireHeld(
          actor,
          changes.scopes.filter((scope) => !before.key.scopes.includes(scope)),
        );
      await updateKey(
        tx,
        { tenantId: actor.tenantId, id },
        {
          ...(changes.name === undefined ? {} : { name: changes.name }),
          ...(changes.scopes === undefined ? {} : { scopes: [...new Set(changes.scopes)] }),
          ...(changes.allowed_addresses === undefined ? {} : { allowedAddresses: changes.allowed_addresses }),
          ...(changes.requests_per_minute === undefined
            ? {}
            : { requestsPerMinute: changes.requests_per_minute }),
          ...(expiresAt === undefined ? {} : { expiresAt }),
          id,
        },
      );
      await this.#audit.record(tx, ctx, {
        action: 'api-key.changed',
        object: { kind: 'api-key', id },
        outcome: 'success',
        before: documentOf(before),
        after: { ...documentOf(before), ...changes },
        details: { prefix: before.key.prefix, changed: Object.keys(changes).join(' ') },
      });
    });
    this.#forget(id);
    return this.get(ctx, id);
  }

  /** A new key with the same settings; the old one ends after the overlap, at the latest when it would have expired. */
  async rotate(ctx: Context, id: string, overlapHours: number): Promise<NewApiKey> {
    const { actor } = ctx;
    requirePerson(actor);
    const { secret, prefix, hash } = makeSecret('sk');
    const nextId = newId('key');
    const now = new Date();
    await this.#platform.db.transaction(async (tx) => {
      await lockKey(tx, id);
      const { key } = requireStanding(await findKey(tx, { tenantId: actor.tenantId, id, ownerId: actor.id }));
      if (key.replacedBy !== null)
        fail('CONFLICT', 'This key was replaced already. Rotate the key that replaced it.', {
          replaced_by: key.replacedBy,
        });
      const { createdAt, expiresAt, lastUsedAt: _, lastUsedAddress: __, ...settings } = key;
      const life = expiresAt === null ? null : expiresAt.getTime() - createdAt.getTime();
      await insertKey(tx, {
        ...settings,
        id: nextId,
        prefix,
        hash,
        scopes: key.scopes.filter(isHeldBy(actor)),
        secondFactor: actor.secondFactor,
        createdAt: now,
        expiresAt: life === null ? null : new Date(now.getTime() + life),
        retiresAt: null,
      });
      const retiresAt = new Date(now.getTime() + overlapHours * 3_600_000);
      await updateKey(
        tx,
        { tenantId: actor.tenantId, id },
        { replacedBy: nextId, retiresAt, ...(overlapHours === 0 ? { revokedAt: now } : {}) },
      );
      await this.#audit.record(tx, ctx, {
        action: 'api-key.rotated',
        object: { kind: 'api-key', id },
        outcome: 'success',
        details: {
          prefix: key.prefix,
          replaced_by: nextId,
          next_prefix: prefix,
          overlap_hours: overlapHours,
        },
      });
    });
    this.#forget(id);
    return { key: await this.get(ctx, nextId), secret };
  }

  async revoke(ctx: Context, id: string): Promise<void> {
    await this.#revoke(ctx, await this.#own(ctx, id));
  }

  async revokeAny(ctx: Context, id: string): Promise<void> {
    const found = await findKey(this.#platform.db.sql, { tenantId: ctx.actor.tenantId, id });
    await this.#revoke(ctx, found ?? noKey());
  }

  /** Reads every key of these people anew at its next use: their role, their account or a group has changed. */
  forgetOwners(ownerIds: ReadonlySet<string>): void {
    this.#cache.forget(({ owner }) => ownerIds.has(owner.id));
  }

  /** Writes the last uses that wait. */
  async flush(): Promise<void> {
    await this.#uses.flush();
  }

  async close(): Promise<void> {
    await this.#uses.close();
  }

  async #revoke(ctx: Context, { key }: OwnedKeyRow): Promise<void> {
    if (key.revokedAt !== null) return;
    await this.#platform.db.transaction(async (tx) => {
      await lockKey(tx, key.id);
      await updateKey(tx, { tenantId: key.tenantId, id: key.id }, { revokedAt: new Date() });
      await this.#audit.record(tx, ctx, {
        action: 'api-key.revoked',
        object: { kind: 'api-key', id: key.id },
        outcome: 'success',
        details: { prefix: key.prefix, owner: key.ownerId },
      });
    });
    this.#forget(key.id);
  }

  #forget(id: string): void {
    this.#cache.forget(({ key }) => key.id === id);
  }

  async #own({ actor }: Context, id: string): Promise<OwnedKeyRow> {
    const { sql } = this.#platform.db;
    return (await findKey(sql, { tenantId: actor.tenantId, id, ownerId: actor.id })) ?? noKey();
  }

  async #page(query: Parameters<typeof listKeys>[1]): Promise<Page<ApiKey>> {
    const rows = await listKeys(this.#platform.db.sql, { ...query, limit: query.limit + 1 });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ key }) => key.id);
    return { items: page.map(documentOf), next_cursor };
  }

  /** On record once a minute for one key and address: a program that goes on trying does not fill the trail. */
  async #refused(key: ApiKeyRow, from: Omit<Stranger, 'tenantId'>, reason: string): Promise<void> {
    const { count } = await this.#platform.cache.increment(
      `api-key:refused:${key.id}:${from.address}`,
      60_000,
    );
    if (count > 1) return;
    await this.#audit.append(
      { ...from, tenantId: key.tenantId },
      {
        action: 'api-key.refused',
        object: { kind: 'api-key', id: key.id },
        outcome: 'refused',
        details: { prefix: key.prefix, reason },
      },
    );
  }
}

const isHeldBy =
  ({ permissions }: Actor) =>
  (scope: string): scope is Permission =>
    (permissions as ReadonlySet<string>).has(scope);

const noKey = (): never => fail('NOT_FOUND', 'There is no such API key, or it is not yours.');

/** A key that could make keys would outlive its own end, addresses and limit. */
function requirePerson(actor: Actor): void {
  if (actor.kind !== 'person')
    fail('FORBIDDEN', 'API keys are made and changed by a person who has signed in, not by a key.');
}

function requireHeld(actor: Actor, scopes: readonly string[]): void {
  const missing = scopes.filter((scope) => !isHeldBy(actor)(scope));
  if (missing.length === 0) return;
  fail('FORBIDDEN', `A key may do no more than you: you do not have ${missing.join(', ')}.`, {
    scopes: missing,
  });
}

function readExpiry(text: string | null): Date | null {
  if (text === null) return null;
  const moment = new Date(text);
  if (moment.getTime() <= Date.now())
    fail('INVALID_INPUT', 'The key would have expired already. Give a later time, or none.', {
      field: 'expires_at',
    });
  return moment;
}

function requireStanding(found: OwnedKeyRow | null): OwnedKeyRow {
  const row = found ?? noKey();
  const status = statusOf(row.key);
  if (status === 'revoked' || status === 'expired')
    fail('CONFLICT', `This key is ${status} and cannot be changed. Make a new one.`, { status });
  return row;
}
