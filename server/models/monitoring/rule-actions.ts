import type { MonitorRule } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { foundText, type Withheld, withheldText } from './monitor-documents.ts';
import type { CheckTools, Looked } from './monitor-look.ts';
import { mailKind } from './monitor-mails.jobs.ts';
import { type JudgedRule, nextStanding } from './monitor-rules.ts';
import { insertFiring, type MonitorRow, updateMonitor } from './monitors.store.ts';
import type { PlannedRetraining } from './retrainings.service.ts';

export type Plan = { retraining: PlannedRetraining } | { refused: string } | null;

/** Why none can begin, where none can. */
export async function planned(plan: () => Promise<PlannedRetraining>): Promise<Plan> {
  try {
    return { retraining: await plan() };
  } catch (error) {
    if (error instanceof StromaError) return { refused: error.message };
    throw error;
  }
}

/** How rules stand is read and written under the lock of the monitor: who looks at the same time finds it done. */
export async function actOnRules(
  tx: Sql,
  tools: CheckTools,
  { owner, found, stream }: Pick<Looked, 'owner' | 'found' | 'stream'>,
  monitor: MonitorRow,
  judged: readonly JudgedRule[],
  plan: Plan,
  checkId: string,
): Promise<void> {
  const { parts, monitors } = tools;
  const at = new Date();
  const standing: MonitorRow['standing'] = { ...monitor.standing };
  const told: string[] = [];
  for (const each of judged) {
    const { rule, state, found: what } = each;
    // What a rule says may have been changed since it was judged.
    if (!monitor.rules.some(({ rule_id }) => rule_id === rule.rule_id)) continue;
    const next = nextStanding(standing[rule.rule_id], state, at, checkId);
    standing[rule.rule_id] = next.standing;
    if (next.changed === null) continue;
    const started =
      next.changed === 'fired' && rule.retrain ? await retrain(tx, tools, owner, monitor, rule, plan) : none;
    const id = newId('monitorFiring');
    await insertFiring(tx, {
      ...(await monitors.messages.seal(monitor.tenantId, id, { message: foundText(what) })),
      ...started,
      id,
      tenantId: monitor.tenantId,
      monitorId: monitor.id,
      ruleId: rule.rule_id,
      name: rule.name,
      toState: next.standing.state,
      checkId,
      number: found.version.number,
      at,
    });
    told.push(id);
    await parts.access.audit.record(tx, owner, {
      action: next.changed === 'fired' ? 'model-monitor.fired' : 'model-monitor.resolved',
      object: { kind: 'model', id: monitor.modelId },
      outcome: 'success',
      after: { rule, retraining_id: started.retrainingId, withheld: started.withheld },
      details: {
        name: found.model.name,
        monitor_id: monitor.id,
        rule_id: rule.rule_id,
        number: found.version.number,
      },
    });
    await parts.platform.events.publish(tx, owner, 'model.monitor.fired', monitor.id, {
      model_id: monitor.modelId,
      monitor_id: monitor.id,
      rule_id: rule.rule_id,
      number: found.version.number,
      state: next.standing.state,
    });
  }
  await updateMonitor(tx, monitor.tenantId, monitor.id, {
    standing,
    checkId,
    anchorId: stream.anchorId,
    anchorNumber: found.version.number,
  });
  if (told.length > 0)
    await parts.platform.jobs.send(owner, mailKind, { monitor_id: monitor.id, firing_ids: told }, { tx });
}

const none: { retrainingId: string | null; withheld: string | null } = { retrainingId: null, withheld: null };

const withheld = (because: Withheld): typeof none => ({
  retrainingId: null,
  withheld: withheldText(because),
});

async function retrain(
  tx: Sql,
  { retrainings }: CheckTools,
  owner: Context,
  monitor: MonitorRow,
  rule: MonitorRule,
  plan: Plan,
): Promise<typeof none> {
  if (plan === null) return none;
  if ('refused' in plan) return withheld({ code: 'refused', next_at: null, message: plan.refused });
  try {
    const cause = { cause: 'rule', ruleId: rule.rule_id } as const;
    const row = await retrainings.startIn(tx, owner, monitor, plan.retraining, cause);
    return { retrainingId: row.id, withheld: null };
  } catch (error) {
    if (!(error instanceof StromaError) || error.code !== 'CONFLICT') throw error;
    const { next_at = null, retraining_id } = error.details as { next_at?: string; retraining_id?: string };
    return withheld({
      code: next_at !== null ? 'too_soon' : retraining_id === undefined ? 'refused' : 'goes_on',
      next_at,
      message: error.message,
    });
  }
}
