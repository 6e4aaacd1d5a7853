import type { Expression, QueryExpression } from './expression.ts';
import { readQuestion } from './read-question.ts';
import type { ParseOptions } from './read-tokens.ts';
import { isPrepared, type PreparedTables, prepareTables } from './schema-index.ts';
import type { AnswerShape, ParsedQuestion, QuestionTable, WordMeaning } from './types.ts';
import { writeDuckdb } from './write-duckdb.ts';

/** A number somebody defined once, under the words people ask for it by. */
export interface QuestionMetric {
  id: string;
  name: string;
  synonyms: readonly string[];
  /** SQL that gives one number over rows of the table. */
  sql: string;
  unit: string | null;
  /** SQL name of its table. */
  table: string;
}

export type Answerable = Extract<ParsedQuestion, { answerable: true }>;

/** What the question is read with in the metric’s place: a measure that every kind of question takes. */
const standIn = 'number of rows';

/**
 * Reads a question that names one of the metrics: it is read as a count of rows, with its groups, conditions and order,
 * and the count is then the metric. Null where it names none, or asks of it what a metric does not bear (a share of a
 * total, several tables), so that it is read as any other question.
 */
export function parseMetricQuestion(
  question: string,
  tables: QuestionTable[] | PreparedTables,
  metrics: readonly QuestionMetric[],
  options: ParseOptions,
): { parsed: Answerable; metric: QuestionMetric } | null {
  if (metrics.length === 0 || (options.corrections ?? []).length > 0) return null;
  const index = isPrepared(tables) ? tables : prepareTables(tables);
  const columns = new Set(index.columns.map(({ name }) => name.toLowerCase()));
  const named = namedMetric(question, metrics, columns);
  if (named === null) return null;
  const { metric, start, end } = named;
  const text = `${question.slice(0, start)}${standIn}${question.slice(end)}`;
  const read = readQuestion(text, index, options);
  if (!read.answerable || read.tables.length !== 1 || read.tables[0] !== metric.table) return null;
  const query = withMetric(read.expression, metric);
  if (query === null) return null;
  const shift = end - start - standIn.length;
  const words = read.interpretation.words.flatMap((word) => moved(word, start, shift));
  const taken: WordMeaning = {
    text: question.slice(start, end),
    start,
    end,
    role: 'aggregate',
    target: `the metric “${metric.name}”`,
    column: null,
    value: null,
    confidence: 1,
    alternatives: [],
  };
  return {
    metric,
    parsed: {
      ...read,
      sql: writeDuckdb(query.expression),
      expression: query.expression,
      interpretation: {
        sentence: renamed(read.interpretation.sentence, metric.name),
        words: [...words, taken].sort((a, b) => a.start - b.start),
      },
      shape: shapeOf(read.shape, query.aliases, metric),
    },
  };
}

/** The longest name that stands in the question as words of its own. One that is also a column’s speaks of the column. */
function namedMetric(question: string, metrics: readonly QuestionMetric[], columns: ReadonlySet<string>) {
  let found: { metric: QuestionMetric; start: number; end: number } | null = null;
  for (const metric of metrics)
    for (const name of [metric.name, ...metric.synonyms]) {
      if (columns.has(name.toLowerCase())) continue;
      const words = name
        .trim()
        .split(/\s+/)
        .map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
      const [match] = question.matchAll(
        new RegExp(`(?<![\\p{L}\\p{N}_])${words.join('\\s+')}(?![\\p{L}\\p{N}_])`, 'giu'),
      );
      if (match === undefined || match[0].length <= (found === null ? 0 : found.end - found.start)) continue;
      found = { metric, start: match.index, end: match.index + match[0].length };
    }
  return found;
}

/** Null where the count stands in something that a metric cannot stand in. */
function withMetric(
  query: QueryExpression,
  metric: QuestionMetric,
): { expression: QueryExpression; aliases: Map<string, string> } | null {
  if (!('table' in query.from) || query.joins.length > 0) return null;
  const node: Expression = { node: 'metric', sql: metric.sql };
  const aliases = new Map<string, string>();
  const measures = query.select.filter(
    ({ expression }) => expression.node === 'aggregate' || holdsCount(expression),
  );
  if (measures.length !== 1 || !isCount(measures[0]?.expression)) return null;
  const select = query.select.map((item) => {
    if (!isCount(item.expression)) return item;
    aliases.set(item.alias, metric.name);
    return { expression: node, alias: metric.name };
  });
  const put = (expression: Expression): Expression => {
    if (isCount(expression)) return node;
    if (expression.node === 'alias')
      return { ...expression, name: aliases.get(expression.name) ?? expression.name };
    if (expression.node === 'compare')
      return { ...expression, left: put(expression.left), right: put(expression.right) };
    if (expression.node === 'and' || expression.node === 'or')
      return { ...expression, items: expression.items.map(put) };
    return expression;
  };
  const orderBy = query.orderBy.map((each) => ({ ...each, expression: put(each.expression) }));
  const having = query.having === null ? null : put(query.having);
  const left = [...orderBy.map(({ expression }) => expression), ...(having === null ? [] : [having])];
  if (left.some(holdsCount)) return null;
  return { expression: { ...query, select, orderBy, having }, aliases };
}

const isCount = (expression: Expression | undefined): boolean =>
  expression?.node === 'aggregate' &&
  expression.fn === 'count' &&
  expression.args.length === 0 &&
  expression.where === null;

/** Looks into every part of it. */
function holdsCount(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsCount);
  if (typeof value !== 'object' || value === null) return false;
  return isCount(value as Expression) || Object.values(value).some(holdsCount);
}

function moved(word: WordMeaning, start: number, shift: number): WordMeaning[] {
  if (word.end <= start) return [word];
  if (word.start < start + standIn.length) return [];
  return [{ ...word, start: word.start + shift, end: word.end + shift }];
}

const renamed = (words: string, name: string): string =>
  words.replace(/\b(?:number|count) of \S+/i, () => name);

function shapeOf(
  shape: AnswerShape,
  aliases: ReadonlyMap<string, string>,
  { name, unit }: QuestionMetric,
): AnswerShape {
  return {
    ...shape,
    title: renamed(shape.title, name),
    columns: shape.columns.map((column) => {
      const alias = aliases.get(column.alias);
      return alias === undefined ? column : { ...column, alias, title: name, unit };
    }),
  };
}
