import type { JsonValue, RowSet } from '@stroma/kernel';
import type { AnswerShape, ParsedQuestion } from '../questions/types.ts';

export interface ResultFacts {
  tables: { name: string; rows: number }[];
  /** Rows of the whole result, also those that were not sent. */
  row_count: number;
  truncated?: boolean;
}

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

/** A number as a person writes it: four figures that count, no lost zeros. */
function shown(value: JsonValue): string {
  if (value === null) return 'missing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(value)
        ? Number(value)
        : null;
  if (number === null) return typeof value === 'string' ? value : JSON.stringify(value);
  if (Number.isInteger(number))
    return Math.abs(number) >= 10_000 ? number.toLocaleString('en-US') : String(number);
  const size = Math.abs(number);
  if (size >= 1000) return number.toLocaleString('en-US', { maximumFractionDigits: 1 });
  return String(Number(number.toPrecision(4)));
}

const withUnit = (value: JsonValue, unit: string | null): string =>
  value === null || unit === null
    ? shown(value)
    : unit === '%'
      ? `${shown(value)} %`
      : `${shown(value)} ${unit}`;

/**
 * Says in plain words what a result shows: what was computed, over how many rows, the leading values, and what
 * was left out. Numbers come from the result alone. `parsed` is null for SQL written by hand.
 */
export function explainResult(
  result: RowSet & { truncated?: boolean },
  parsed: ParsedQuestion | null,
  facts: ResultFacts,
): string {
  const question = parsed?.answerable === true ? parsed : null;
  const parts: string[] = [];
  if (question !== null) parts.push(`${question.interpretation.sentence}.`);
  parts.push(
    result.rows.length === 0
      ? 'No row meets these conditions.'
      : leading(result, question?.shape ?? null, facts),
  );
  const rows = overRows(question, facts);
  if (rows !== null) parts.push(rows);
  if (question !== null) parts.push(...leftOut(question.shape));
  if (facts.truncated === true || result.truncated === true)
    parts.push(`Only the first ${plural(result.rows.length, 'row')} are shown.`);
  return parts.filter((part) => part !== '').join(' ');
}

function overRows(
  question: Extract<ParsedQuestion, { answerable: true }> | null,
  facts: ResultFacts,
): string | null {
  const used =
    question === null ? facts.tables : facts.tables.filter((table) => question.tables.includes(table.name));
  const only = used[0];
  if (only === undefined) return null;
  const total =
    used.length === 1
      ? `the ${plural(only.rows, 'row')} of ${only.name}`
      : used.map((table) => `${table.name} (${plural(table.rows, 'row')})`).join(', ');
  if (question === null) return `Read from ${total}.`;
  return question.shape.filtered
    ? `Taken from those of ${total} that meet the conditions.`
    : `Taken over ${total}.`;
}

function leftOut(shape: AnswerShape): string[] {
  return shape.measured
    .filter((item) => item.missing > 0)
    .slice(0, 3)
    .map((item) =>
      shape.filtered
        ? `Rows without a value of ${item.column} are left out.`
        : `${plural(item.missing, 'row')} without a value of ${item.column} ${item.missing === 1 ? 'is' : 'are'} left out.`,
    );
}

function leading(result: RowSet, shape: AnswerShape | null, facts: ResultFacts): string {
  if (shape === null)
    return `The result has ${plural(facts.row_count, 'row')} and ${plural(result.columns.length, 'column')}.${shape === null ? extremes(result, null) : ''}`;
  const first = result.rows[0] as JsonValue[];
  const place = (alias: string): number => result.columns.findIndex((column) => column.name === alias);
  if (shape.kind === 'yes_no') {
    const count = first[place('count')] ?? null;
    return first[place('answer')] === true ? `Yes: there are ${shown(count)}.` : 'No, there are none.';
  }
  if (shape.kind === 'number' || shape.kind === 'correlation' || shape.kind === 'difference') {
    if (result.rows.length === 1)
      return `${shape.columns
        .filter((column) => place(column.alias) >= 0)
        .map((column) => `${column.title}: ${withUnit(first[place(column.alias)] ?? null, column.unit)}`)
        .join('; ')}.${strength(shape, first)}`;
  }
  if (shape.kind === 'rows' || shape.kind === 'values' || shape.kind === 'pairs')
    return listing(result, facts);
  return `There are ${plural(facts.row_count, 'group')}.${extremes(result, shape)}`;
}

function strength(shape: AnswerShape, row: JsonValue[]): string {
  const r = Number(row.at(-1));
  if (shape.kind !== 'correlation' || !Number.isFinite(r) || row.at(-1) === null) return '';
  const size = Math.abs(r);
  const word =
    size < 0.1
      ? 'practically none'
      : size < 0.3
        ? 'weak'
        : size < 0.6
          ? 'moderate'
          : size < 0.85
            ? 'strong'
            : 'very strong';
  return size < 0.1
    ? ` That is ${word}.`
    : ` That is ${word}: they ${r > 0 ? 'rise together' : 'move in opposite directions'}. It does not say that one causes the other.`;
}

function listing(result: RowSet, facts: ResultFacts): string {
  const names = result.rows.slice(0, 3).map((row) => row.slice(0, 3).map(shown).join(', '));
  const more =
    facts.row_count > names.length
      ? `, and ${plural(facts.row_count - names.length, 'more')}`.replace(' mores', ' more')
      : '';
  return `${plural(facts.row_count, 'row')}: ${names.map((name) => (result.columns.length > 1 ? `(${name})` : name)).join('; ')}${more}.`;
}

/** The groups that lead and trail by the first measure. */
function extremes(result: RowSet, shape: AnswerShape | null): string {
  if (result.rows.length < 2)
    return result.rows.length === 1 && shape !== null
      ? ` ${result.columns.map((column, place) => `${column.name}: ${shown(result.rows[0]?.[place] ?? null)}`).join('; ')}.`
      : '';
  const measureAlias = shape?.columns.find((column) => column.role === 'measure')?.alias;
  const place =
    measureAlias === undefined
      ? result.columns.findLastIndex((column) => column.type === 'number' || column.type === 'integer')
      : result.columns.findIndex((column) => column.name === measureAlias);
  if (place < 0) return '';
  const measured = result.rows.filter((row) => row[place] !== null && Number.isFinite(Number(row[place])));
  if (measured.length < 2) return '';
  const ordered = measured.toSorted((a, b) => Number(b[place]) - Number(a[place]));
  const label = (row: JsonValue[]): string =>
    row
      .filter((_, index) =>
        shape === null
          ? index < place
          : shape.columns.find((column) => column.alias === result.columns[index]?.name)?.role === 'group',
      )
      .map(shown)
      .join(', ');
  const unit = shape?.columns.find((column) => column.alias === measureAlias)?.unit ?? null;
  const top = ordered[0] as JsonValue[];
  const last = ordered.at(-1) as JsonValue[];
  if (label(top) === '')
    return ` Values go from ${withUnit(last[place] ?? null, unit)} to ${withUnit(top[place] ?? null, unit)}.`;
  if (Number(top[place]) === Number(last[place])) return ` All have ${withUnit(top[place] ?? null, unit)}.`;
  return ` Highest: ${label(top)} with ${withUnit(top[place] ?? null, unit)}. Lowest: ${label(last)} with ${withUnit(last[place] ?? null, unit)}.`;
}
