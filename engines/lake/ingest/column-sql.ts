import { quoteLiteral } from '../duckdb.ts';
import { numberPattern, thousandsCharacters } from './cell-reading.ts';
import type { ColumnPlan, ColumnReader } from './column-plan.ts';

/** The column `index` of the staged text. */
export const stagedColumn = (index: number): string => `c${index}`;

/** SQL type a plan writes. HUGEINT has no Parquet type (it would become a double): DECIMAL(38,0) keeps every digit. */
export function sqlType({ reader }: ColumnPlan): string {
  switch (reader.kind) {
    case 'text':
      return 'VARCHAR';
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return reader.wide ? 'DECIMAL(38,0)' : 'BIGINT';
    case 'number':
      return 'DOUBLE';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return reader.zone ? 'TIMESTAMPTZ' : 'TIMESTAMP';
    case 'nested':
      return 'JSON';
  }
}

/** The typed value of a staged column; null where the text is missing or does not fit. */
export function valueExpression(plan: ColumnPlan, column: string): string {
  const { reader } = plan;
  if (reader.kind === 'text') {
    const missing = nullTest(plan, column);
    const text = reader.trim ? `trim(${column}, ${blanks})` : column;
    return missing === 'false' ? text : `CASE WHEN ${missing} THEN NULL ELSE ${text} END`;
  }
  return castExpression(reader, sqlType(plan), column);
}

/**
 * True where a text is the usual spelling of a value of its type, which every cast reads alike; null when there is
 * no such test. Writing the value back and comparing costs a fifth of a regular expression, and refuses what the
 * cast alone would let pass: 1.5 as 2, 1_000, 0x10, leading zeros, offsets that are dropped.
 */
export function quickTest({ reader }: ColumnPlan, column: string): string | null {
  const same = (type: string) => `TRY_CAST(${column} AS ${type})::VARCHAR = ${column}`;
  switch (reader.kind) {
    case 'integer':
      return reader.unit === null ? same(reader.wide ? 'DECIMAL(38,0)' : 'BIGINT') : null;
    case 'number': {
      if (reader.unit !== null || reader.format.decimal !== '.' || reader.format.thousands === '.')
        return null;
      const zeros = `(NOT (starts_with(${column}, '0') OR starts_with(${column}, '-0')) OR starts_with(${column}, '0.') OR ${column} = '0')`;
      return `(isfinite(TRY_CAST(${column} AS DOUBLE)) AND NOT contains(${column}, '_') AND ${zeros})`;
    }
    case 'boolean':
      return `${column} IN ('true', 'false')`;
    case 'date':
      return reader.iso ? same('DATE') : null;
    case 'timestamp':
      return reader.iso && !reader.zone ? same('TIMESTAMP') : null;
    default:
      return null;
  }
}

/** True where the text means "missing" although it is not empty. Text that is only spaces counts, save where nothing may. */
export function nullTest(plan: ColumnPlan, column: string): string {
  if (plan.nulls.length === 0) return plan.reader.kind === 'text' ? 'false' : `trim(${column}) = ''`;
  const longest = Math.max(...plan.nulls.map((spelling) => spelling.length));
  const test = isOneOf(['', ...plan.nulls], `lower(trim(${column}, ${blanks}))`);
  return `CASE WHEN strlen(${column}) <= ${longest * 2 + 16} THEN ${test} ELSE false END`;
}

/** True where there is text that is neither missing nor of the column's type. */
export function misfitTest(plan: ColumnPlan, column: string): string {
  if (plan.reader.kind === 'text' || plan.reader.kind === 'nested') return 'false';
  return `(${column} IS NOT NULL AND ${valueExpression(plan, column)} IS NULL AND NOT ${nullTest(plan, column)})`;
}

/** What surrounds a value without being part of it. */
const blankBytes = ["' '", 'chr(9)', 'chr(10)', 'chr(13)', 'chr(160)'];
export const blanks = blankBytes.join(' || ');

function castExpression(
  reader: Exclude<ColumnReader, { kind: 'text' }>,
  type: string,
  column: string,
): string {
  switch (reader.kind) {
    case 'boolean':
      return `CASE lower(trim(${column})) WHEN 'true' THEN true WHEN 'false' THEN false WHEN 't' THEN true WHEN 'f' THEN false END`;
    case 'integer':
    case 'number':
      return numberExpression(reader, type, column);
    case 'date':
    case 'timestamp':
      return dateExpression(reader, type, column);
    case 'nested':
      return `from_json(${column}::JSON, ${quoteLiteral(reader.structure)})`;
    case 'time': {
      const iso = `TRY_CAST(CASE WHEN regexp_full_match(trim(${column}), '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?') THEN trim(${column}) END AS TIME)`;
      if (reader.formats.length === 0) return iso;
      const parsed = `try_strptime(trim(${column}), [${reader.formats.map(quoteLiteral).join(', ')}])::TIME`;
      return reader.iso ? `coalesce(${iso}, ${parsed})` : parsed;
    }
  }
}

