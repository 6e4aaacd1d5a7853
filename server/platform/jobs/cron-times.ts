import { CronExpressionParser } from 'cron-parser';
import { fail } from '../failure.ts';

const shortestMs = 60_000;

/** The next time after `from`. Throws INVALID_INPUT for an expression or time zone that is none. */
export function nextTime(cron: string, timeZone: string, from = new Date()): Date {
  try {
    return CronExpressionParser.parse(cron, { tz: timeZone, currentDate: from }).next().toDate();
  } catch (error) {
    return fail(
      'INVALID_INPUT',
      `Expected a cron expression and a time zone that exist, given "${cron}" and "${timeZone}".`,
      { field: 'cron' },
      error,
    );
  }
}

/** Null for a time that is none any more: time zones come and go with the machine. */
export function nextOrNone(cron: string, timeZone: string, from: Date): Date | null {
  try {
    return nextTime(cron, timeZone, from);
  } catch {
    return null;
  }
}

/** Throws INVALID_INPUT for times nearer to each other than `minutes`; looks at the next ten. */
export function requireApart(cron: string, timeZone: string, minutes: number): void {
  let last = nextTime(cron, timeZone);
  for (let count = 0; count < 10; count += 1) {
    const next = nextTime(cron, timeZone, last);
    if (next.getTime() - last.getTime() < minutes * shortestMs)
      fail('INVALID_INPUT', `Expected times at least ${minutes} minutes apart.`, { field: 'cron' });
    last = next;
  }
}

/** Whether the wall clock of a time zone stands within hours that may go past midnight. */
export function isWithinHours(
  { from, to }: { from: string; to: string },
  timeZone: string,
  at: Date,
): boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
  return from <= to ? clock >= from && clock < to : clock >= from || clock < to;
}
