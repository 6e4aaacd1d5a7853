import type { AggregateFunction } from './expression.ts';
import { aggregate, type Expression, emptyQuery, type QueryExpression, type Selected } from './expression.ts';
import { answerColumn, shapeOf } from './plan-names.ts';
import type { Outcome, Reading } from './read-tokens.ts';
import { sentenceOf } from './sentence.ts';
import type { Token } from './tokens.ts';

const functions: Record<string, AggregateFunction> = {
  average: 'avg',
  mean: 'avg',
  avg: 'avg',
  median: 'median',
  maximum: 'max',
  max: 'max',
  largest: 'max',
  highest: 'max',
  minimum: 'min',
  min: 'min',
  smallest: 'min',
  lowest: 'min',
};

export interface CountStatistic {
  fn: AggregateFunction;
  /** The question without the statistic: "number of visits per patient". */
  counts: Token[];
  said: Token;
}

/** "Average number of visits per patient": a statistic over counts, found before the words are read as one measure. */
export function countStatisticOf(tokens: Token[]): CountStatistic | null {
  const lowers = tokens.map((token) => token.lower);
  const counting = lowers.findIndex(
    (word, at) => ['number', 'count', 'no'].includes(word) && lowers[at + 1] === 'of',
  );
  const each = lowers.findIndex(
    (word, at) =>
      at > counting &&
      (word === 'per' || (['for', 'by'].includes(word) && ['each', 'every'].includes(lowers[at + 1] ?? ''))),
  );
  const said = tokens[counting - 1];
  const fn = said === undefined ? undefined : new Map(Object.entries(functions)).get(said.lower);
  if (counting < 1 || each < 0 || fn === undefined || said === undefined) return null;
  return { fn, said, counts: tokens.filter((token) => token !== said) };
}

/** Takes the statistic over the groups of a reading that counts, or null where it does not count groups. */
export function overCounts(statistic: CountStatistic, outcome: Outcome): Outcome | null {
  if (outcome.reading === null) return null;
  const { reading } = outcome;
  const { frame, planned } = reading;
  const [item] = frame.measures;
  const counted =
    frame.task === 'measure' &&
    frame.measures.length === 1 &&
    (item?.fn === 'rows' || item?.fn === 'distinct');
  if (!counted || frame.groups.length === 0 || frame.having.length > 0 || frame.limit !== null) return null;
  const inner: QueryExpression = { ...planned.query, orderBy: [], limit: null };
  const count = inner.select.at(-1) as Selected;
  const value: Expression = { node: 'alias', name: count.alias };
  const names: Partial<Record<AggregateFunction, string>> = {
    avg: 'average',
    max: 'maximum',
    min: 'minimum',
  };
  const name = names[statistic.fn] ?? statistic.fn;
  const column = {
    expression: aggregate(statistic.fn, [value]),
    alias: `${name}_count`,
    title: `${name} count`,
    unit: null,
  };
  const query: QueryExpression = {
    ...emptyQuery('counts'),
    from: { query: inner, name: 'counts' },
    select: [{ expression: column.expression, alias: column.alias }],
  };
  const base = sentenceOf(frame);
  const words = `${name} of the ${base.charAt(0).toLowerCase()}${base.slice(1).replace(/, ordered by .*$/, '')}; those with none are not in it`;
  const made: Reading = {
    ...reading,
    frame: { ...frame, says: `${words.charAt(0).toUpperCase()}${words.slice(1)}` },
    planned: {
      query,
      tables: planned.tables,
      shape: shapeOf('number', [answerColumn(column, 'measure')], frame, column.title),
    },
  };
  const meaning = {
    text: statistic.said.text,
    start: statistic.said.start,
    end: statistic.said.end,
    role: 'aggregate' as const,
    target: `${name} of the counts`,
    column: null,
    value: null,
    confidence: 1,
    alternatives: [],
  };
  return { ...outcome, reading: made, words: [...outcome.words, meaning].sort((a, b) => a.start - b.start) };
}
