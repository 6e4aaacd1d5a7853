import i18next from 'i18next';

/** The app's language as it is written where the person is: English in Britain has other dates than in America. */
export function language(): string {
  const spoken = i18next.language || 'en';
  const wished = typeof navigator === 'undefined' ? [] : navigator.languages;
  return wished.find((tag) => tag === spoken || tag.startsWith(`${spoken}-`)) ?? spoken;
}

/** Whole numbers with separators: 12,345. */
export function formatCount(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}

/** A measured number with at most `digits` significant digits; very large and small ones in scientific notation. */
export function formatNumber(value: number, digits = 4): string {
  if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-4))
    return value.toExponential(Math.max(0, digits - 1));
  const whole = Number.isInteger(value) || Math.abs(value) >= 10 ** digits;
  return new Intl.NumberFormat(
    language(),
    whole ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: digits },
  ).format(value);
}

export function formatPercent(share: number, digits = 1): string {
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: digits }).format(share);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** Decimal units: 1.2 MB is 1,200,000 bytes. */
export function formatBytes(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(iso),
  );
}

/** With seconds, as a record shows it. */
export function formatMoment(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(iso),
  );
}

/** From one moment to another, the day said once where it is the same: "21 Nov 2026, 15:59–19:59". */
export function formatSpan(from: string, to: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).formatRange(
    new Date(from),
    new Date(to),
  );
}

/** From one day to another: "23 Aug – 21 Nov 2026". */
export function formatDays(from: string, to: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium' }).formatRange(
    new Date(from),
    new Date(to),
  );
}

/** So many days, or the years they are: "30 days", "7 years". */
export function formatPeriod(days: number): string {
  const years = Math.round(days / 365.25);
  const whole = years > 0 && Math.round(years * 365.25) === days;
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: whole ? 'year' : 'day',
    unitDisplay: 'long',
  }).format(whole ? years : days);
}

/** In a named time zone, which is said with it. */
export function formatZoned(iso: string, timeZone: string): string {
  const moment = new Intl.DateTimeFormat(language(), {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'shortOffset',
    timeZone,
  }).format(new Date(iso));
  return `${moment} (${timeZone})`;
}

const steps = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Always with so many decimals: 0.50. */
export function formatFixed(value: number, decimals: number): string {
  const fixed = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(language(), fixed).format(value);
}

/** "3 minutes ago". */
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
  const value = unit === 'second' ? Math.min(0, Math.round(seconds)) : Math.round(seconds / size);
  return new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(value, unit);
}

/** "12 s", "3 min", "1.2 h"; milliseconds below one second. */
export function formatDuration(ms: number): string {
  const [value, unit] =
    ms < 1000
      ? [Math.max(1, Math.round(ms)), 'millisecond']
      : ms < 60_000
        ? [ms / 1000, 'second']
        : ms < 3_600_000
          ? [ms / 60_000, 'minute']
          : [ms / 3_600_000, 'hour'];
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: String(unit),
    unitDisplay: 'short',
    maximumFractionDigits: Number(value) < 10 && unit !== 'millisecond' ? 1 : 0,
  }).format(Number(value));
}
