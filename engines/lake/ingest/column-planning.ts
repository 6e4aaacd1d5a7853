import type { ColumnType } from '@stroma/kernel';
import {
  booleanWords,
  clearNullSpellings,
  isNullSpelling,
  markNullSpellings,
  type NumberFormat,
  nullSpellings,
  numberFormats,
  plainNumbers,
  readAffixedNumber,
  readDate,
  readNumber,
  readTime,
} from './cell-reading.ts';
import {
  type ColumnPlan,
  type ColumnReader,
  fitsEnough,
  givenReason,
  type PlanHints,
  type Proposal,
  type Unit,
  type ValueCounts,
} from './column-plan.ts';
import { planCompactDate, planDate, planNamedDate } from './date-planning.ts';

/**
 * Chooses type and reader of a column from its values. The order is boolean, integer, number, date, timestamp,
 * time, text; numbers with leading zeros are identifiers and stay text.
 */
export function planColumn(values: ValueCounts, hints: PlanHints): ColumnPlan {
  const nulls = hints.nullValues?.map((value) => value.trim().toLowerCase());
  const isNull = nulls ? (text: string) => nulls.includes(text.toLowerCase()) : isNullSpelling;
  const real: [string, number][] = [];
  let total = 0;
  for (const [text, count] of values) {
    if (isNull(text)) continue;
    real.push([text, count]);
    total += count;
  }
  const typedNulls = nulls ?? nullSpellings;
  if (hints.source === 'nested' && (hints.type === undefined || hints.type === 'nested')) {
    const reader = { kind: 'nested', structure: '' } as const;
    return { type: 'nested', reader, reason: 'The values are lists.', nulls: [], dateOrder: null };
  }
  if (hints.type) return forcedPlan(real, hints, typedNulls);
  if (total === 0) {
    return textPlan(values, hints, 'No value is present.', nulls ?? nullSpellings);
  }
  if (hints.source === 'strings') return planStrings(real, total, hints, nulls ?? []);
  const readers = [planBoolean, planNamedDate, planNumber, planDate, planTime];
  for (const read of readers) {
    const plan = read(real, total, hints);
    if (plan === 'text')
      return textPlan(values, hints, 'Numbers with leading zeros are identifiers: their zeros are kept.');
    if (plan) return { dateOrder: null, ...plan, nulls: typedNulls };
  }
  return textPlan(values, hints, 'The values fit no other type.');
}

/** A JSON string says it is text; only dates and times, which JSON has no type for, are read out of it, all or none. */
function planStrings(
  real: [string, number][],
  total: number,
  hints: PlanHints,
  nulls: readonly string[],
): ColumnPlan {
  for (const read of [planDate, planTime]) {
    const plan = read(real, total, hints);
    const all = plan && real.every(([text]) => readDate(text) ?? readTime(text));
    if (plan && all) return { dateOrder: null, ...plan, nulls };
  }
  return {
    type: 'text',
    reader: { kind: 'text' },
    reason: 'The values are strings.',
    nulls,
    dateOrder: null,
  };
}

function textPlan(
  values: ValueCounts,
  hints: PlanHints,
  reason: string,
  nulls?: readonly string[],
): ColumnPlan {
  const chosen = nulls ?? hints.nullValues?.map((value) => value.trim().toLowerCase()) ?? textNulls(values);
  return { type: 'text', reader: { kind: 'text' }, reason, nulls: chosen, dateOrder: null };
}

/**
 * Which spellings mean "missing" in a text column. The clear ones always do, except that `NA` is a value among
 * two-letter codes (Namibia, sodium); marks such as `-` and `?` do where every other value holds a letter or a
 * digit. Words such as `none` or `unknown` are answers in a column of words and stay.
 */
function textNulls(values: ValueCounts): string[] {
  const others = [...values.keys()].filter((text) => !isNullSpelling(text));
  const codes =
    others.length >= 3 &&
    others.every((text) => /^[A-Z][A-Za-z]?$/.test(text)) &&
    others.some((text) => text.length === 2);
  const clear = clearNullSpellings.filter((spelling) => !(codes && spelling === 'na'));
  const words = others.length > 0 && others.every((text) => /[\p{L}\p{N}]/u.test(text));
  const spellings = new Set([...values.keys()].map((text) => text.toLowerCase()).filter(isNullSpelling));
  spellings.delete('none');
  // Beside two other spellings of "missing", `none` is one more; alone it is an answer.
  const none = spellings.size >= 2 ? ['none'] : [];
  return words ? [...clear, ...none, ...markNullSpellings] : [...clear, ...none];
}

