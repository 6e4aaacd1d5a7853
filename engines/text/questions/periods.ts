import { ownEntry } from './lexicon/own-entry.ts';
import type { Token } from './tokens.ts';

export interface Period {
  length: number;
  from: string;
  to: string;
  year: number | null;
  label: string;
  /** `the last 30 days`: as many of these up to today. */
  rolling?: Rolling;
}

export interface Rolling {
  count: number;
  unit: string;
}

/** So many days, weeks, months or years up to and with a day (UTC). */
export function rollingRange({ count, unit }: Rolling, until: Date): { from: string; to: string } {
  const last = startOf('day', until.getTime());
  return { from: iso(shift(last, unit, -count)), to: iso(last + day) };
}

const months: Record<string, number> = {
  january: 1,
  jan: 1,
  february: 2,
  feb: 2,
  march: 3,
  mar: 3,
  april: 4,
  apr: 4,
  may: 5,
  june: 6,
  jun: 6,
  july: 7,
  jul: 7,
  august: 8,
  aug: 8,
  september: 9,
  sep: 9,
  sept: 9,
  october: 10,
  oct: 10,
  november: 11,
  nov: 11,
  december: 12,
  dec: 12,
};

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const ordinals: Record<string, number> = { first: 1, second: 2, third: 3, fourth: 4, last: 4, final: 4 };

const day = 86_400_000;

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

const utc = (year: number, month: number, date = 1): number => {
  const built = new Date(Date.UTC(2000, month - 1, date));
  built.setUTCFullYear(year, month - 1, date);
  return built.getTime();
};

export const isYear = (token: Token | undefined): boolean =>
  token?.kind === 'number' && /^(?:1[5-9]|20|21)\d\d$/.test(token.text);

const whole = (token: Token | undefined): number | null =>
  token?.kind === 'number' && Number.isInteger(token.value) ? token.value : null;

export function monthOf(token: Token | undefined, dated = false): number | null {
  if (token === undefined || token.kind !== 'word') return null;
  const month = ownEntry(months, token.lower);
  // `may` and `march` are also verbs: only with a capital, as a month is written.
  if (
    !dated &&
    month !== undefined &&
    ['may', 'mar', 'march'].includes(token.lower) &&
    !/^[A-Z]/.test(token.text)
  )
    return null;
  return month ?? null;
}

function ofDay(year: number, month: number, date: number, length: number): Period | null {
  const time = utc(year, month, date);
  if (month > 12 || new Date(time).getUTCMonth() !== month - 1) return null;
  return { length, from: iso(time), to: iso(time + day), year: null, label: iso(time) };
}

const ofMonth = (year: number, month: number, length: number): Period => ({
  length,
  from: iso(utc(year, month)),
  to: iso(utc(year, month + 1)),
  year: null,
  label: `${monthNames[month - 1]} ${year}`,
});

const ofQuarter = (year: number, quarter: number, length: number): Period => ({
  length,
  from: iso(utc(year, quarter * 3 - 2)),
  to: iso(utc(year, quarter * 3 + 1)),
  year: null,
  label: `quarter ${quarter} of ${year}`,
});

const ofYears = (first: number, last: number, length: number): Period => ({
  length,
  from: iso(utc(first, 1)),
  to: iso(utc(last + 1, 1)),
  year: first === last ? first : null,
  label: first === last ? String(first) : `${first} to ${last}`,
});

/** `the`, commas and `of` between the pieces of a date. */
export function skip(tokens: Token[], at: number): number {
  let next = at;
  while (['the', ',', 'of', 'in', 'year'].includes(tokens[next]?.lower ?? '')) next += 1;
  return next;
}

