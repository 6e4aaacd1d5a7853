import {
  type api,
  builtInRole,
  definitionOfRole,
  excessOf,
  isAdministrator,
  type Member,
  type RoleDefinition,
  scopeOfRole,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Actor, Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Audit } from '../audit/audit.ts';
import { keepersOf } from '../identity/account-keeper.ts';
import { findUserByEmail } from '../identity/identity.store.ts';
import { countFactors } from '../identity/second-factors.store.ts';
import { endSessionsOf } from '../identity/sessions.store.ts';
import { tellAccessChange } from '../permissions/access-changes.ts';
import {
  definitionOf,
  findEntitlement,
  type MemberEntitlement,
  nameOfRole,
} from '../permissions/entitlements.store.ts';
import type { Entitlements } from '../permissions/entitlements.ts';
import { readNameCursor, writeNameCursor } from '../permissions/name-cursor.ts';
import { type Attempt, refuse } from '../permissions/refusals.ts';
import { findCustomRole, lockRoles } from '../permissions/roles.store.ts';
import { holdsInForce } from '../retention/retention.store.ts';
import { findMember, requireGovernable, requireUnchanged, ungovernable } from './governance.ts';
import {
  type AttributeChange,
  changeAttributes,
  changeUser,
  countAdministrators,
  deleteUser,
  invitedRoles,
  lastSeen,
  listMembers,
  lockMembers,
  projectNames,
} from './members.store.ts';

type ListQuery = z.output<typeof api.members.list.query>;
type MemberChange = z.output<typeof api.members.update.body>;

export interface MembersParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
}

/** Who belongs to the organisation, and what they are made to be allowed. */
export class Members {
  readonly #parts: MembersParts;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /**
   * Whether somebody could give the person behind an address what they have, or what an invitation to it promises;
   * so for nobody's address.
   */
  async couldGive(ctx: Context, email: string): Promise<boolean> {
    const { sql } = this.#parts.db;
    const { tenantId } = ctx.actor;
    const address = email.trim().toLowerCase();
    for (const role of await invitedRoles(sql, tenantId, address)) {
      const worth =
        builtInRole(role) === null ? await findCustomRole(sql, tenantId, role) : definitionOfRole(role);
      if (worth !== null && excessOf(worth, ctx.actor) !== null) return false;
    }
    const user = await findUserByEmail(sql, address);
    if (user === null || user.tenantId !== tenantId) return true;
    const found = await findEntitlement(sql, tenantId, user.id);
    return found !== null && excessOf(definitionOf(found), ctx.actor) === null;
  }

