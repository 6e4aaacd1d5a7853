import { defaultThreatPolicy, type ThreatPolicy, threatKinds } from '@stroma/contracts';
import type { Database } from '../../platform/db/database.ts';
import { savePolicy } from './threats.store.ts';

/**
 * Threats of an organisation are put on record and nothing is done about them: a test that tries all that is refused
 * looks like an attack, and must not be shut out for it.
 */
export async function watchOnly(db: Database, tenantId: string, changedByName = 'The tests'): Promise<void> {
  const responses = { low: 'observe', medium: 'observe', high: 'observe', critical: 'observe' } as const;
  const policy: ThreatPolicy = { ...defaultThreatPolicy };
  for (const kind of threatKinds) Object.assign(policy, { [kind]: { ...policy[kind], responses } });
  const row = { tenantId, policy, changedBy: tenantId, changedByName, changedAt: new Date() };
  await db.transaction((tx) => savePolicy(tx, row));
}
