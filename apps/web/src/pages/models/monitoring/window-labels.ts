import type { MonitorWindow } from '@stroma/contracts';
import i18next from 'i18next';

const dayMs = 86_400_000;

/** One short name for each window, unlike those of the others: when it begins, as finely as tells them apart. */
export function windowLabels(windows: readonly MonitorWindow[]): string[] {
  const begins = windows.map(({ name, from }) => {
    const at = Date.parse(name);
    // Windows of rows are named by places, and begin with their first prediction.
    return new Date(Number.isNaN(at) || !/^\d{4}-/.test(name) ? from : name);
  });
  const gaps = begins.slice(1).map((at, before) => at.getTime() - (begins[before]?.getTime() ?? 0));
  const least = Math.min(...gaps, Number.POSITIVE_INFINITY);
  const format = new Intl.DateTimeFormat(i18next.language, {
    day: 'numeric',
    month: 'short',
    ...(least < dayMs && { hour: '2-digit', minute: '2-digit' }),
    ...(least < 60_000 && { second: '2-digit' }),
  });
  const seen = new Map<string, number>();
  return begins.map((at) => {
    const label = format.format(at);
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    return times === 1 ? label : `${label} (${times})`;
  });
}
