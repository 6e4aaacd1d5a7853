import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { newId } from '../../platform/ids.ts';
import type { Audit, Stranger } from '../audit/audit.ts';
import type { UserRow } from '../identity/identity.store.ts';
import { accountBeyondConfigurer, excessOverConfigurer } from './configurer.ts';
import {
  type ConnectionRow,
  type ConnectionWithDomains,
  findLink,
  insertLink,
  markConnectionUsed,
  markLinkUsed,
} from './connections.store.ts';
import { giveRole } from './given-role.ts';
import { findRole, mappedRole } from './mapped-roles.ts';
import { findPerson, findPersonByEmail, insertPerson } from './people.store.ts';
import { domainOf, type ProvenIdentity, SignOnRefused } from './proven-identity.ts';

export interface ProvisioningParts {
  audit: Audit;
  /** A directory pushes this person by SCIM and says their role: a sign-in does not change it. */
  isPushed: (tx: Sql, tenantId: string, userId: string) => Promise<boolean>;
}

/**
 * The account of who has proven who they are, made or linked when there is none yet. Linked only by an address that
 * the provider has verified, in a domain of this connection. Throws SignOnRefused.
 */
export async function provision(
  tx: Sql,
  parts: ProvisioningParts,
  connection: ConnectionWithDomains,
  identity: ProvenIdentity,
  who: Context | Stranger,
): Promise<UserRow> {
  const { row, domains } = connection;
  if (!domains.includes(domainOf(identity.email)))
    throw new SignOnRefused('wrong_domain', `The address is of the domain ${domainOf(identity.email)}.`);
  if (!identity.emailVerified)
    throw new SignOnRefused('not_verified', 'The provider says that the e-mail address is not verified.');
  // Two first sign-ins of one person at once shall not make two links.
  await lockUntilCommit(tx, `sign-on:${row.id}:${identity.subject}`);
  const link = await findLink(tx, row.tenantId, row.id, identity.subject);
  const known = link === null ? null : await findPerson(tx, row.tenantId, link.userId);
  const found = known ?? (await findPersonByEmail(tx, row.tenantId, identity.email));
  if (found !== null && found.disabledAt !== null)
    throw new SignOnRefused('disabled', 'The account is deactivated.');
  if (found !== null) refuseBeyond(await accountBeyondConfigurer(tx, row, found.id));
  const made = found === null;
  const role = await roleFor(tx, parts, connection, identity, found, link?.madeUser ?? made);
  if (role !== found?.role) await requireGivenWithin(tx, row, role);
  const user = found ?? (await makePerson(tx, parts.audit, connection, identity, role, who));
  if (link === null)
    await insertLink(tx, {
      id: newId('user'),
      tenantId: row.tenantId,
      connectionId: row.id,
      subject: identity.subject,
      userId: user.id,
      madeUser: made,
      lastUsedAt: new Date(),
    });
  else await markLinkUsed(tx, link.id);
  await markConnectionUsed(tx, row.id);
  return user.role === role
    ? user
    : await giveRole(tx, parts.audit, who, user, role, { by: 'single-sign-on', connection: row.id });
}

/** A custom role may have come to be worth more since it was mapped. */
async function requireGivenWithin(tx: Sql, row: ConnectionRow, role: string): Promise<void> {
  const definition = await findRole(tx, row.tenantId, role);
  if (definition !== null) refuseBeyond(await excessOverConfigurer(tx, row, definition));
}

function refuseBeyond(reason: string | null): void {
  if (reason !== null)
    throw new SignOnRefused(
      'no_account',
      `This connection does not reach the account. ${reason} A super administrator can save the connection anew.`,
    );
}

/**
 * The first mapped group says the role. In no mapped group, an account that the connection made has the default
 * role, and one that was here before keeps its own.
 */
async function roleFor(
  tx: Sql,
  parts: ProvisioningParts,
  { row }: ConnectionWithDomains,
  { groups }: ProvenIdentity,
  user: UserRow | null,
  madeHere: boolean,
): Promise<string> {
  if (user !== null && (await parts.isPushed(tx, row.tenantId, user.id))) return user.role;
  const mapped = mappedRole(row.roleMapping, groups);
  if (mapped !== null && (await findRole(tx, row.tenantId, mapped)) !== null) return mapped;
  if (user !== null && (!madeHere || row.roleMapping.length === 0)) return user.role;
  if (row.defaultRole === null)
    throw new SignOnRefused(
      'no_role',
      'The person is in no group that is mapped, and there is no default role.',
    );
  return row.defaultRole;
}

async function makePerson(
  tx: Sql,
  audit: Audit,
  { row }: ConnectionWithDomains,
  identity: ProvenIdentity,
  role: string,
  who: Context | Stranger,
): Promise<UserRow> {
  if (!row.createsUsers)
    throw new SignOnRefused('no_account', 'There is no account, and this connection makes none.');
  const { tenantId } = row;
  const { email } = identity;
  const made = await insertPerson(tx, { tenantId, email, name: identity.name ?? email, role });
  if (made === null)
    throw new SignOnRefused('no_account', 'The address belongs to another organisation here.');
  await audit.record(tx, who, {
    action: 'account.created',
    object: { kind: 'user', id: made.id },
    outcome: 'success',
    after: { email, role },
    details: { by: 'single-sign-on', connection: row.id, role },
  });
  return made;
}