  async list(ctx: Context, { limit, cursor, ...filter }: ListQuery) {
    const after = readNameCursor(cursor) ?? undefined;
    const { tenantId } = ctx.actor;
    const rows = await listMembers(this.#parts.db.sql, tenantId, { ...filter, after }, limit + 1);
    const { page, next_cursor } = cutPage(rows, limit, ({ user }) => writeNameCursor(user));
    return { items: await this.#documents(ctx, page), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Member> {
    return this.#document(ctx, await findMember(this.#parts.db.sql, ctx, id));
  }

  async update(ctx: Context, id: string, change: MemberChange): Promise<Member> {
    const attempt: Attempt = { what: 'member.change', object: { kind: 'user', id } };
    const present = await findMember(this.#parts.db.sql, ctx, id);
    await requireGovernable(this.#parts.audit, ctx, attempt, present);
    if (change.role !== undefined && change.role !== present.user.role) {
      const definition = await this.#roleWorth(this.#parts.db.sql, ctx, change.role);
      const excess = excessOf(definition, ctx.actor);
      if (excess !== null) await refuse(this.#parts.audit, ctx, { ...attempt, what: 'role.assign' }, excess);
    }
    const excess = excessOfAttributes(change, ctx.actor);
    if (excess !== null) await refuse(this.#parts.audit, ctx, attempt, excess);
    const attributes = readAttributes(change, present);
    return this.#change(ctx, id, async (tx, before) => {
      const role = change.role ?? before.user.role;
      if (change.role !== undefined) await this.#roleWorth(tx, ctx, change.role);
      const ends = attributes.accessUntil != null || (attributes.accessFrom?.getTime() ?? 0) > Date.now();
      await this.#keepAdministrator(tx, before, ends ? '' : role);
      if (role !== before.user.role) await changeUser(tx, ctx.actor.tenantId, id, { role });
      if (Object.keys(attributes).length > 0) await changeAttributes(tx, ctx.actor.tenantId, id, attributes);
      const details: Record<string, string> =
        role === before.user.role
          ? { changed: Object.keys(attributes).join(' ') }
          : { from: before.user.role, to: role };
      return { action: role === before.user.role ? 'member.changed' : 'role.assigned', details };
    });
  }

  async deactivate(ctx: Context, id: string): Promise<Member> {
    const present = await findMember(this.#parts.db.sql, ctx, id);
    const attempt: Attempt = { what: 'member.deactivate', object: { kind: 'user', id } };
    await requireGovernable(this.#parts.audit, ctx, attempt, present);
    requireOther(ctx, id);
    return this.#change(ctx, id, async (tx, before) => {
      await this.#keepAdministrator(tx, before, '');
      const disabledAt = before.user.disabledAt ?? new Date();
      await changeUser(tx, ctx.actor.tenantId, id, { disabledAt });
      await endSessionsOf(tx, id, null, 'deactivated');
      return { action: 'account.disabled', details: { role: before.user.role } };
    });
  }

  async reactivate(ctx: Context, id: string): Promise<Member> {
    const present = await findMember(this.#parts.db.sql, ctx, id);
    const attempt: Attempt = { what: 'member.reactivate', object: { kind: 'user', id } };
    await requireGovernable(this.#parts.audit, ctx, attempt, present);
    return this.#change(ctx, id, async (tx, before) => {
      await changeUser(tx, ctx.actor.tenantId, id, { disabledAt: null });
      return { action: 'account.enabled', details: { role: before.user.role } };
    });
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { db, audit, entitlements } = this.#parts;
    const { tenantId } = ctx.actor;
    const present = await findMember(db.sql, ctx, id);
    const attempt: Attempt = { what: 'member.remove', object: { kind: 'user', id } };
    await requireGovernable(this.#parts.audit, ctx, attempt, present);
    requireOther(ctx, id);
    await db.transaction(async (tx) => {
      await lockMembers(tx, tenantId);
      const before = await findMember(tx, ctx, id);
      requireUnchanged(present, before);
      await this.#keepAdministrator(tx, before, '');
      await requireNoHold(tx, tenantId, id);
      await deleteUser(tx, tenantId, id);
      await audit.record(tx, ctx, {
        action: 'member.removed',
        object: { kind: 'user', id },
        outcome: 'success',
        before: stateOf(before),
        details: { role: before.user.role },
      });
      await tellAccessChange(tx, { tenant: tenantId, user: id });
    });
    entitlements.forget({ tenant: tenantId, user: id });
  }

  async #change(
    ctx: Context,
    id: string,
    work: (
      tx: Sql,
      before: MemberEntitlement,
    ) => Promise<{
      action: 'member.changed' | 'role.assigned' | 'account.disabled' | 'account.enabled';
      details: Record<string, string>;
    }>,
  ): Promise<Member> {
    const { db, audit, entitlements } = this.#parts;
    const { tenantId } = ctx.actor;
    const after = await db.transaction(async (tx) => {
      // Roles first, as everywhere: a role cannot be deleted while it is given.
      await lockRoles(tx, tenantId);
      await lockMembers(tx, tenantId);
      const before = await findMember(tx, ctx, id);
      if (excessOf(definitionOf(before), ctx.actor) !== null)
        fail('CONFLICT', 'The member was changed by somebody else just now. Look again.');
      const told = await work(tx, before);
      const changed = await findMember(tx, ctx, id);
      await audit.record(tx, ctx, {
        ...told,
        object: { kind: 'user', id },
        outcome: 'success',
        before: stateOf(before),
        after: stateOf(changed),
      });
      await tellAccessChange(tx, { tenant: tenantId, user: id });
      return changed;
    });
    entitlements.forget({ tenant: tenantId, user: id });
    return this.#document(ctx, after);
  }

  async #roleWorth(db: Sql, ctx: Context, role: string): Promise<RoleDefinition> {
    if (builtInRole(role) !== null) return definitionOfRole(role);
    const custom = await findCustomRole(db, ctx.actor.tenantId, role);
    return (
      custom ??
      fail('INVALID_INPUT', 'Expected a built-in role or the id of a custom one.', { field: 'role' })
    );
  }

  /** Throws CONFLICT where nobody would be left to govern, or to govern all organisations. */
  async #keepAdministrator(tx: Sql, before: MemberEntitlement, nextRole: string): Promise<void> {
    const { user } = before;
    if (user.disabledAt !== null || !isAdministrator(user.role)) return;
    if (!isAdministrator(nextRole) && (await countAdministrators(tx, user.tenantId, user.id)) === 0)
      fail('CONFLICT', 'This is the last administrator. Make somebody else an administrator first.');
    if (
      user.role === 'super_admin' &&
      nextRole !== 'super_admin' &&
      (await countAdministrators(tx, user.tenantId, user.id, ['super_admin'])) === 0
    )
      fail('CONFLICT', 'This is the last super administrator. Make somebody else one first.');
  }

  async #document(ctx: Context, row: MemberEntitlement): Promise<Member> {
    const [document] = await this.#documents(ctx, [row]);
    return document as Member;
  }

  async #documents(ctx: Context, rows: readonly MemberEntitlement[]): Promise<Member[]> {
    const { sql } = this.#parts.db;
    const ids = rows.map(({ user }) => user.id);
    const [seen, factors, keepers, projects] = await Promise.all([
      lastSeen(sql, ids),
      countFactors(sql, ids),
      keepersOf(sql, ctx.actor.tenantId, ids),
      projectNames(sql, ctx.actor.tenantId, ids),
    ]);
    return rows.map((row) => {
      const whyNot = ungovernable(row, ctx.actor);
      const { user, attributes, custom } = row;
      return {
        user_id: user.id,
        name: user.name,
        email: user.email,
        role: user.role,
        role_name: nameOfRole(user.role, custom),
        status: user.disabledAt === null ? 'active' : 'deactivated',
        clearance: attributes?.clearance ?? null,
        sites: attributes?.sites ?? null,
        projects: projects
          .filter(({ userId }) => userId === user.id)
          .map(({ projectId, name }) => ({ project_id: projectId, name })),
        access_from: attributes?.accessFrom?.toISOString() ?? null,
        access_until: attributes?.accessUntil?.toISOString() ?? null,
        last_seen_at: seen.get(user.id)?.toISOString() ?? null,
        second_factors: factors.get(user.id) ?? 0,
        managed_by: keepers.get(user.id) ?? null,
        created_at: user.createdAt.toISOString(),
        may_change: ctx.actor.permissions.has('members:write') && whyNot === null,
        why_not: ctx.actor.permissions.has('members:write')
          ? whyNot
          : 'This needs the permission members:write, which your role does not have.',
      };
    });
  }
}