function planBoolean(real: [string, number][], total: number): Proposal | null {
  let fit = 0;
  const seen = new Set<string>();
  for (const [text, count] of real) {
    const lower = text.toLowerCase();
    if (!(lower in booleanWords)) continue;
    seen.add(lower);
    fit += count;
  }
  if (!fitsEnough(fit, total)) return null;
  const letters = seen.has('t') || seen.has('f');
  if (letters && !(seen.has('t') && seen.has('f')) && !(seen.has('true') || seen.has('false'))) return null;
  return {
    type: 'boolean',
    reader: { kind: 'boolean' },
    reason: `The values are ${[...seen].sort().join(', ')}.`,
  };
}

function planNumber(real: [string, number][], total: number, hints: PlanHints): Proposal | null | 'text' {
  const read = new Array<number>(numberFormats.length).fill(0);
  const whole = new Array<number>(numberFormats.length).fill(0);
  let zeros = 0;
  let digits = 0;
  const units = new Map<string, { unit: Unit; count: number }>();
  let affixed = 0;
  for (const [text, count] of real) {
    let number = readNumber(text);
    if (!number) {
      const affix = readAffixedNumber(text);
      if (!affix) continue;
      const key = `${affix.prefix}${affix.unit}`;
      const known = units.get(key) ?? { unit: { text: affix.unit, prefix: affix.prefix }, count: 0 };
      known.count += count;
      units.set(key, known);
      affixed += count;
      number = readNumber(affix.number);
      if (!number) continue;
    }
    if (number.leadingZero) zeros += count;
    digits = Math.max(digits, number.digits);
    for (let i = 0; i < read.length; i++) {
      if (number.formats & (1 << i)) read[i] = (read[i] as number) + count;
      if (number.integers & (1 << i)) whole[i] = (whole[i] as number) + count;
    }
  }
  if (!read.some((fit) => fitsEnough(fit, total))) return null;
  const unit = chooseUnit(units, total, hints.name);
  if (unit === null) {
    if (!fitsEnough(Math.max(...read) - affixed, total)) return null;
  }
  if (zeros > 0) return 'text';
  const index = chooseFormat(read, total, hints);
  if (index === null) return null;
  const format = numberFormats[index] as NumberFormat;
  const unitText = unit ? ` The unit ${unit.text} is taken off.` : '';
  const style = describeFormat(format);
  if (whole[index] === read[index]) {
    if (digits > 38) return null;
    const wide = digits > 18;
    const reason = `All are whole numbers${style}${wide ? ' of up to 38 digits' : ''}.${unitText}`;
    return { type: 'integer', reader: { kind: 'integer', format, unit, wide }, reason };
  }
  return {
    type: 'number',
    reader: { kind: 'number', format, unit },
    reason: `All are numbers${style}.${unitText}`,
  };
}

function describeFormat(format: NumberFormat): string {
  const names: Record<string, string> = { ',': 'commas', '.': 'points', ' ': 'spaces', "'": 'apostrophes' };
  const parts = [];
  if (format.decimal === ',') parts.push('a decimal comma');
  if (format.thousands !== '') parts.push(`${names[format.thousands]} between thousands`);
  return parts.length > 0 ? ` with ${parts.join(' and ')}` : '';
}

/** A unit is taken off when all numbers with one share it, and either every value has it or the name ends with it. */
function chooseUnit(
  units: Map<string, { unit: Unit; count: number }>,
  total: number,
  name: string,
): Unit | null {
  if (units.size !== 1) return null;
  const [found] = units.values();
  if (!found) return null;
  const words = name.toLowerCase().split(/[^\p{L}\p{N}%°]+/u);
  const named = words.includes(found.unit.text.toLowerCase());
  return named || fitsEnough(found.count, total) ? found.unit : null;
}

/**
 * The first format that reads all values, or the one that reads most. `1,234` alone could be both: it is
 * thousands unless the file shows a decimal comma elsewhere; `1.234` is a decimal unless it shows the contrary.
 */