function numericDate(tokens: Token[], at: number): Period | null {
  const [a, s1, b, s2, c] = tokens.slice(at, at + 5);
  const separators = ['-', '/', '.'];
  if (a === undefined || !separators.includes(s1?.lower ?? '') || !s1?.glued || !b?.glued) return null;
  const [x, y, z] = [whole(a), whole(b), whole(c)];
  const full = s2?.lower === s1.lower && c?.glued === true && z !== null;
  if (x === null || y === null) return null;
  if (full && isYear(a)) return ofDay(x, y, z, 5);
  if (full && isYear(c)) {
    if (x > 12 && y <= 12) return ofDay(z, y, x, 5);
    if (y > 12 && x <= 12) return ofDay(z, x, y, 5);
    return x === y ? ofDay(z, x, y, 5) : null;
  }
  return isYear(a) && s1.lower === '-' && y >= 1 && y <= 12 && b.text.length === 2 ? ofMonth(x, y, 3) : null;
}

const dayNumber = (tokens: Token[], at: number): { date: number; length: number } | null => {
  const value = whole(tokens[at]);
  if (value === null || value < 1 || value > 31) return null;
  const suffix = tokens[at + 1];
  return { date: value, length: suffix?.glued && ['st', 'nd', 'rd', 'th'].includes(suffix.lower) ? 2 : 1 };
};

function namedDate(tokens: Token[], at: number): Period | null {
  const month = monthOf(
    tokens[at],
    isYear(tokens[skip(tokens, at + 1)]) || isYear(tokens[skip(tokens, at + 2)]),
  );
  if (month !== null) {
    const date = isYear(tokens[at + 1]) ? null : dayNumber(tokens, at + 1);
    const yearAt = skip(tokens, at + 1 + (date?.length ?? 0));
    if (!isYear(tokens[yearAt])) return null;
    const year = (tokens[yearAt] as Token).value;
    return date === null
      ? ofMonth(year, month, yearAt + 1 - at)
      : ofDay(year, month, date.date, yearAt + 1 - at);
  }
  const date = dayNumber(tokens, at);
  if (date === null) return null;
  const monthAt = skip(tokens, at + date.length);
  const named = monthOf(tokens[monthAt]);
  const yearAt = skip(tokens, monthAt + 1);
  if (named === null || !isYear(tokens[yearAt])) return null;
  return ofDay((tokens[yearAt] as Token).value, named, date.date, yearAt + 1 - at);
}

function quarterDate(tokens: Token[], at: number): Period | null {
  const first = tokens[at] as Token;
  let quarter: number | null = null;
  let next = at;
  if (first.lower === 'q' && tokens[at + 1]?.glued) {
    quarter = whole(tokens[at + 1]);
    next = at + 2;
  } else if (ownEntry(ordinals, first.lower) !== undefined && tokens[at + 1]?.lower === 'quarter') {
    quarter = ownEntry(ordinals, first.lower) as number;
    next = at + 2;
  } else if (
    ownEntry(ordinals, first.lower) !== undefined &&
    (ownEntry(ordinals, first.lower) as number) < 3 &&
    tokens[at + 1]?.lower === 'half'
  ) {
    const yearAt = skip(tokens, at + 2);
    if (!isYear(tokens[yearAt])) return null;
    const year = (tokens[yearAt] as Token).value;
    const half = ownEntry(ordinals, first.lower) as number;
    const from = iso(utc(year, half * 6 - 5));
    return {
      length: yearAt + 1 - at,
      from,
      to: iso(utc(year, half * 6 + 1)),
      year: null,
      label: `${first.lower} half of ${year}`,
    };
  }
  if (quarter !== null && quarter >= 1 && quarter <= 4) {
    const yearAt = skip(tokens, next);
    return isYear(tokens[yearAt])
      ? ofQuarter((tokens[yearAt] as Token).value, quarter, yearAt + 1 - at)
      : null;
  }
  if (!isYear(first) || tokens[at + 1]?.lower !== 'q') return null;
  const later = whole(tokens[at + 2]);
  return later !== null && later >= 1 && later <= 4 ? ofQuarter(first.value, later, 3) : null;
}

