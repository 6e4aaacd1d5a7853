import type { api, Directory } from '@stroma/contracts';
import type { z } from 'zod';
import type { Actor, Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { makeSecret, readSecret } from '../api-keys/api-key-secret.ts';
import type { Audit } from '../audit/audit.ts';
import { lockMembers } from '../members/members.store.ts';
import { Remembered } from '../remembered.ts';
import { requireConfigurer } from '../single-sign-on/configurer.ts';
import { requireGiveable } from '../single-sign-on/mapped-roles.ts';
import {
  type CountedDirectory,
  type DirectoryRow,
  deleteDirectory,
  findDirectory,
  findDirectoryByToken,
  insertDirectory,
  listDirectories,
  updateDirectory,
} from './directories.store.ts';
import { followGroups } from './pushed-roles.ts';

type Create = z.output<typeof api.singleSignOn.createDirectory.body>;
type Update = z.output<typeof api.singleSignOn.updateDirectory.body>;

const lifeMs = 800;
const usedEveryMs = 60_000;
const endOfTime = new Date(8.64e15);

export interface DirectoriesParts {
  platform: Platform;
  audit: Audit;
  forget(tenantId: string, userIds: readonly string[]): void;
}

/** Directories that push users and groups, each by a token of its own. */
export class Directories {
  readonly #parts: DirectoriesParts;
  readonly #cache: Remembered<{ row: DirectoryRow; expiresAt: Date }>;
  readonly #used = new Map<string, number>();

  constructor(parts: DirectoriesParts) {
    this.#parts = parts;
    this.#cache = new Remembered(async (hash) => {
      const row = await findDirectoryByToken(parts.platform.db.sql, hash);
      return row?.enabled === true ? { row, expiresAt: row.expiresAt ?? endOfTime } : null;
    }, lifeMs);
  }

  /** Who stands behind a token: nobody but the directory, who may push and nothing else. */
  async actor(token: string): Promise<Actor | null> {
    const hash = readSecret('scim', token);
    const live = hash === null ? null : await this.#cache.get(hash);
    if (live === null) return null;
    const { row } = live;
    this.#noteUse(row);
    return {
      id: row.id,
      kind: 'key',
      name: row.name,
      role: 'directory',
      tenantId: row.tenantId,
      permissions: new Set(['scim:provision']),
      mustChangePassword: false,
      sessionId: null,
      keyId: row.id,
      tier: 'free',
      secondFactor: false,
    };
  }

  /** The directory that asks. Throws FORBIDDEN for anybody else who holds the permission. */
  async ofCaller({ actor }: Context): Promise<DirectoryRow> {
    const found = await findDirectory(this.#parts.platform.db.sql, actor.tenantId, actor.id);
    return (
      found?.row ?? fail('FORBIDDEN', 'SCIM takes the token of a directory, made in Admin > Single sign-on.')
    );
  }

  async list(ctx: Context, query: { limit: number; cursor?: string | undefined }, base: string) {
    const { sql } = this.#parts.platform.db;
    const rows = await listDirectories(sql, ctx.actor.tenantId, query.limit + 1, query.cursor);
    const { page, next_cursor } = cutPage(rows, query.limit, ({ row }) => row.id);
    return { items: page.map((each) => documentOf(each, base)), next_cursor };
  }

  async create(ctx: Context, input: Create, base: string): Promise<{ directory: Directory; token: string }> {
    const { platform, audit } = this.#parts;
    const { tenantId } = ctx.actor;
    const id = newId('directory');
    await this.#requireConfigurer(ctx, id, null);
    await this.#requireRoles(ctx, id, input);
    const { secret, prefix, hash } = makeSecret('scim');
    await platform.db.transaction(async (tx) => {
      await insertDirectory(tx, {
        id,
        tenantId,
        name: input.name,
        enabled: true,
        tokenPrefix: prefix,
        tokenHash: hash,
        domains: [...new Set(input.domains)],
        roleMapping: input.role_mapping,
        defaultRole: input.default_role,
        configuredRole: ctx.actor.role,
        expiresAt: input.expires_at === null ? null : new Date(input.expires_at),
      });
      await audit.record(tx, ctx, {
        action: 'scim.configured',
        object: { kind: 'directory', id },
        outcome: 'success',
        after: input,
        details: { what: 'created', prefix },
      });
    });
    return { directory: documentOf(await this.#find(ctx, id), base), token: secret };
  }

  async update(ctx: Context, id: string, changes: Update, base: string): Promise<Directory> {
    const { platform, audit, forget } = this.#parts;
    const { tenantId } = ctx.actor;
    const before = await this.#find(ctx, id);
    await this.#requireConfigurer(ctx, id, before.row);
    await this.#requireRoles(ctx, id, changes);
    const { expires_at, role_mapping, default_role, domains, ...plain } = changes;
    const changed = await platform.db.transaction(async (tx) => {
      await lockMembers(tx, tenantId);
      await updateDirectory(tx, tenantId, id, {
        configuredRole: ctx.actor.role,
        ...(plain.name === undefined ? {} : { name: plain.name }),
        ...(plain.enabled === undefined ? {} : { enabled: plain.enabled }),
        ...(domains === undefined ? {} : { domains: [...new Set(domains)] }),
        ...(role_mapping === undefined ? {} : { roleMapping: role_mapping }),
        ...(default_role === undefined ? {} : { defaultRole: default_role }),
        ...(expires_at === undefined ? {} : { expiresAt: expires_at === null ? null : new Date(expires_at) }),
      });
      await audit.record(tx, ctx, {
        action: 'scim.configured',
        object: { kind: 'directory', id },
        outcome: 'success',
        before: documentOf(before, base),
        after: changes,
        details: { what: 'changed', fields: Object.keys(changes).join(' ') },
      });
      if (role_mapping === undefined && default_role === undefined) return [];
      const after = await findDirectory(tx, tenantId, id);
      return after === null ? [] : followGroups(tx, audit, ctx, after.row, null);
    });
    this.#forget(id);
    forget(tenantId, changed);
    return documentOf(await this.#find(ctx, id), base);
  }

  async renewToken(ctx: Context, id: string, base: string): Promise<{ directory: Directory; token: string }> {
    const { platform, audit } = this.#parts;
    const { row } = await this.#find(ctx, id);
    await this.#requireConfigurer(ctx, id, row);
    const { secret, prefix, hash } = makeSecret('scim');
    await platform.db.transaction(async (tx) => {
      await updateDirectory(tx, ctx.actor.tenantId, id, {
        tokenPrefix: prefix,
        tokenHash: hash,
        configuredRole: ctx.actor.role,
      });
      await audit.record(tx, ctx, {
        action: 'scim.configured',
        object: { kind: 'directory', id },
        outcome: 'success',
        details: { what: 'token renewed', prefix },
      });
    });
    this.#forget(id);
    return { directory: documentOf(await this.#find(ctx, id), base), token: secret };
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { platform, audit } = this.#parts;
    const before = await this.#find(ctx, id);
    await this.#requireConfigurer(ctx, id, before.row);
    await platform.db.transaction(async (tx) => {
      await deleteDirectory(tx, ctx.actor.tenantId, id);
      await audit.record(tx, ctx, {
        action: 'scim.configured',
        object: { kind: 'directory', id },
        outcome: 'success',
        before: documentOf(before, ''),
        details: { what: 'removed' },
      });
    });
    this.#forget(id);
  }

  #noteUse({ id, tenantId }: DirectoryRow): void {
    const { db, log } = this.#parts.platform;
    const now = Date.now();
    if (now - (this.#used.get(id) ?? 0) < usedEveryMs) return;
    this.#used.set(id, now);
    updateDirectory(db.sql, tenantId, id, { lastUsedAt: new Date(now) }).catch((error: unknown) => {
      log.warn({ err: error }, 'when a directory was last used could not be written down');
    });
  }

  #requireConfigurer(ctx: Context, id: string, present: DirectoryRow | null): Promise<void> {
    const { platform, audit } = this.#parts;
    const attempt = { what: 'scim.configure', object: { kind: 'directory', id } };
    return requireConfigurer(audit, platform.db.sql, ctx, attempt, present);
  }

  async #requireRoles(
    ctx: Context,
    id: string,
    { role_mapping = [], default_role }: Pick<Update, 'role_mapping' | 'default_role'>,
  ): Promise<void> {
    const attempt = { what: 'scim.map-role', object: { kind: 'directory', id } };
    const roles = [...role_mapping.map(({ role }) => role), default_role ?? null];
    await requireGiveable(this.#parts.audit, this.#parts.platform.db.sql, ctx, attempt, roles);
  }

  async #find(ctx: Context, id: string): Promise<CountedDirectory> {
    const found = await findDirectory(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    return found ?? fail('NOT_FOUND', 'There is no such directory.');
  }

  #forget(id: string): void {
    this.#cache.forget(({ row }) => row.id === id);
  }
}

const documentOf = ({ row, users, groups }: CountedDirectory, base: string): Directory => ({
  directory_id: row.id,
  name: row.name,
  enabled: row.enabled,
  token_prefix: row.tokenPrefix,
  base_url: base,
  domains: row.domains,
  role_mapping: row.roleMapping,
  default_role: row.defaultRole,
  users,
  groups,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt?.toISOString() ?? null,
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
});