function chooseFormat(read: number[], total: number, hints: PlanHints): number | null {
  const allowed = numberFormats.map(
    (format) =>
      (hints.decimal === undefined || format.decimal === hints.decimal) &&
      (hints.thousands === undefined || format.thousands === hints.thousands),
  );
  const decimal = hints.decimal ?? hints.fileDecimal;
  let best: number | null = null;
  let bestFit = 0;
  numberFormats.forEach((format, index) => {
    if (!allowed[index]) return;
    let fit = read[index] as number;
    if (fit === 0) return;
    if (decimal !== undefined && format.decimal === decimal) fit += 0.5;
    if (fit > bestFit) {
      best = index;
      bestFit = fit;
    }
  });
  if (best === null || !fitsEnough(read[best] as number, total)) return null;
  return best;
}

/** True when the values of a column can only be read with this decimal sign; undefined when they say nothing. */
export function decimalEvidence(values: ValueCounts): { comma: number; point: number } {
  let comma = 0;
  let point = 0;
  for (const [text, count] of values) {
    const number = readNumber(text);
    if (!number) continue;
    const decimals = numberFormats.map((format, index) =>
      number.formats & (1 << index) ? format.decimal : null,
    );
    const commas = decimals.includes(',');
    const points = decimals.includes('.');
    if (commas && !points) comma += count;
    else if (points && !commas) point += count;
  }
  return { comma, point };
}

function planTime(real: [string, number][], total: number): Proposal | null {
  const formats = new Set<string>();
  let fit = 0;
  for (const [text, count] of real) {
    const format = readTime(text);
    if (!format) continue;
    formats.add(format);
    fit += count;
  }
  if (!fitsEnough(fit, total)) return null;
  const list = [...formats].filter((format) => format !== 'iso').sort();
  return {
    type: 'time',
    reader: { kind: 'time', iso: formats.has('iso'), formats: list },
    reason: 'All are times of day.',
  };
}

/** The reader for a type the user asked for: the best one for these values, or a plain one. */
function forcedPlan(real: [string, number][], hints: PlanHints, nulls: readonly string[]): ColumnPlan {
  const reason = givenReason;
  const plan = (type: ColumnType, reader: ColumnReader): ColumnPlan => ({
    type,
    reader,
    reason,
    nulls,
    dateOrder: null,
  });
  const type = hints.type as ColumnType;
  const best = <T>(read: (values: [string, number][], count: number, hints: PlanHints) => T) => {
    const readable = real.filter(([text]) => read([[text, 1]], 1, hints) !== null);
    return read(
      readable,
      readable.reduce((sum, [, count]) => sum + count, 0),
      hints,
    );
  };
  if (type === 'boolean') return plan(type, { kind: 'boolean' });
  if (type === 'integer' || type === 'number') {
    const proposal = best((values, count) => {
      const zeroless = values.map(([text, n]): [string, number] => [
        text.replace(/^([-+]?)0+(?=[0-9])/, '$1'),
        n,
      ]);
      return planNumber(zeroless, count, hints);
    });
    const reader = proposal && proposal !== 'text' ? proposal.reader : null;
    const format =
      reader && 'format' in reader
        ? reader.format
        : { ...plainNumbers, decimal: hints.decimal ?? '.', thousands: hints.thousands ?? '' };
    const unit = reader && 'unit' in reader ? reader.unit : null;
    if (type === 'number') return plan(type, { kind: 'number', format, unit, leadingZeros: true });
    return plan(type, {
      kind: 'integer',
      format,
      unit,
      wide: reader?.kind === 'integer' && reader.wide,
      leadingZeros: true,
    });
  }
  if (type === 'date' || type === 'timestamp') {
    const proposal = best(planDate) ?? best(planCompactDate);
    const reader = proposal?.reader;
    if (reader && (reader.kind === 'date' || reader.kind === 'timestamp')) {
      return { ...plan(type, { ...reader, kind: type }), dateOrder: proposal?.dateOrder ?? null };
    }
    return plan(type, { kind: type, iso: true, formats: [], zone: false });
  }
  if (type === 'time') {
    const reader = best(planTime)?.reader;
    return plan(type, reader?.kind === 'time' ? reader : { kind: 'time', iso: true, formats: [] });
  }
  return { ...plan('text', { kind: 'text' }), nulls: hints.nullValues ? nulls : textNulls(new Map(real)) };
}
