import type { JsonValue } from '@stroma/kernel';
import type { Grain } from './tile.ts';

/** Milliseconds since 1970 of a date or moment (ISO 8601); one without a zone is taken as UTC. Null: none. */
export function momentOf(value: JsonValue | undefined): number | null {
  if (typeof value !== 'string') return typeof value === 'number' ? value : null;
  const text = value.replace(' ', 'T');
  const bare = /T\d\d:\d\d/.test(text) && !/(Z|[+-]\d\d(:?\d\d)?)$/i.test(text);
  const parsed = Date.parse(bare ? `${text}Z` : text);
  return Number.isNaN(parsed) ? null : parsed;
}

/** When the period that begins then ends. */
export function endOfPeriod(start: number, grain: Grain): number {
  const day = new Date(start);
  const later = (years: number, months: number) =>
    Date.UTC(day.getUTCFullYear() + years, day.getUTCMonth() + months, day.getUTCDate());
  if (grain === 'year') return later(1, 0);
  if (grain === 'quarter') return later(0, 3);
  if (grain === 'month') return later(0, 1);
  const minutes = { week: 10_080, day: 1440, hour: 60, minute: 1 };
  return start + minutes[grain] * 60_000;
}

/** A moment as it is read; as fine as its grain. */
export function momentText(moment: number, grain: Grain | null, locale: string): string {
  const day = new Date(moment);
  const written = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(day);
  if (grain === 'year') return String(day.getUTCFullYear());
  if (grain === 'quarter') return `Q${Math.floor(day.getUTCMonth() / 3) + 1} ${day.getUTCFullYear()}`;
  if (grain === 'month') return written({ year: 'numeric', month: 'short' });
  const hasTime = grain === null ? moment % 86_400_000 !== 0 : grain === 'hour' || grain === 'minute';
  if (!hasTime) return written({ dateStyle: 'medium' });
  const hasSeconds = grain === null && moment % 60_000 !== 0;
  return written({ dateStyle: 'medium', timeStyle: hasSeconds ? 'medium' : 'short' });
}
