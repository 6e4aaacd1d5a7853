import type { Expression, QueryExpression, Selected } from './expression.ts';
import { column as columnNode } from './expression.ts';
import { type Frame, type Operand, operandColumns } from './frame.ts';
import type { IndexedColumn } from './schema-index.ts';
import type { AnswerColumn, AnswerShape } from './types.ts';

export interface Planned {
  query: QueryExpression;
  shape: AnswerShape;
  tables: string[];
}

export const nameOf = (name: string): string =>
  name
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, '_')
    .toLowerCase()
    .replace(/[([].*?[)\]]/g, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '') || 'value';

const signNames = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'per' } as const;

export function operandName(operand: Operand): string {
  return operand.kind === 'column'
    ? nameOf(operand.column.name)
    : `${operandName(operand.left)}_${signNames[operand.sign]}_${operandName(operand.right)}`;
}

export function operandTitle(operand: Operand): string {
  return operand.kind === 'column'
    ? operand.column.name
    : `${operandTitle(operand.left)} ${operand.sign} ${operandTitle(operand.right)}`;
}

export const unitOf = (operand: Operand | null): string | null =>
  operand?.kind === 'column' ? operand.column.unit : null;

export interface Named {
  expression: Expression;
  alias: string;
  title: string;
  unit: string | null;
}

export const answerColumn = (named: Named, role: AnswerColumn['role'], temporal = false): AnswerColumn => ({
  alias: named.alias,
  role,
  title: named.title,
  unit: named.unit,
  temporal,
});

export const selected = (named: Named): Selected => ({ expression: named.expression, alias: named.alias });

/** Gives every selected column an alias of its own. */
export function separate(items: Named[]): void {
  const seen = new Set<string>();
  for (const item of items) {
    let alias = item.alias;
    for (let count = 2; seen.has(alias.toLowerCase()); count += 1) alias = `${item.alias}_${count}`;
    item.alias = alias;
    seen.add(alias.toLowerCase());
  }
}

export function shapeOf(
  kind: AnswerShape['kind'],
  columns: AnswerColumn[],
  frame: Frame,
  title: string,
): AnswerShape {
  const measured = frame.measures.flatMap((item) =>
    item.operand === null ? [] : operandColumns(item.operand),
  );
  return {
    kind,
    columns,
    measured: [...new Set(measured)].map((column) => ({
      table: column.table.name,
      column: column.name,
      missing: column.profile.nulls,
    })),
    filtered: frame.conditions.length > 0,
    title,
  };
}

export type Built = Omit<Planned, 'tables'>;

export function plainColumn(column: IndexedColumn): Named {
  return {
    expression: columnNode(column.table.name, column.name),
    alias: column.name,
    title: column.name,
    unit: column.unit,
  };
}
