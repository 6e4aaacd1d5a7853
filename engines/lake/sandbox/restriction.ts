import { StromaError } from '@stroma/kernel';
import { quoteIdentifier, quoteLiteral } from '../duckdb.ts';

export type RowValue = string | number | boolean | null;

/** Which values of a column let a row be seen; null stands for the missing value, no values let none. */
export interface RowCondition {
  column: string;
  /** `among` and `outside` compare for equality; `from` and `to` include their one value. */
  operator: 'among' | 'outside' | 'from' | 'to';
  values: readonly RowValue[];
}

/** What is shown instead of a value. A missing value stays missing under every mask. */
export type ColumnMask =
  /** Nothing. */
  | { kind: 'hide' }
  /** Always the same text. */
  | { kind: 'replace'; text: string }
  /** The same sixteen hexadecimal digits for the same value, from which it cannot be found without the key (hex). */
  | { kind: 'pseudonym'; key: string }
  | { kind: 'start' | 'end'; characters: number }
  /** The day a period begins. For dates and timestamps. */
  | { kind: 'period'; unit: 'year' | 'quarter' | 'month' }
  /** The lower bound of a range of `width`; what lies above `cap` is `cap`. For numbers. */
  | { kind: 'range'; width: number; cap?: number | undefined };

/** What of a table may be seen. */
export interface Restriction {
  /** All must hold. */
  rows: readonly RowCondition[];
  masks: Readonly<Record<string, ColumnMask>>;
}

export const isRestricted = ({ rows, masks }: Restriction): boolean =>
  rows.length > 0 || Object.keys(masks).length > 0;

/** Columns a restriction names; all of them must be there. */
const restrictedColumns = ({ rows, masks }: Restriction): string[] => [
  ...new Set([...rows.map(({ column }) => column), ...Object.keys(masks)]),
];

/**
 * A SELECT of what may be seen of a relation with these columns. Every value of a row that may not be seen is
 * missing before the row itself is left out: whatever is asked on top, and in whatever order the engine works it
 * out, an error message or a comparison cannot tell what a hidden row holds. Throws
 * QUERY_FAILED when a column that the restriction names is not there.
 */
export function restrictedSelect(
  relation: string,
  columns: readonly { name: string; sqlType: string }[],
  restriction: Restriction,
): string {
  const names = new Set(columns.map(({ name }) => name));
  const absent = restrictedColumns(restriction).find((name) => !names.has(name));
  if (absent !== undefined)
    throw new StromaError(
      'QUERY_FAILED',
      `The access rules speak of a column "${absent}", which is not there. Nothing is shown until who keeps the rules mends them.`,
      { column: absent },
    );
  const conditions = restriction.rows.map(conditionSql);
  const visible = conditions.length === 0 ? null : conditions.join(' AND ');
  const list = columns.map(({ name, sqlType }) => {
    const mask = Object.hasOwn(restriction.masks, name) ? restriction.masks[name] : undefined;
    const column = quoteIdentifier(name);
    const value = mask === undefined ? column : maskSql(mask, column, sqlType);
    return `${visible === null ? value : `CASE WHEN ${visible} THEN ${value} END`} AS ${column}`;
  });
  return `SELECT ${list.join(', ')} FROM ${relation}${visible === null ? '' : ` WHERE ${visible}`}`;
}

/** The engine reads the text as the column's own type. */
const literal = (value: RowValue): string => (value === null ? 'NULL' : quoteLiteral(String(value)));

function conditionSql({ column, operator, values }: RowCondition): string {
  const name = quoteIdentifier(column);
  const present = values.filter((value) => value !== null);
  const isMissing = present.length < values.length ? `${name} IS NULL` : null;
  switch (operator) {
    case 'from':
    case 'to': {
      const [value = null] = present;
      return value === null ? 'false' : `(${name} ${operator === 'from' ? '>=' : '<='} ${literal(value)})`;
    }
    case 'among':
    case 'outside': {
      const isOne =
        present.length === 0 ? null : `coalesce(${name} IN (${present.map(literal).join(', ')}), false)`;
      const test = [isOne, isMissing].filter((part) => part !== null).join(' OR ');
      if (operator === 'among') return test === '' ? 'false' : `(${test})`;
      return test === '' ? 'true' : `(NOT (${test}))`;
    }
  }
}

function maskSql(mask: ColumnMask, column: string, sqlType: string): string {
  const text = `${column}::VARCHAR`;
  switch (mask.kind) {
    case 'hide':
      return `CASE WHEN false THEN ${column} END`;
    case 'replace':
      return `CASE WHEN ${column} IS NOT NULL THEN ${quoteLiteral(mask.text)} END`;
    case 'pseudonym': {
      const key = quoteLiteral(mask.key);
      return `left(sha256(${key} || sha256(${key} || ${text})), 16)`;
    }
    case 'start':
      return `CASE WHEN length(${text}) <= ${whole(mask.characters)} THEN '…' ELSE left(${text}, ${whole(mask.characters)}) || '…' END`;
    case 'end':
      return `CASE WHEN length(${text}) <= ${whole(mask.characters)} THEN '…' ELSE '…' || right(${text}, ${whole(mask.characters)}) END`;
    case 'period':
      return `date_trunc('${mask.unit}', ${column})::${sqlType}`;
    case 'range': {
      const low = `floor(${column} / ${positive(mask.width)}) * ${positive(mask.width)}`;
      return mask.cap === undefined
        ? low
        : `CASE WHEN ${column} > ${finite(mask.cap)} THEN ${finite(mask.cap)} ELSE ${low} END`;
    }
  }
}

const whole = (value: number): number => Math.max(0, Math.trunc(finite(value)));

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`Expected a finite number, got ${value}.`);
  return value;
}

function positive(value: number): number {
  if (finite(value) <= 0) throw new TypeError(`Expected a width above 0, got ${value}.`);
  return value;
}
