import { StromaError } from '@stroma/kernel';
import { inArray } from 'drizzle-orm';
import { fail } from '../../platform/failure.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { monitorFirings } from './monitoring.tables.ts';
import type { Monitors, MonitorWalls } from './monitors.service.ts';
import { findMonitor } from './monitors.store.ts';
import { rulesTold } from './rule-words.ts';

export const mailKind = 'ml.monitor-mail';

interface MailInput {
  monitor_id: string;
  firing_ids: string[];
}

/**
 * Writes to whoever a monitor names that rules fired or are over, those alone who may see it now, each in their language.
 * What was found stays behind the sign-in: a mail names rule, model and address.
 */
export function monitorMailJob({
  parts,
  monitors,
}: MonitorWalls & { monitors: Monitors }): JobDefinition<MailInput> {
  const { platform, access } = parts;
  return {
    kind: mailKind,
    title: () => 'Telling that a rule of a monitor fired',
    timeoutSeconds: 300,
    retries: 3,
    concurrency: 1,
    async run({ monitor_id, firing_ids }, ctx) {
      const { tenantId } = ctx.actor;
      const row = await findMonitor(platform.db.sql, tenantId, monitor_id);
      if (row === null || firing_ids.length === 0) return { result: { mails: 0 } };
      const firings = await platform.db.sql
        .select({ name: monitorFirings.name, toState: monitorFirings.toState, number: monitorFirings.number })
        .from(monitorFirings)
        .where(inArray(monitorFirings.id, firing_ids));
      const { STROMA_PUBLIC_URL, PORT } = platform.config;
      const origin = STROMA_PUBLIC_URL?.replace(/\/$/, '') ?? `http://localhost:${PORT}`;
      const page = `${origin}/models/${row.modelId}?tab=monitoring&monitor=${row.id}`;
      let mails = 0;
      let failed: unknown = null;
      for (const userId of new Set([row.ownerId, ...row.notify])) {
        const actor = await access.people.actor(tenantId, userId);
        const card = await access.people.card(tenantId, userId);
        if (actor === null || card === null) continue;
        const monitor = await visible(() => monitors.get({ ...ctx, actor }, row.id));
        if (monitor === null) continue;
        const told = firings.map(({ name, toState: state, number }) => ({
          ...{ name, state, number, model: monitor.model_name },
        }));
        try {
          const letter = rulesTold(card.language, row.name, told, page);
          await platform.mail.send({ ...letter, to: card.email, tenantId });
          mails += 1;
        } catch (error) {
          failed = error;
        }
      }
      if (failed !== null && mails === 0)
        fail('MAIL_UNAVAILABLE', 'Nobody could be told that a rule fired.', { monitor_id }, failed);
      return { result: { mails } };
    },
  };
}

/** Null for who may not see it. */
async function visible<T>(find: () => Promise<T>): Promise<T | null> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof StromaError) return null;
    throw error;
  }
}