function excessOfAttributes({ sites, access_until }: MemberChange, giver: Actor): string | null {
  const scope = giver.scope ?? scopeOfRole(giver.role);
  if (scope.sites !== null && sites !== undefined && !sites?.every((site) => scope.sites?.has(site)))
    return 'You are bound to sites yourself, and these reach further.';
  if (
    scope.until !== null &&
    access_until !== undefined &&
    (access_until === null || new Date(access_until) > scope.until)
  )
    return 'Your own access ends before.';
  return null;
}

function readAttributes(change: MemberChange, present: MemberEntitlement): AttributeChange {
  const moment = (text: string | null) => (text === null ? null : new Date(text));
  const attributes: AttributeChange = {
    ...(change.clearance === undefined ? {} : { clearance: change.clearance }),
    ...(change.sites === undefined ? {} : { sites: change.sites && [...new Set(change.sites)].sort() }),
    ...(change.access_from === undefined ? {} : { accessFrom: moment(change.access_from) }),
    ...(change.access_until === undefined ? {} : { accessUntil: moment(change.access_until) }),
  };
  const { accessFrom = null, accessUntil = null } = { ...present.attributes, ...attributes };
  if (accessFrom !== null && accessUntil !== null && accessFrom >= accessUntil)
    fail('INVALID_INPUT', 'Expected access to end after it begins.', { field: 'access_until' });
  return attributes;
}

/** Throws LEGAL_HOLD while one keeps what is held on the member: removing them would take it along. */
async function requireNoHold(tx: Sql, tenantId: string, id: string): Promise<void> {
  const holds = (await holdsInForce(tx, tenantId)).filter(
    ({ scope, subjectId }) => scope === 'everything' || (scope === 'person' && subjectId === id),
  );
  if (holds.length === 0) return;
  fail(
    'LEGAL_HOLD',
    'A legal hold keeps what is held on this member, so the account cannot be removed. Deactivate it instead, or have the hold lifted under Admin, Retention.',
    { holds: holds.map((hold) => hold.id) },
  );
}

function requireOther(ctx: Context, id: string): void {
  if (ctx.actor.id === id)
    fail('CONFLICT', 'Nobody closes or removes their own account here. Ask another administrator.');
}

const stateOf = ({ user, attributes, projects }: MemberEntitlement) => ({
  role: user.role,
  disabled: user.disabledAt !== null,
  clearance: attributes?.clearance ?? null,
  sites: attributes?.sites ?? null,
  from: attributes?.accessFrom?.toISOString() ?? null,
  until: attributes?.accessUntil?.toISOString() ?? null,
  projects: [...projects].sort(),
});
