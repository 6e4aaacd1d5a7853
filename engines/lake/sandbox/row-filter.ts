import type { ColumnType } from '@stroma/kernel';
import { quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import type { RowValue } from './restriction.ts';

export type RowFilterOperator =
  | 'in'
  | 'not_in'
  | 'between'
  | 'gte'
  | 'lte'
  | 'gt'
  | 'lt'
  | 'contains'
  | 'is_missing'
  | 'not_missing';

/**
 * Which rows somebody wants to look at, of those that may be seen: it is held against the values that are shown, so it
 * tells nothing that is not shown. `type` is the column's as it is shown; dates and moments are ISO 8601 text, a moment
 * without an offset in UTC. `in` without a value shows no row. A day stands for all of it where moments are compared
 * `lte`, `gt` or `between`.
 */
export interface RowFilter {
  column: string;
  type: ColumnType;
  op: RowFilterOperator;
  values: readonly RowValue[];
}

/** A filter, or several of which each holds as a whole: a row passes that one of them lets pass, and none without one. */
export type RowSelection = RowFilter | { any: readonly (readonly RowFilter[])[] };

const counts: Partial<Record<RowFilterOperator, number>> = {
  between: 2,
  gte: 1,
  lte: 1,
  gt: 1,
  lt: 1,
  contains: 1,
  is_missing: 0,
  not_missing: 0,
};

/** Why a filter cannot hold for its column; null when it can. */
export function rowFilterProblem({ column, type, op, values }: RowFilter): string | null {
  const name = `"${column.slice(0, 100)}"`;
  const count = counts[op];
  if (count !== undefined && values.length !== count)
    return `The filter of ${name} takes ${count === 0 ? 'no value' : count === 1 ? 'one value' : 'two values'}, got ${values.length}.`;
  if (!isScalar(type) && count !== 0)
    return `Column ${name} is ${type}; it can only be filtered by whether it is there.`;
  if (op === 'contains') {
    if (type !== 'text') return `Column ${name} is ${type}; only text can contain something.`;
    return typeof values[0] === 'string' && isPlain(values[0])
      ? null
      : `The filter of ${name} looks for a text.`;
  }
  const misfit = values.find((value) =>
    value === null ? count !== undefined : literalOf(value, type) === null,
  );
  return misfit === undefined
    ? null
    : `Column ${name} is ${type}; ${JSON.stringify(misfit)?.slice(0, 100)} is not.`;
}

/** The filter as a condition, of identifiers and typed literals alone. Throws a TypeError where it cannot hold. */
export function rowFilterSql(filter: RowFilter): string {
  const problem = rowFilterProblem(filter);
  if (problem !== null) throw new TypeError(problem);
  const { column, type, op, values } = filter;
  const name = quoteIdentifier(column);
  const [first = null, second = null] = values;
  const one = literalOf(first, type) ?? 'NULL';
  switch (op) {
    case 'is_missing':
      return `${name} IS NULL`;
    case 'not_missing':
      return `${name} IS NOT NULL`;
    case 'gte':
      return `${name} >= ${one}`;
    case 'lt':
      return `${name} < ${one}`;
    case 'gt':
      return isWholeDay(first, type) ? `${name} >= ${one} + INTERVAL 1 DAY` : `${name} > ${one}`;
    case 'lte':
      return upTo(name, first, type);
    case 'between':
      return `(${name} >= ${one} AND ${upTo(name, second, type)})`;
    case 'contains':
      return `contains(lower(${name}), lower(${one}))`;
    case 'in':
    case 'not_in': {
      const present = values.flatMap((value) => (value === null ? [] : [literalOf(value, type) ?? 'NULL']));
      const tests = [
        ...(present.length === 0 ? [] : [`coalesce(${name} IN (${present.join(', ')}), false)`]),
        ...(present.length < values.length ? [`${name} IS NULL`] : []),
      ];
      if (op === 'in') return tests.length === 0 ? 'false' : `(${tests.join(' OR ')})`;
      return tests.length === 0 ? 'true' : `(NOT (${tests.join(' OR ')}))`;
    }
  }
}

/** As `rowFilterSql`, for a choice of filters too. */
export function rowSelectionSql(selection: RowSelection): string {
  if (!('any' in selection)) return rowFilterSql(selection);
  const choices = selection.any.map((filters) => `(${filters.map(rowFilterSql).join(' AND ') || 'true'})`);
  return choices.length === 0 ? 'false' : `(${choices.join(' OR ')})`;
}

/** A SELECT of the rows of another SELECT that pass every selection; itself where there is none. */
export function filteredSelect(select: string, selections: readonly RowSelection[]): string {
  if (selections.length === 0) return select;
  return `SELECT * FROM (${select}) WHERE ${selections.map(rowSelectionSql).join(' AND ')}`;
}

const isScalar = (type: ColumnType): boolean => type !== 'nested' && type !== 'binary' && type !== 'interval';
const isPlain = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const isWholeDay = (value: RowValue, type: ColumnType): boolean =>
  type === 'timestamp' && typeof value === 'string' && dayPattern.test(value);

function upTo(name: string, value: RowValue, type: ColumnType): string {
  const literal = literalOf(value, type) ?? 'NULL';
  return isWholeDay(value, type) ? `${name} < ${literal} + INTERVAL 1 DAY` : `${name} <= ${literal}`;
}

const numberPattern = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?$/;
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const momentPattern = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const timePattern = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/;

/** The value as a literal of the column's type; null where it is none. */
function literalOf(value: RowValue, type: ColumnType): string | null {
  if (value === null) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return numberLiteral(value);
    case 'boolean':
      if (typeof value === 'boolean') return String(value);
      return value === 'true' || value === 'false' ? value : null;
    case 'text':
      return isPlain(String(value)) ? quoteLiteral(String(value)) : null;
    case 'date':
    case 'timestamp':
      return typeof value === 'string' ? momentLiteral(value) : null;
    case 'time':
      return typeof value === 'string' && timePattern.test(value) ? `TIME ${quoteLiteral(value)}` : null;
    default:
      return null;
  }
}

function numberLiteral(value: string | number | boolean): string | null {
  if (typeof value === 'boolean') return null;
  const text = String(value).trim();
  if (!numberPattern.test(text) || !Number.isFinite(Number(text))) return null;
  // Fewer digits than a double holds are written as they are; a HUGEINT keeps all of its 38.
  if (/^[+-]?\d{1,38}$/.test(text)) return `(${text})`;
  return `(${Number(text)}::DOUBLE)`;
}

function momentLiteral(text: string): string | null {
  if (dayPattern.test(text)) return isDay(text) ? `DATE ${quoteLiteral(text)}` : null;
  const [, day = '', minutes = '', seconds = ':00', offset] = momentPattern.exec(text) ?? [];
  if (!isDay(day)) return null;
  if (offset === undefined || offset === 'Z') {
    const isTime = timePattern.test(`${minutes}${seconds.slice(0, 10)}`);
    return isTime ? `TIMESTAMP ${quoteLiteral(`${day} ${minutes}${seconds}`)}` : null;
  }
  const moment = new Date(`${day}T${minutes}${seconds.slice(0, 7)}${offset}`);
  if (Number.isNaN(moment.getTime())) return null;
  return `TIMESTAMP ${quoteLiteral(moment.toISOString().replace('T', ' ').replace('Z', ''))}`;
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
