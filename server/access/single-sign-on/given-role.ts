import { isAdministrator } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Audit, Stranger } from '../audit/audit.ts';
import type { UserRow } from '../identity/identity.store.ts';
import { tellAccessChange } from '../permissions/access-changes.ts';
import { isLastAdministrator, updatePerson } from './people.store.ts';

/** Gives an account the role its groups say; the account as it then is. `by` is told on record. */
export async function giveRole(
  tx: Sql,
  audit: Audit,
  who: Context | Stranger,
  user: UserRow,
  role: string,
  by: { by: 'single-sign-on'; connection: string } | { by: 'scim'; directory: string },
): Promise<UserRow> {
  // Somebody must go on governing the organisation, whatever a group says.
  if (!isAdministrator(role) && (await isLastAdministrator(tx, user))) return user;
  const changed = await updatePerson(tx, user.tenantId, user.id, { role });
  await tellAccessChange(tx, { tenant: user.tenantId, user: user.id });
  await audit.record(tx, who, {
    action: 'role.assigned',
    object: { kind: 'user', id: user.id },
    outcome: 'success',
    before: { role: user.role },
    after: { role },
    details: { from: user.role, to: role, ...by },
  });
  return changed;
}
