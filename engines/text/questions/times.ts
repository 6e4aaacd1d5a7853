import type { TimePart } from './expression.ts';
import { ownEntry } from './lexicon/own-entry.ts';
import { isYear, monthNames, monthOf, type Period, periodAt, type Rolling, skip } from './periods.ts';
import type { Token } from './tokens.ts';

/** A time said in a question. Dates are ISO `YYYY-MM-DD`; `to` is exclusive. */
export type TimeSpec =
  | {
      kind: 'range';
      from: string | null;
      to: string | null;
      /** First and last year, when whole years were said. */
      years: { from: number | null; to: number | null } | null;
      label: string;
      /** As many units up to today, or up to the newest day of data that ends before. */
      rolling?: Rolling;
    }
  | { kind: 'part'; part: TimePart; values: number[]; label: string };

const weekdays: Record<string, number> = {
  monday: 1,
  tuesday: 2,
  wednesday: 3,
  thursday: 4,
  friday: 5,
  saturday: 6,
  sunday: 7,
};

function partAt(tokens: Token[], from: number): { length: number; spec: TimeSpec } | null {
  const at = tokens[from]?.lower === 'the' ? from + 1 : from;
  const token = tokens[at];
  if (token === undefined) return null;
  const extra = at - from;
  const month = monthOf(token, ['in', 'during', 'of', 'for'].includes(tokens[from - 1]?.lower ?? ''));
  if (month !== null && !isYear(tokens[skip(tokens, at + 1)])) {
    const spec: TimeSpec = {
      kind: 'part',
      part: 'month_of_year',
      values: [month],
      label: monthNames[month - 1] as string,
    };
    return { length: 1 + extra, spec };
  }
  const weekday = ownEntry(weekdays, token.stem);
  if (weekday !== undefined && token.lower.length > 5)
    return {
      length: 1 + extra,
      spec: { kind: 'part', part: 'day_of_week', values: [weekday], label: token.text },
    };
  if (token.stem === 'weekend')
    return {
      length: 1 + extra,
      spec: { kind: 'part', part: 'day_of_week', values: [6, 7], label: 'weekends' },
    };
  return null;
}

/** `the 1980s` */
function decadeAt(tokens: Token[], from: number): { length: number; spec: TimeSpec } | null {
  const at = tokens[from]?.lower === 'the' ? from + 1 : from;
  const token = tokens[at];
  if (token === undefined || !isYear(token) || token.value % 10 !== 0) return null;
  if (tokens[at + 1]?.lower !== 's' || tokens[at + 1]?.glued !== true) return null;
  const { value } = token;
  const spec: TimeSpec = {
    kind: 'range',
    from: `${value}-01-01`,
    to: `${value + 10}-01-01`,
    years: { from: value, to: value + 9 },
    label: `the ${value}s`,
  };
  return { length: at + 2 - from, spec };
}

const range = (from: Period | null, to: Period | null, label: string, exclusiveStart = false): TimeSpec => ({
  kind: 'range',
  from: from === null ? null : exclusiveStart ? from.to : from.from,
  to: to?.to ?? null,
  years:
    (from === null || from.year !== null) && (to === null || to.year !== null)
      ? { from: from?.year == null ? null : from.year + (exclusiveStart ? 1 : 0), to: to?.year ?? null }
      : null,
  label,
});

const before = (period: Period): TimeSpec => ({
  kind: 'range',
  from: null,
  to: period.from,
  years: period.year === null ? null : { from: null, to: period.year - 1 },
  label: `before ${period.label}`,
});

/** The time phrase that starts at `at`, with its leading word, such as `since 2020` or `in March 2021`. */
export function timeAt(tokens: Token[], at: number, now: Date): { length: number; spec: TimeSpec } | null {
  const word = tokens[at]?.lower ?? '';
  const next = tokens[at + 1]?.lower ?? '';
  const lead = (length: number, build: (period: Period) => TimeSpec) => {
    const period = periodAt(tokens, at + length, now);
    return period === null ? null : { length: length + period.length, spec: build(period) };
  };
  if (word === 'between' || word === 'from') {
    const first = periodAt(tokens, at + 1, now);
    const middle = first === null ? undefined : tokens[at + 1 + first.length]?.lower;
    if (first !== null && ['and', 'to', 'until', 'till', 'through', '-', 'up'].includes(middle ?? '')) {
      const gap = middle === 'up' ? 2 : 1;
      const second = periodAt(tokens, at + 1 + first.length + gap, now);
      if (second !== null)
        return {
          length: 1 + first.length + gap + second.length,
          spec: range(first, second, `${first.label} to ${second.label}`),
        };
    }
    if (word === 'between') return null;
    if (['on', 'onwards', 'onward'].includes(middle ?? '') && first !== null)
      return { length: 2 + first.length, spec: range(first, null, `since ${first.label}`) };
  }
  if (['since', 'starting', 'from'].includes(word) && word !== 'from')
    return lead(next === 'in' || next === 'from' ? 2 : 1, (period) =>
      range(period, null, `since ${period.label}`),
    );
  if (word === 'on' && next === 'or' && ['after', 'before'].includes(tokens[at + 2]?.lower ?? ''))
    return lead(3, (period) =>
      tokens[at + 2]?.lower === 'after'
        ? range(period, null, `since ${period.label}`)
        : range(null, period, `until ${period.label}`),
    );
  if (word === 'after' || (word === 'later' && next === 'than'))
    return lead(word === 'after' ? 1 : 2, (period) => range(period, null, `after ${period.label}`, true));
  if (
    word === 'before' ||
    word === 'pre' ||
    (word === 'prior' && next === 'to') ||
    (word === 'earlier' && next === 'than')
  )
    return lead(word === 'before' || word === 'pre' ? 1 : 2, before);
  if (['until', 'till', 'through'].includes(word))
    return lead(1, (period) => range(null, period, `until ${period.label}`));
  if (word === 'up' && next === 'to')
    return lead(2, (period) => range(null, period, `until ${period.label}`));
  const preposition = [
    'in',
    'on',
    'during',
    'for',
    'of',
    'at',
    'within',
    'over',
    'throughout',
    'from',
  ].includes(word)
    ? 1
    : 0;
  const decade = decadeAt(tokens, at + preposition);
  if (decade !== null) return { length: preposition + decade.length, spec: decade.spec };
  const period = periodAt(tokens, at + preposition, now);
  if (period !== null) {
    const end = at + preposition + period.length;
    const onwards = ['onwards', 'onward'].includes(tokens[end]?.lower ?? '')
      ? 1
      : tokens[end]?.lower === 'or' && tokens[end + 1]?.lower === 'later'
        ? 2
        : 0;
    const middle = tokens[end]?.lower;
    if (onwards > 0)
      return {
        length: preposition + period.length + onwards,
        spec: range(period, null, `since ${period.label}`),
      };
    if (period.year !== null && (middle === '-' || middle === 'to')) {
      const second = periodAt(tokens, end + 1, now);
      if (second?.year != null)
        return {
          length: preposition + period.length + 1 + second.length,
          spec: range(period, second, `${period.label} to ${second.label}`),
        };
    }
    const spec = range(period, period, period.label);
    return {
      length: preposition + period.length,
      spec:
        period.rolling === undefined || spec.kind !== 'range' ? spec : { ...spec, rolling: period.rolling },
    };
  }
  const part = partAt(tokens, at + preposition);
  return part === null ? null : { length: preposition + part.length, spec: part.spec };
}
