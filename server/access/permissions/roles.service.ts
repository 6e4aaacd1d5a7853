import {
  type api,
  builtInRole,
  builtInRoles,
  definitionOfRole,
  excessOf,
  type RoleDefinition,
  type RoleDocument,
  roleAliases,
  roleDefinitions,
  type Sensitivity,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Audit } from '../audit/audit.ts';
import { tellAccessChange } from './access-changes.ts';
import { type CustomRole, nameOfRole } from './entitlements.store.ts';
import type { Entitlements } from './entitlements.ts';
import { requireWithin } from './refusals.ts';
import {
  countMembersByRole,
  deleteCustomRole,
  findCustomRole,
  insertCustomRole,
  isNameTaken,
  listCustomRoles,
  lockRoles,
  maxCustomRoles,
  updateCustomRole,
} from './roles.store.ts';

type NewRole = z.output<typeof api.access.createRole.body>;
type RoleChange = z.output<typeof api.access.updateRole.body>;

export interface RolesParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
}

/** Built-in roles to look at, custom roles to make of permissions one holds oneself. */
export class Roles {
  readonly #parts: RolesParts;

  constructor(parts: RolesParts) {
    this.#parts = parts;
  }

  async list(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const { sql } = this.#parts.db;
    const { tenantId } = ctx.actor;
    const [custom, members] = await Promise.all([
      listCustomRoles(sql, tenantId),
      countMembersByRole(sql, tenantId),
    ]);
    const all = [
      ...builtInRoles.map((role) => builtInDocument(ctx, role, members)),
      ...custom.map((role) => customDocument(ctx, role, members)),
    ];
    const start = cursor === undefined ? 0 : all.findIndex(({ role }) => role === cursor) + 1;
    if (cursor !== undefined && start === 0)
      fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', { field: 'cursor' });
    const items = all.slice(start, start + limit);
    return { items, next_cursor: start + limit < all.length ? (items.at(-1)?.role ?? null) : null };
  }

  async clearanceOf(tenantId: string, role: string): Promise<Sensitivity> {
    const custom =
      builtInRole(role) === null ? await findCustomRole(this.#parts.db.sql, tenantId, role) : null;
    return (custom ?? definitionOfRole(role)).clearance;
  }

  async create(ctx: Context, input: NewRole): Promise<RoleDocument> {
    const { tenantId, id: createdBy } = ctx.actor;
    const definition = read(input);
    await requireWithin(this.#parts.audit, ctx, { what: 'role.create', object: null }, definition);
    const made = await this.#parts.db.transaction(async (tx) => {
      await lockRoles(tx, tenantId);
      await this.#requireFreeName(tx, tenantId, input.name, '');
      if ((await listCustomRoles(tx, tenantId)).length >= maxCustomRoles)
        fail('CONFLICT', `There are ${maxCustomRoles} custom roles, and there may be no more.`);
      const { name, description } = input;
      const row = { id: newId('role'), tenantId, name, description, createdBy, ...definition };
      const role = await insertCustomRole(tx, row);
      await this.#parts.audit.record(tx, ctx, {
        action: 'role.created',
        object: { kind: 'role', id: role.id },
        outcome: 'success',
        after: worthOf(role),
        details: { name },
      });
      return role;
    });
    return customDocument(ctx, made, new Map());
  }

  async update(ctx: Context, id: string, change: RoleChange): Promise<RoleDocument> {
    const { tenantId } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
    const attempt = { what: 'role.change', object: { kind: 'role', id } };
    const present = (await findCustomRole(db.sql, tenantId, id)) ?? notFound(id);
    await requireWithin(audit, ctx, attempt, present);
    await requireWithin(audit, ctx, attempt, read(merged(present, change)));
    const changed = await db.transaction(async (tx) => {
      await lockRoles(tx, tenantId);
      const before = (await findCustomRole(tx, tenantId, id, true)) ?? notFound(id);
      const after = merged(before, change);
      // It may have been changed since it was looked at.
      if (excessOf(before, ctx.actor) !== null || excessOf(after, ctx.actor) !== null)
        fail('CONFLICT', 'The role was changed by somebody else just now. Look at it again.');
      await this.#requireFreeName(tx, tenantId, after.name, id);
      const role = await updateCustomRole(tx, { ...after, ...read(after) });
      await audit.record(tx, ctx, {
        action: 'role.changed',
        object: { kind: 'role', id },
        outcome: 'success',
        before: worthOf(before),
        after: worthOf(role),
        details: differenceOf(before, role),
      });
      await tellAccessChange(tx, { tenant: tenantId });
      return role;
    });
    entitlements.forget({ tenant: tenantId });
    return customDocument(ctx, changed, await countMembersByRole(db.sql, tenantId));
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { tenantId } = ctx.actor;
    const { db, audit } = this.#parts;
    const present = (await findCustomRole(db.sql, tenantId, id)) ?? notFound(id);
    await requireWithin(audit, ctx, { what: 'role.delete', object: { kind: 'role', id } }, present);
    await db.transaction(async (tx) => {
      await lockRoles(tx, tenantId);
      const role = (await findCustomRole(tx, tenantId, id, true)) ?? notFound(id);
      const members = (await countMembersByRole(tx, tenantId)).get(id) ?? 0;
      if (members > 0)
        fail('CONFLICT', `${members} members have this role. Give them another one first.`, { members });
      await deleteCustomRole(tx, tenantId, id);
      await audit.record(tx, ctx, {
        action: 'role.deleted',
        object: { kind: 'role', id },
        outcome: 'success',
        before: worthOf(role),
        details: { name: role.name },
      });
    });
  }

  async #requireFreeName(tx: Sql, tenantId: string, name: string, but: string): Promise<void> {
    const builtIn = builtInRoles.some((role) => nameOfRole(role).toLowerCase() === name.toLowerCase());
    if (builtIn || (await isNameTaken(tx, tenantId, name, but)))
      fail('CONFLICT', `There is a role named "${name}" already. Choose another name.`, { field: 'name' });
  }
}

