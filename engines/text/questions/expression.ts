/**
 * The dialect-neutral tree a question becomes. Writers (`write-duckdb.ts`) turn it into SQL; nothing in here
 * knows how any engine spells a function.
 */
export type AggregateFunction =
  | 'count'
  | 'sum'
  | 'avg'
  | 'median'
  | 'min'
  | 'max'
  | 'sd'
  | 'variance'
  | 'quantile'
  | 'correlation';

export type TimeGrain = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour';

/** A part of a date that comes round again: month of the year, day of the week. */
export type TimePart =
  | 'year'
  | 'quarter_of_year'
  | 'month_of_year'
  | 'day_of_week'
  | 'hour_of_day'
  | 'day_of_month'
  | 'decade';

export type Literal =
  | { node: 'number'; value: number }
  | { node: 'text'; value: string }
  | { node: 'boolean'; value: boolean }
  | { node: 'date'; value: string }
  | { node: 'timestamp'; value: string };

export type Expression =
  | { node: 'column'; table: string; name: string }
  | { node: 'alias'; name: string }
  | Literal
  | {
      node: 'aggregate';
      fn: AggregateFunction;
      /** Empty for the count of rows. */
      args: Expression[];
      distinct: boolean;
      /** Quantile in 0..1, for `quantile` only. */
      p: number | null;
      where: Expression | null;
    }
  /** A number that is defined elsewhere, in SQL over rows of the one table that is read. */
  | { node: 'metric'; sql: string }
  | { node: 'arithmetic'; op: '+' | '-' | '*' | '/'; left: Expression; right: Expression }
  | { node: 'trunc'; grain: TimeGrain; value: Expression }
  | { node: 'part'; part: TimePart; value: Expression }
  | { node: 'days_between'; from: Expression; to: Expression }
  | { node: 'bin'; value: Expression; width: number; origin: number }
  | { node: 'compare'; op: '=' | '<>' | '<' | '<=' | '>' | '>='; left: Expression; right: Expression }
  | { node: 'in'; value: Expression; options: Literal[]; negated: boolean }
  | { node: 'null'; value: Expression; negated: boolean }
  | { node: 'match'; how: 'contains' | 'starts' | 'ends'; value: Expression; text: string; negated: boolean }
  | { node: 'and' | 'or'; items: Expression[] }
  | { node: 'not'; value: Expression }
  | { node: 'if'; when: Expression; yields: Expression; otherwise: Expression | null }
  | { node: 'share_of_total'; value: Expression }
  | { node: 'previous'; value: Expression; order: Expression }
  | { node: 'scalar'; query: QueryExpression }
  | { node: 'exists'; query: QueryExpression; negated: boolean }
  | { node: 'in_query'; value: Expression; query: QueryExpression; negated: boolean };

export interface Selected {
  expression: Expression;
  alias: string;
}

export interface Ordering {
  expression: Expression;
  descending: boolean;
}

export interface Join {
  table: string;
  left: Expression;
  right: Expression;
  kind: 'inner' | 'left';
}

export interface QueryExpression {
  select: Selected[];
  distinct: boolean;
  from: { table: string } | { query: QueryExpression; name: string };
  joins: Join[];
  where: Expression | null;
  groupBy: Expression[];
  having: Expression | null;
  orderBy: Ordering[];
  /** `nth` keeps those of that rank alone; `withTies` keeps every row equal to the last one kept, so that joint leaders are all shown; `within` ranks each
   * group by itself. */
  limit: { count: number; withTies: boolean; within?: Expression[]; nth?: true } | null;
}

export function column(table: string, name: string): Expression {
  return { node: 'column', table, name };
}

export function aggregate(
  fn: AggregateFunction,
  args: Expression[],
  options: { distinct?: boolean; p?: number; where?: Expression | null } = {},
): Expression {
  return {
    node: 'aggregate',
    fn,
    args,
    distinct: options.distinct ?? false,
    p: options.p ?? null,
    where: options.where ?? null,
  };
}

export function and(items: Expression[]): Expression | null {
  if (items.length === 0) return null;
  return items.length === 1 ? (items[0] as Expression) : { node: 'and', items };
}

export function or(items: Expression[]): Expression | null {
  if (items.length === 0) return null;
  return items.length === 1 ? (items[0] as Expression) : { node: 'or', items };
}

export function emptyQuery(table: string): QueryExpression {
  return {
    select: [],
    distinct: false,
    from: { table },
    joins: [],
    where: null,
    groupBy: [],
    having: null,
    orderBy: [],
    limit: null,
  };
}
