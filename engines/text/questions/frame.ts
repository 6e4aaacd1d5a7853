import type { Expression, Literal, QueryExpression, TimeGrain, TimePart } from './expression.ts';
import type { Comparison, MeasureFunction } from './lexicon/operators.ts';
import type { IndexedColumn } from './schema-index.ts';
import type { TimeSpec } from './times.ts';
import type { QuestionTable } from './types.ts';

/** A column, or columns joined by arithmetic. */
export type Operand =
  | { kind: 'column'; column: IndexedColumn }
  | { kind: 'arithmetic'; sign: '+' | '-' | '*' | '/'; left: Operand; right: Operand };

export type Condition =
  | {
      kind: 'equals';
      column: IndexedColumn;
      values: Literal[];
      negated: boolean;
      joined: 'or' | 'and' | 'none';
    }
  | { kind: 'compare'; operand: Operand; cmp: Comparison; value: number | Operand; negated: boolean }
  | { kind: 'between'; operand: Operand; low: number; high: number; negated: boolean }
  | { kind: 'relative'; column: IndexedColumn; cmp: '>' | '<' }
  | { kind: 'null'; column: IndexedColumn; negated: boolean }
  | {
      kind: 'match';
      column: IndexedColumn;
      how: 'contains' | 'starts' | 'ends';
      texts: string[];
      negated: boolean;
    }
  | { kind: 'time'; column: IndexedColumn; spec: TimeSpec; negated: boolean }
  /** Rows that are, or are not, among those that other rows point to: `words` says which. */
  | {
      kind: 'member';
      column: IndexedColumn;
      query: QueryExpression;
      tables: string[];
      words: string;
      negated: boolean;
    }
  | { kind: 'any'; items: Condition[] };

/** Where in the sentence a condition stood: before the verb, after it, or as a frame around both. */
export type Place = 'noun' | 'predicate' | 'scope';

export interface PlacedCondition {
  condition: Condition;
  place: Place;
  /** How it is joined to the condition before it. */
  joiner: 'and' | 'or';
}

export interface Measure {
  fn: MeasureFunction | 'rows' | 'distinct' | 'default' | 'share';
  operand: Operand | null;
  p: number | null;
  /** For `rows`: the table whose rows are counted. */
  table: QuestionTable | null;
}

export interface Group {
  column: IndexedColumn;
  grain: TimeGrain | null;
  part: TimePart | null;
  /** Shown beside the column that tells the groups apart. */
  label?: boolean;
}

export interface Having {
  measure: Measure;
  cmp: Comparison;
  value: number;
  high: number | null;
}

export interface Frame {
  task:
    | 'measure'
    | 'share'
    | 'list'
    | 'distinct'
    | 'extreme_rows'
    | 'extreme_groups'
    | 'correlation'
    | 'distribution'
    | 'difference'
    | 'ratio'
    | 'change'
    | 'exists'
    | 'pairs'
    | 'group_count';
  /** The table the rows come from when no column says so. */
  table: QuestionTable | null;
  measures: Measure[];
  groups: Group[];
  conditions: Condition[];
  /** Numerator of a share. */
  numerator: Condition[];
  percent: boolean;
  having: Having[];
  /** Columns to show of rows. */
  outputs: IndexedColumn[];
  target: IndexedColumn | null;
  order: { by: Measure | null; column: IndexedColumn | null; descending: boolean } | null;
  limit: number | null;
  sign: 1 | -1;
  /** The two sides of a comparison. */
  sides: [Condition, Condition] | null;
  /** What the reading had to assume, in words. */
  notes: string[];
  confidence: number;
  /** The whole restated, where the parts would not say it. */
  says?: string;
  /** Which tables it draws on and how, where there are several. */
  drawsOn?: string;
}

export function operandColumns(operand: Operand): IndexedColumn[] {
  return operand.kind === 'column'
    ? [operand.column]
    : [...operandColumns(operand.left), ...operandColumns(operand.right)];
}

export function operandExpression(operand: Operand): Expression {
  if (operand.kind === 'column')
    return { node: 'column', table: operand.column.table.name, name: operand.column.name };
  return {
    node: 'arithmetic',
    op: operand.sign,
    left: operandExpression(operand.left),
    right: operandExpression(operand.right),
  };
}

export function conditionColumns(condition: Condition): IndexedColumn[] {
  switch (condition.kind) {
    case 'compare':
      return [
        ...operandColumns(condition.operand),
        ...(typeof condition.value === 'number' ? [] : operandColumns(condition.value)),
      ];
    case 'between':
      return operandColumns(condition.operand);
    case 'any':
      return condition.items.flatMap(conditionColumns);
    default:
      return [condition.column];
  }
}

/** Why a way of cutting the question could not be read. */
export class ReadFailure extends Error {
  readonly words: string[];
  readonly ambiguous: boolean;

  constructor(message: string, words: string[] = [], ambiguous = false) {
    super(message);
    this.name = 'ReadFailure';
    this.words = words;
    this.ambiguous = ambiguous;
  }
}
