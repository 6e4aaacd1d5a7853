import type { Tenant } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { Audit } from '../audit/audit.ts';
import type { Client } from '../identity/client.ts';
import { insertTenant } from '../identity/identity.store.ts';
import type { Invitations } from '../identity/invitations.service.ts';
import type { Sessions } from '../identity/sessions.service.ts';
import { tellAccessChange } from '../permissions/access-changes.ts';
import type { Entitlements } from '../permissions/entitlements.ts';
import {
  type CountedTenant,
  changeTenant,
  endSessionsOfTenant,
  findTenant,
  listTenants,
  lockTenant,
  type TenantRow,
} from './tenants.store.ts';

export interface TenantsParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
  sessions: Pick<Sessions, 'forget'>;
  invitations: Pick<Invitations, 'requirePossible' | 'inviteAdministrator'>;
}

/** The organisations of an installation, for who keeps it: made, renamed, closed and opened again; never looked into. */
export class Tenants {
  readonly #parts: TenantsParts;

  constructor(parts: TenantsParts) {
    this.#parts = parts;
  }

  list(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    return outside(async () => {
      const rows = await listTenants(this.#parts.db.sql, limit + 1, readIdCursor('tenant', cursor));
      const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
      return { items: page.map((row) => documentOf(row, ctx)), next_cursor };
    });
  }

  /** Throws CONFLICT for an administrator who has an account already, FORBIDDEN where nobody is invited at all. */
  async create(
    ctx: Context,
    given: { name: string; administrator_email: string },
    client: Client,
  ): Promise<Tenant> {
    const { db, audit, invitations } = this.#parts;
    await invitations.requirePossible(given.administrator_email);
    const id = await outside(() =>
      db.transaction(async (tx) => {
        const made = await insertTenant(tx, given.name);
        await audit.record(tx, ctx, {
          action: 'tenant.created',
          object: { kind: 'tenant', id: made },
          outcome: 'success',
          details: { name: given.name },
        });
        return made;
      }),
    );
    await invitations.inviteAdministrator(ctx, id, given.administrator_email, client);
    return this.#document(ctx, id);
  }

  /** Throws NOT_FOUND, CONFLICT for a closed one or an address that has an account. */
  async invite(ctx: Context, id: string, email: string, client: Client): Promise<void> {
    const found = await outside(() => findTenant(this.#parts.db.sql, id));
    if (found === null) return missing(id);
    if (found.closedAt !== null)
      fail('CONFLICT', 'This organisation is closed. Open it again first.', { tenant_id: id });
    await this.#parts.invitations.requirePossible(email);
    await this.#parts.invitations.inviteAdministrator(ctx, id, email, client);
  }

  /** Throws NOT_FOUND. */
  rename(ctx: Context, id: string, name: string): Promise<Tenant> {
    return this.#change(ctx, id, async () => ({ change: { name }, details: { what: 'renamed' } }));
  }

  /** Everybody of it is out within a second. Throws NOT_FOUND, CONFLICT for one’s own or one that is closed. */
  async close(ctx: Context, id: string, reason: string): Promise<Tenant> {
    let ended: string[] = [];
    if (id === ctx.actor.tenantId)
      fail('CONFLICT', 'Your own organisation keeps this installation and cannot be closed from within it.');
    const closed = await this.#change(ctx, id, async (tx, before) => {
      if (before.closedAt !== null)
        fail('CONFLICT', 'This organisation is closed already.', { tenant_id: id });
      ended = await endSessionsOfTenant(tx, id, 'organisation closed');
      for (const user of ended) await tellAccessChange(tx, { tenant: id, user });
      return {
        change: { closedAt: new Date(), closedReason: reason },
        details: { what: 'closed', reason, signed_in: ended.length },
      };
    });
    for (const user of ended) this.#parts.sessions.forget(user);
    return closed;
  }

  /** Throws NOT_FOUND, CONFLICT for one that is open. */
  reopen(ctx: Context, id: string): Promise<Tenant> {
    return this.#change(ctx, id, async (_, before) => {
      if (before.closedAt === null) fail('CONFLICT', 'This organisation is open.', { tenant_id: id });
      return { change: { closedAt: null, closedReason: null }, details: { what: 'opened again' } };
    });
  }

  /** On record where it is done from, and in the organisation's own record. */
  async #change(
    ctx: Context,
    id: string,
    work: (
      tx: Sql,
      before: TenantRow,
    ) => Promise<{ change: Parameters<typeof changeTenant>[2]; details: Record<string, string | number> }>,
  ): Promise<Tenant> {
    const { db, audit, entitlements } = this.#parts;
    await outside(() =>
      db.transaction(async (tx) => {
        const before = await lockTenant(tx, id);
        if (before === null) return missing(id);
        const { change, details } = await work(tx, before);
        await changeTenant(tx, id, change);
        const entry = {
          action: 'tenant.changed' as const,
          object: { kind: 'tenant', id },
          outcome: 'success' as const,
          before: stateOf(before),
          after: stateOf({ ...before, ...change }),
          details,
        };
        await audit.record(tx, ctx, entry);
        if (id !== ctx.actor.tenantId) await audit.record(tx, within(ctx, id), entry);
        await tellAccessChange(tx, { tenant: id });
      }),
    );
    entitlements.forget({ tenant: id });
    return this.#document(ctx, id);
  }

  async #document(ctx: Context, id: string): Promise<Tenant> {
    const row = await outside(() => findTenant(this.#parts.db.sql, id));
    return row === null ? missing(id) : documentOf(row, ctx);
  }
}

const outside = <T>(work: () => Promise<T>): Promise<T> =>
  acrossTenants('who keeps the installation sees its organisations from outside', work);

const missing = (id: string): never => fail('NOT_FOUND', 'There is no such organisation.', { tenant_id: id });

/** The same person, for what is put on record in another organisation. */
export const within = ({ actor, requestId, log, signal, origin }: Context, tenantId: string): Context => ({
  actor: { ...actor, tenantId },
  requestId,
  log,
  signal,
  ...(origin === undefined ? {} : { origin }),
});

const stateOf = ({ name, closedAt, closedReason }: TenantRow) => ({
  name,
  closed_at: closedAt?.toISOString() ?? null,
  closed_reason: closedReason,
});

const documentOf = (row: CountedTenant, { actor }: Context): Tenant => ({
  tenant_id: row.id,
  members: row.members,
  administrators: row.administrators,
  own: row.id === actor.tenantId,
  created_at: row.createdAt.toISOString(),
  ...stateOf(row),
});
