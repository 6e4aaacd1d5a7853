import { isDeepStrictEqual } from 'node:util';
import { type MonitorSettings, usualDriftLimits } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { nextTime, requireApart } from '../../platform/jobs/cron-times.ts';
import { mostLogged } from './logged-stream.ts';
import type { MonitorRow } from './monitors.store.ts';
import type { MonitoringParts } from './retrainings.service.ts';

const nearestMinutes = 5;
const nearestRetrainingMinutes = 60;

/** Throws INVALID_INPUT for what cannot be looked at or followed. */
export async function requireSound(
  { access }: Pick<MonitoringParts, 'access'>,
  ctx: Context,
  settings: MonitorSettings,
): Promise<void> {
  const { window, windows, schedule, rules, retraining, notify } = settings;
  if (window.kind === 'count' && window.rows * windows > mostLogged)
    fail(
      'INVALID_INPUT',
      `${windows} windows of ${window.rows} rows would be ${window.rows * windows} rows; at most ${mostLogged} are looked at. Take fewer or smaller windows.`,
      { field: 'windows', limit: mostLogged },
    );
  requireInOrder(settings.thresholds);
  if (schedule !== null) requireApart(schedule.cron, schedule.time_zone, nearestMinutes);
  if (retraining?.schedule != null)
    requireApart(retraining.schedule.cron, retraining.schedule.time_zone, nearestRetrainingMinutes);
  const ids = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    if (ids.has(rule.rule_id))
      fail('INVALID_INPUT', `Two rules are called "${rule.rule_id}".`, { field: `rules.${at}.rule_id` });
    ids.add(rule.rule_id);
    if (rule.for_windows > windows)
      fail(
        'INVALID_INPUT',
        `"${rule.name}" waits for ${rule.for_windows} windows; the monitor looks at ${windows}.`,
        { field: `rules.${at}.for_windows` },
      );
    if (rule.retrain && retraining === null)
      fail('INVALID_INPUT', `"${rule.name}" retrains, but the monitor does not say how. Set "retraining".`, {
        field: `rules.${at}.retrain`,
      });
  }
  for (const userId of notify)
    if ((await access.people.card(ctx.actor.tenantId, userId)) === null)
      fail('INVALID_INPUT', `There is no member ${userId}.`, { field: 'notify' });
}

function requireInOrder(thresholds: MonitorSettings['thresholds']): void {
  const held = { ...usualDriftLimits, ...thresholds };
  for (const what of ['psi', 'loss'] as const) {
    const [moderate, severe] = [held[`moderate_${what}`], held[`severe_${what}`]];
    if (moderate > severe)
      fail(
        'INVALID_INPUT',
        `Drift is severe from a larger limit on than moderate; moderate_${what} is ${moderate} and severe_${what} is ${severe}.`,
        { field: `thresholds.severe_${what}` },
      );
  }
}

/** When the clock comes for it next. */
export const timesOf = ({ paused, schedule, retraining }: MonitorSettings) => ({
  nextAt: paused || schedule === null ? null : nextTime(schedule.cron, schedule.time_zone),
  nextRetrainingAt:
    paused || retraining?.schedule == null
      ? null
      : nextTime(retraining.schedule.cron, retraining.schedule.time_zone),
});

/** Rules that say another thing than before have not been looked at. */
export function standingOf(
  standing: MonitorRow['standing'],
  before: MonitorSettings['rules'],
  after: MonitorSettings['rules'],
): MonitorRow['standing'] {
  return Object.fromEntries(
    after.flatMap(({ rule_id, when, for_windows }) => {
      const old = before.find((own) => own.rule_id === rule_id);
      const own = standing[rule_id];
      const isSame =
        old !== undefined && old.for_windows === for_windows && isDeepStrictEqual(old.when, when);
      return own !== undefined && isSame ? [[rule_id, own]] : [];
    }),
  );
}
