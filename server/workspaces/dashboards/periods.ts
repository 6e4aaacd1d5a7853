import type { TileGrain, TimeRange } from '@stroma/contracts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Where the period that begins at `start` ends, as a date or moment of the same kind; null when it is none. */
export function periodEnd(start: string, grain: TileGrain, isDate: boolean): string | null {
  const begin = new Date(
    /\d{2}:\d{2}/.test(start) && !/Z|[+-]\d{2}:?\d{2}$/.test(start) ? `${start}Z` : start,
  );
  if (Number.isNaN(begin.getTime())) return null;
  const end = new Date(begin);
  if (grain === 'year') end.setUTCFullYear(end.getUTCFullYear() + 1);
  else if (grain === 'quarter') end.setUTCMonth(end.getUTCMonth() + 3);
  else if (grain === 'month') end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setTime(end.getTime() + { week: 7 * dayMs, day: dayMs, hour: hourMs, minute: 60_000 }[grain]);
  return isDate ? end.toISOString().slice(0, 10) : end.toISOString();
}

export interface Moments {
  /** ISO 8601; null: open. */
  from: string | null;
  to: string | null;
}

const durationPattern =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * What a range is at a moment. A range that ends now is cut to whole minutes, and one below a day to ten seconds: what
 * is asked twice in between is the same question.
 */
export function momentsOf(range: TimeRange, now: Date): Moments {
  if (!('last' in range)) return { from: range.from, to: range.to };
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = (
    durationPattern.exec(range.last)?.slice(1) ?? []
  ).map((part) => Number(part ?? 0));
  const lengthMs = (weeks * 7 + days) * dayMs + hours * hourMs + minutes * 60_000 + seconds * 1000;
  const isShort = years === 0 && months === 0 && lengthMs < dayMs;
  const step = isShort ? 10_000 : 60_000;
  const end = new Date(Math.ceil(now.getTime() / step) * step);
  const start = new Date(end);
  start.setUTCFullYear(start.getUTCFullYear() - years);
  start.setUTCMonth(start.getUTCMonth() - months);
  start.setTime(start.getTime() - lengthMs);
  return { from: start.toISOString(), to: end.toISOString() };
}

/** The period of the same length that ends where this one begins; null for one that is open. */
export function periodBefore({ from, to }: Moments): { from: string; to: string } | null {
  if (from === null || to === null) return null;
  const begin = timeOf(from);
  // A day as the end counts in whole.
  const end = timeOf(to) + (isDay(to) ? dayMs : 0);
  if (!(end > begin)) return null;
  return { from: new Date(2 * begin - end).toISOString(), to: new Date(begin).toISOString() };
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);
const timeOf = (text: string): number =>
  Date.parse(isDay(text) || /Z|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`);
