import { quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { numberPattern, thousandsCharacters } from './cell-reading.ts';
import type { ColumnPlan, ColumnReader } from './column-planning.ts';

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

/** True where the text means "missing" although it is not empty. Text that is only spaces counts, save where nothing may. */
export function nullTest(plan: ColumnPlan, column: string): string {
  if (plan.nulls.length === 0) return plan.reader.kind === 'text' ? 'false' : `trim(${column}) = ''`;
  const list = ['', ...plan.nulls].map(quoteLiteral).join(', ');
  const longest = Math.max(...plan.nulls.map((spelling) => spelling.length));
  return `(strlen(${column}) <= ${longest * 2 + 16} AND lower(trim(${column}, ${blanks})) IN (${list}))`;
}

/** True where there is text that is neither missing nor of the column's type. */
export function misfitTest(plan: ColumnPlan, column: string): string {
  if (plan.reader.kind === 'text' || plan.reader.kind === 'nested') return 'false';
  return `(${column} IS NOT NULL AND ${valueExpression(plan, column)} IS NULL AND NOT ${nullTest(plan, column)})`;
}

/** What surrounds a value without being part of it. */
export const blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)";

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
  const patterns = numberPattern(format);
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

const isoPattern =
  '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)?( ?(Z|[-+][0-9]{2}(:?[0-9]{2})?))?';

function dateExpression(
  reader: Extract<ColumnReader, { kind: 'date' | 'timestamp' }>,
  type: string,
  column: string,
): string {
  const text = `trim(${column}, ${blanks})`;
  const pattern = reader.kind === 'date' ? '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' : isoPattern;
  const iso = `CASE WHEN regexp_full_match(${text}, '${pattern}') THEN TRY_CAST(${text} AS ${type}) END`;
  if (reader.formats.length === 0) return iso;
  const parsed = `try_strptime(${text}, [${reader.formats.map(quoteLiteral).join(', ')}])`;
  const cast = `CASE WHEN year(${parsed}) >= 1000 THEN ${parsed}::${type} END`;
  return reader.iso ? `coalesce(${iso}, ${cast})` : cast;
}

/** Why a row does not fit, naming each column at fault. */
export function reasonExpression(plans: { name: string; plan: ColumnPlan; column: string }[]): string {
  const parts = plans
    .filter(({ plan }) => misfitTest(plan, 'c') !== 'false')
    .map(({ name, plan, column }) => {
      const start = quoteLiteral(`Column "${name}": expected ${plan.type}, got "`);
      return `CASE WHEN ${misfitTest(plan, column)} THEN ${start} || left(${column}, 200) || '".' END`;
    });
  return parts.length === 0 ? "''" : `concat_ws(' ', ${parts.join(', ')})`;
}

export const anyMisfit = (plans: { plan: ColumnPlan; column: string }[]): string => {
  const tests = plans.map(({ plan, column }) => misfitTest(plan, column)).filter((test) => test !== 'false');
  return tests.length === 0 ? 'false' : tests.join(' OR ');
};

export const selectList = (plans: { name: string; plan: ColumnPlan; column: string }[]): string =>
  plans
    .map(({ name, plan, column }) => `${valueExpression(plan, column)} AS ${quoteIdentifier(name)}`)
    .join(', ');