function numberExpression(
  reader: Extract<ColumnReader, { kind: 'integer' | 'number' }>,
  type: string,
  column: string,
): string {
  const { format, unit } = reader;
  const patterns = numberPattern(format, reader.leadingZeros === true);
  let text = `trim(${column}, ${blanks})`;
  if (unit) {
    const escaped = unit.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const pattern = unit.prefix ? `^${escaped} ?` : ` ?${escaped}$`;
    text = `regexp_replace(${text}, ${quoteLiteral(pattern)}, '')`;
  }
  const pattern = reader.kind === 'integer' ? patterns.integer : `${patterns.number}|[-+]?(?i:inf|infinity)`;
  let plain = `replace(${text}, '\u2212', '-')`;
  if (format.thousands !== '') {
    const characters = thousandsCharacters(format);
    plain = `translate(${plain}, ${quoteLiteral(characters)}, '')`;
  }
  if (format.decimal === ',') plain = `replace(${plain}, ',', '.')`;
  // The cast alone would round 1.5 to 2 and read 1_000 and 0x10: only text of the right shape reaches it.
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(pattern)}) THEN TRY_CAST(${plain} AS ${type}) END`;
}

const isoDay = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}';
const isoClock = '([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)?';
const isoZone = '( ?(Z|[-+][0-9]{2}(:?[0-9]{2})?))?';

function dateExpression(
  reader: Extract<ColumnReader, { kind: 'date' | 'timestamp' }>,
  type: string,
  column: string,
): string {
  const text = `trim(${column}, ${blanks})`;
  // A cast to TIMESTAMP drops an offset without a word: only a column that has them reads them.
  const pattern = isoDay + (reader.kind === 'date' ? '' : isoClock + (reader.zone ? isoZone : ''));
  const iso = `CASE WHEN regexp_full_match(${text}, '${pattern}') THEN TRY_CAST(${text} AS ${type}) END`;
  if (reader.formats.length === 0) return iso;
  const parsed = `try_strptime(${text}, [${reader.formats.map(quoteLiteral).join(', ')}])`;
  const cast = `CASE WHEN year(${parsed}) >= 1000 THEN ${parsed}::${type} END`;
  return reader.iso ? `coalesce(${iso}, ${cast})` : cast;
}

/** Membership without a join: the engine turns a long IN list into one, which costs more than all else that is asked. */
const isOneOf = (spellings: readonly string[], text: string): string =>
  `list_contains([${spellings.map(quoteLiteral).join(', ')}], ${text})`;

/**
 * True for text that may need more than being copied: a missing value, blanks around it, the start of a formula.
 * Cheap, and never false for one that does. CASE, as AND and OR work out all their sides for every row.
 */
export function suspicionTest({ nulls }: ColumnPlan, column: string): string {
  const longest = Math.max(0, ...nulls.map((spelling) => Buffer.byteLength(spelling)));
  const isMissing = `strlen(${column}) <= ${longest + 4} AND ${isOneOf(nulls, `lower(${column})`)}`;
  const firsts = new Set(nulls.flatMap(firstLetters));
  const among = (from: string, to: string) => [...firsts].filter((first) => first >= from && first < to);
  const marks = [String.fromCodePoint(160), ...among('{', '\u{10ffff}')];
  const missing = (letters: string[]) =>
    letters.length === 0 ? '' : `WHEN ${startsWithOne(letters, column)} THEN ${isMissing}`;
  const ends = blankBytes.map((blank) => `ends_with(${column}, ${blank})`);
  // Below "0" lie spaces, signs and marks, between "9" and "A" the marks = and @ among others.
  return `(CASE WHEN ${column} >= 'A' THEN CASE ${missing(among('A', '{'))} WHEN ${column} >= '{' THEN ${startsWithOne(marks, column)} ELSE false END
    WHEN ${column} < '0' OR ${column} >= ':' THEN true ${missing(among('0', ':'))} ELSE false END OR ${ends.join(' OR ')})`;
}

function firstLetters(spelling: string): string[] {
  const [first] = spelling;
  return first === undefined ? [] : [first, first.toUpperCase()];
}

/** A comparison of whole texts, which is cheaper than taking their first letters. */
function startsWithOne(letters: readonly string[], column: string): string {
  const ranges = letters.map((letter) => {
    const next = String.fromCodePoint((letter.codePointAt(0) as number) + 1);
    return `(${column} >= ${quoteLiteral(letter)} AND ${column} < ${quoteLiteral(next)})`;
  });
  return `(${ranges.join(' OR ')})`;
}

/** Why a row does not fit, naming each column at fault. */
export function reasonExpression(
  plans: { name: string; plan: ColumnPlan; column: string; misfits: number }[],
): string {
  const parts = plans
    .filter(({ plan, misfits }) => misfits > 0 && misfitTest(plan, 'c') !== 'false')
    .map(({ name, plan, column }) => {
      const start = quoteLiteral(`Column "${name}": expected ${plan.type}, got "`);
      return `CASE WHEN ${misfitTest(plan, column)} THEN ${start} || left(${column}, 200) || '".' END`;
    });
  return parts.length === 0 ? "''" : `concat_ws(' ', ${parts.join(', ')})`;
}

/** True for a row that some column cannot hold. Columns known to have no misfit are not asked. */
export const anyMisfit = (columns: { plan: ColumnPlan; column: string; misfits: number }[]): string => {
  const plans = columns.filter(({ misfits }) => misfits > 0);
  const tests = plans.map(({ plan, column }) => misfitTest(plan, column)).filter((test) => test !== 'false');
  return tests.length === 0 ? 'false' : tests.join(' OR ');
};
