import { linkColumns } from './column-links.ts';
import { type AggregateFunction, aggregate, column as columnNode, emptyQuery } from './expression.ts';
import { answerColumn, type Named, nameOf, shapeOf } from './plan-names.ts';
import type { Outcome, Reading } from './read-tokens.ts';
import type { PreparedTables } from './schema-index.ts';
import { sentenceOf } from './sentence.ts';
import type { Token } from './tokens.ts';

const functions: [string, AggregateFunction, string][] = [
  ['average', 'avg', 'average'],
  ['mean', 'avg', 'average'],
  ['median', 'median', 'median'],
  ['total', 'sum', 'total'],
  ['sum', 'sum', 'total'],
];

/**
 * "Average age over the top 10 by glucose", in one table: a statistic of the rows that lead by another column. Null
 * where the words are not that.
 */
export function overTop(
  tokens: Token[],
  index: PreparedTables,
  read: (tokens: Token[]) => Outcome,
): Outcome | null {
  if (index.tables.length !== 1) return null;
  const at = tokens.findIndex((token) => functions.some(([word]) => word === token.lower));
  const fn = functions.find(([word]) => word === tokens[at]?.lower);
  const top = tokens.findIndex(
    (token, place) =>
      place > at && ['top', 'bottom'].includes(token.lower) && tokens[place + 1]?.kind === 'number',
  );
  if (at < 0 || fn === undefined || top < at + 3 || !tokens.slice(top).some((token) => token.lower === 'by'))
    return null;
  let end = tokens[top - 1]?.lower === 'the' ? top - 1 : top;
  if (!['over', 'of', 'for', 'among', 'in', 'across'].includes(tokens[end - 1]?.lower ?? '')) return null;
  end -= 1;
  const from = tokens[at + 1]?.lower === 'of' ? at + 2 : at + 1;
  const [best, rival] = linkColumns(tokens, from, end, index).filter((link) => link.column.numeric);
  if (best === undefined || best.score < 0.9 || (rival !== undefined && rival.score > best.score - 0.05))
    return null;
  const outcome = read(tokens.slice(top));
  if (outcome.reading === null) return null;
  const { reading } = outcome;
  const { query } = reading.planned;
  if (reading.frame.task !== 'extreme_rows' || query.limit === null || query.limit.withTies || query.distinct)
    return null;
  const { column } = best;
  const [, aggregateFn, word] = fn;
  const named: Named = {
    expression: aggregate(aggregateFn, [{ node: 'alias', name: 'measured' }]),
    alias: `${word}_${nameOf(column.name)}`,
    title: `${word.charAt(0).toUpperCase()}${word.slice(1)} of ${column.name}`,
    unit: column.unit,
  };
  const rows = sentenceOf(reading.frame);
  const made: Reading = {
    ...reading,
    frame: {
      ...reading.frame,
      says: `${named.title} over ${rows.charAt(0).toLowerCase()}${rows.slice(1)}`,
    },
    planned: {
      ...reading.planned,
      query: {
        ...emptyQuery('leading'),
        from: {
          query: {
            ...query,
            select: [{ expression: columnNode(column.table.name, column.name), alias: 'measured' }],
          },
          name: 'leading',
        },
        select: [{ expression: named.expression, alias: named.alias }],
      },
      shape: shapeOf('number', [answerColumn(named, 'measure')], reading.frame, named.title),
    },
  };
  const said = tokens.slice(at, top).map((token, place) => ({
    text: token.text,
    start: token.start,
    end: token.end,
    role: place === 0 ? ('aggregate' as const) : ('column' as const),
    target: place === 0 ? word : `the column ${column.name}`,
    column: place === 0 ? null : column.name,
    value: null,
    confidence: 1,
    alternatives: [],
  }));
  return { ...outcome, reading: made, words: [...said, ...outcome.words].sort((a, b) => a.start - b.start) };
}
