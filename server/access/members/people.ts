import type { Language } from '@stroma/contracts';
import type { Actor } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { findTenantName, findUser, findUserByEmail } from '../identity/identity.store.ts';
import type { Entitlements } from '../permissions/entitlements.ts';

/** Members of an organisation, for what is done later on their behalf. */
export interface People {
  /** With the rights they have now; null for one who is gone or closed. */
  actor(tenantId: string, userId: string): Promise<Actor | null>;
  /** Null language: none was chosen. */
  card(
    tenantId: string,
    userId: string,
  ): Promise<{ name: string; email: string; language: Language | null } | null>;
  /** Whether an address is that of a member whose account is open. */
  isMember(tenantId: string, email: string): Promise<boolean>;
  organisation(tenantId: string): Promise<string>;
}

export function openPeople({ sql }: Pick<Database, 'sql'>, entitlements: Entitlements): People {
  return {
    actor: (tenantId, userId) => entitlements.person(tenantId, userId),
    async card(tenantId, userId) {
      const user = await findUser(sql, userId);
      if (user === null || user.tenantId !== tenantId) return null;
      const { name, email, language } = user;
      return { name, email, language };
    },
    async isMember(tenantId, email) {
      const user = await acrossTenants('an address belongs to one account of the installation', () =>
        findUserByEmail(sql, email),
      );
      return user !== null && user.tenantId === tenantId && user.disabledAt === null;
    },
    organisation: (tenantId) => findTenantName(sql, tenantId),
  };
}