const startOf = (unit: string, now: number): number => {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const today = utc(year, month, date.getUTCDate());
  if (unit === 'day') return today;
  if (unit === 'week') return today - ((date.getUTCDay() + 6) % 7) * day;
  if (unit === 'month') return utc(year, month);
  if (unit === 'quarter') return utc(year, month - ((month - 1) % 3));
  return utc(year, 1);
};

function shift(time: number, unit: string, by: number): number {
  const date = new Date(time);
  if (unit === 'day') return time + by * day;
  if (unit === 'week') return time + by * 7 * day;
  const count = { month: by, quarter: by * 3, year: by * 12 }[unit] ?? 0;
  const first = utc(date.getUTCFullYear(), date.getUTCMonth() + 1 + count);
  const last = new Date(shiftMonthEnd(first)).getUTCDate();
  return first + (Math.min(date.getUTCDate(), last) - 1) * day;
}

const shiftMonthEnd = (first: number): number => {
  const date = new Date(first);
  return utc(date.getUTCFullYear(), date.getUTCMonth() + 2) - day;
};

const numberWords: Record<string, number> = {
  a: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
};

function smallNumber(token: Token | undefined): number | null {
  if (token?.kind === 'word') return ownEntry(numberWords, token.lower) ?? null;
  return whole(token);
}

function relativePeriod(tokens: Token[], at: number, now: Date): Period | null {
  const first = tokens[at] as Token;
  const today = startOf('day', now.getTime());
  if (first.lower === 'today')
    return { length: 1, from: iso(today), to: iso(today + day), year: null, label: 'today' };
  if (first.lower === 'yesterday')
    return { length: 1, from: iso(today - day), to: iso(today), year: null, label: 'yesterday' };
  if (!['last', 'past', 'previous', 'this', 'current'].includes(first.lower)) return null;
  const second = tokens[at + 1];
  const unitOf = (token: Token | undefined) =>
    ['day', 'week', 'month', 'quarter', 'year'].includes(token?.stem ?? '') ? (token as Token).stem : null;
  const bare = unitOf(second);
  if (bare !== null && second?.lower === bare) {
    const start = startOf(bare, now.getTime());
    const current = first.lower === 'this' || first.lower === 'current';
    const from = current ? start : shift(start, bare, -1);
    const to = current ? shift(start, bare, 1) : start;
    const year = bare === 'year' ? new Date(from).getUTCFullYear() : null;
    return { length: 2, from: iso(from), to: iso(to), year, label: `${iso(from)} to ${iso(to - day)}` };
  }
  let place = at + 1;
  if (tokens[place]?.lower === 'calendar') place += 1;
  const count = smallNumber(tokens[place]);
  if (tokens[place + 1]?.lower === 'calendar') place += 1;
  const unit = unitOf(tokens[place + 1]);
  if (count === null || unit === null || count < 1 || count > 5000 || first.lower === 'this') return null;
  const range = rollingRange({ count, unit }, now);
  return {
    length: place + 2 - at,
    ...range,
    year: null,
    label: `since ${range.from}`,
    rolling: { count, unit },
  };
}

function decade(tokens: Token[], at: number): Period | null {
  const start = tokens[at];
  const mark = tokens[at + 1];
  if (!isYear(start) || start?.text.endsWith('0') !== true || mark?.lower !== 's' || !mark.glued) return null;
  return ofYears(start.value, start.value + 9, 2);
}

export function periodAt(tokens: Token[], from: number, now: Date): Period | null {
  let at = from;
  while (['the', 'year', 'years', 'a'].includes(tokens[at]?.lower ?? '') && at < from + 3) at += 1;
  const more = at - from;
  if (tokens[at] === undefined) return null;
  const found =
    numericDate(tokens, at) ??
    namedDate(tokens, at) ??
    quarterDate(tokens, at) ??
    relativePeriod(tokens, at, now) ??
    decade(tokens, at) ??
    (isYear(tokens[at]) ? ofYears((tokens[at] as Token).value, (tokens[at] as Token).value, 1) : null);
  return found === null ? null : { ...found, length: found.length + more };
}
