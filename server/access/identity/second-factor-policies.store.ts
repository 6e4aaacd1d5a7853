import { builtInRole } from '@stroma/contracts';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { secondFactorPolicies, users } from './identity.tables.ts';
import type { IdentityRules } from './identity-rules.ts';
import { enrolled } from './sessions.store.ts';

export type SecondFactorPolicyRow = typeof secondFactorPolicies.$inferSelect;

export async function findSecondFactorPolicy(
  db: Sql,
  tenantId: string,
): Promise<SecondFactorPolicyRow | null> {
  const [row] = await db
    .select()
    .from(secondFactorPolicies)
    .where(eq(secondFactorPolicies.tenantId, tenantId))
    .limit(1);
  return row ?? null;
}

export async function saveSecondFactorPolicy(tx: Sql, row: SecondFactorPolicyRow): Promise<void> {
  await tx
    .insert(secondFactorPolicies)
    .values(row)
    .onConflictDoUpdate({ target: secondFactorPolicies.tenantId, set: row });
}

/** Open accounts by role, an alias under the role it stands for. */
export async function countEnrolled(
  db: Sql,
  tenantId: string,
): Promise<Map<string, { members: number; without: number }>> {
  const rows = await db
    .select({
      role: users.role,
      members: sql<number>`count(*)::int`,
      without: sql<number>`(count(*) filter (where not ${enrolled}))::int`,
    })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), isNull(users.disabledAt)))
    .groupBy(users.role);
  const counts = new Map<string, { members: number; without: number }>();
  for (const { role, members, without } of rows) {
    const name = builtInRole(role) ?? role;
    const before = counts.get(name) ?? { members: 0, without: 0 };
    counts.set(name, { members: before.members + members, without: before.without + without });
  }
  return counts;
}

/** What the installation asks is the floor; the organisation asks more of it. */
export const asksSecondFactor =
  (rules: Pick<IdentityRules, 'secondFactorRequired'>, policy: SecondFactorPolicyRow | null) =>
  (role: string): boolean =>
    rules.secondFactorRequired(role) ||
    policy?.everyone === true ||
    policy?.roles.includes(builtInRole(role) ?? role) === true;
