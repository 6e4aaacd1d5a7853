import type { MonitorWindow } from '@stroma/contracts';
import { language } from '../../../lib/format.ts';

const dayMs = 86_400_000;

/** A short name for each window: the places of its rows, or when it begins, as finely as tells them apart. */
export function windowLabels(windows: readonly Pick<MonitorWindow, 'name'>[]): string[] {
  const begins = windows.map(({ name }) => Date.parse(name));
  if (!windows.every(({ name }) => /^\d{4}-\d\d/.test(name)) || begins.some(Number.isNaN))
    return windows.map(({ name }) => name);
  const withinDays = begins.some((at) => at % dayMs !== 0);
  const format = new Intl.DateTimeFormat(language(), {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
    ...(withinDays && { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  });
  return begins.map((at) => format.format(at));
}