const notFound = (id: string): never => fail('NOT_FOUND', `There is no custom role ${id}.`);

/** Throws INVALID_INPUT where something is held for one's own that is not held at all. */
function read(input: {
  permissions: RoleDefinition['permissions'];
  own_only?: RoleDefinition['ownOnly'];
  ownOnly?: RoleDefinition['ownOnly'];
  clearance: RoleDefinition['clearance'];
  reach: RoleDefinition['reach'];
}) {
  const ownOnly = [...new Set(input.own_only ?? input.ownOnly ?? [])].sort();
  const permissions = [...new Set(input.permissions)].sort();
  const missing = ownOnly.filter((each) => !permissions.includes(each));
  if (missing.length > 0)
    fail('INVALID_INPUT', `Expected own_only among permissions; ${missing.join(', ')} is not.`, {
      field: 'own_only',
    });
  return { permissions, ownOnly, clearance: input.clearance, reach: input.reach };
}

function merged(role: CustomRole, change: RoleChange): CustomRole {
  const permissions = change.permissions ?? role.permissions;
  const ownOnly = change.own_only ?? role.ownOnly.filter((each) => permissions.includes(each));
  const { name = role.name, description = role.description } = change;
  const { clearance = role.clearance, reach = role.reach } = change;
  return { ...role, name, description, permissions, ownOnly, clearance, reach };
}

const worthOf = ({ name, description, permissions, ownOnly, clearance, reach }: CustomRole) => ({
  name,
  description,
  permissions,
  ownOnly,
  clearance,
  reach,
});

function differenceOf(before: CustomRole, after: CustomRole): Record<string, string> {
  const added = after.permissions.filter((each) => !before.permissions.includes(each));
  const taken = before.permissions.filter((each) => !after.permissions.includes(each));
  return { name: after.name, added: added.join(' '), taken: taken.join(' ') };
}

function builtInDocument(
  ctx: Context,
  role: (typeof builtInRoles)[number],
  members: ReadonlyMap<string, number>,
): RoleDocument {
  const aliases = Object.keys(roleAliases).filter(
    (alias) => roleAliases[alias as keyof typeof roleAliases] === role,
  );
  const held = [role, ...aliases].reduce((sum, name) => sum + (members.get(name) ?? 0), 0);
  return {
    role,
    name: nameOfRole(role),
    description: '',
    built_in: true,
    aliases,
    members: held,
    updated_at: null,
    ...worthDocument(ctx, roleDefinitions[role]),
  };
}

function customDocument(ctx: Context, role: CustomRole, members: ReadonlyMap<string, number>): RoleDocument {
  return {
    role: role.id,
    name: role.name,
    description: role.description,
    built_in: false,
    aliases: [],
    members: members.get(role.id) ?? 0,
    updated_at: role.updatedAt.toISOString(),
    ...worthDocument(ctx, role),
  };
}

function worthDocument(ctx: Context, definition: RoleDefinition) {
  const whyNot = excessOf(definition, ctx.actor);
  return {
    permissions: [...definition.permissions],
    own_only: [...definition.ownOnly],
    clearance: definition.clearance,
    reach: definition.reach,
    may_give: whyNot === null,
    why_not: whyNot,
  };
}
