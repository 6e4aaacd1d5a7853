import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Audit } from '../audit/audit.ts';
import { accountBeyondConfigurer, excessOverConfigurer } from '../single-sign-on/configurer.ts';
import { giveRole } from '../single-sign-on/given-role.ts';
import { findRole, mappedRole } from '../single-sign-on/mapped-roles.ts';
import type { DirectoryRow } from './directories.store.ts';
import { findPushedUsers, type PushedUser } from './scim.store.ts';

/** The role a directory gives by a person's groups. An account it did not make keeps its own where no group is mapped. */
export async function roleByGroups(
  tx: Sql,
  directory: DirectoryRow,
  groups: readonly string[],
  present: { role: string; madeHere: boolean } | null,
): Promise<string> {
  const mapped = mappedRole(directory.roleMapping, groups);
  if (mapped !== null && (await findRole(tx, directory.tenantId, mapped)) !== null) return mapped;
  return present === null || present.madeHere ? directory.defaultRole : present.role;
}

/** Gives each of these people (all of the directory's: null) the role of their groups. Returns whose changed. */
export async function followGroups(
  tx: Sql,
  audit: Audit,
  ctx: Context,
  directory: DirectoryRow,
  userIds: ReadonlySet<string> | null,
): Promise<string[]> {
  const everybody = await findPushedUsers(tx, directory.id);
  const changed: string[] = [];
  for (const each of everybody)
    if ((userIds === null || userIds.has(each.user.id)) && (await followOne(tx, audit, ctx, directory, each)))
      changed.push(each.user.id);
  return changed;
}

async function followOne(
  tx: Sql,
  audit: Audit,
  ctx: Context,
  directory: DirectoryRow,
  { pushed, user, groups }: PushedUser,
): Promise<boolean> {
  const names = groups.map(({ displayName }) => displayName);
  const role = await roleByGroups(tx, directory, names, { role: user.role, madeHere: pushed.madeUser });
  if (role === user.role) return false;
  if ((await accountBeyondConfigurer(tx, directory, user.id)) !== null) return false;
  const definition = await findRole(tx, user.tenantId, role);
  if (definition === null || (await excessOverConfigurer(tx, directory, definition)) !== null) return false;
  const by = { by: 'scim', directory: directory.id } as const;
  return (await giveRole(tx, audit, ctx, user, role, by)).role === role;
}
