import { linkColumns } from './column-links.ts';
import type { PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';

const rising = /^(?:change|gain|increase|growth|rise)s?$/;
const falling = /^(?:loss|losse|decrease|drop|decline|reduction|fall)s?$/;
const ends = new Set([
  'by',
  'per',
  'for',
  'of',
  'among',
  'in',
  'where',
  'with',
  'when',
  'on',
  'each',
  '?',
  '.',
  ',',
  'across',
]);
const aggregates = new Set([
  'average',
  'mean',
  'median',
  'total',
  'sum',
  'maximum',
  'minimum',
  'max',
  'min',
  'largest',
  'smallest',
  'highest',
  'lowest',
  'biggest',
]);

/**
 * "Weight gain between weight_0 and weight_12": a change between two columns of each row, said as the one minus the
 * other, and averaged where no other statistic is asked. Null where the words are not that.
 */
export function asDifference(tokens: Token[], index: PreparedTables): Token[] | null {
  const at = tokens.findIndex((token) => rising.test(token.lower) || falling.test(token.lower));
  const word = tokens[at];
  if (word === undefined) return null;
  let from = at + 1;
  while (from < tokens.length && !['from', 'between'].includes((tokens[from] as Token).lower)) from += 1;
  if (from > at + 2 || from >= tokens.length) return null;
  const joint = tokens.findIndex((token, place) => place > from + 1 && ['to', 'and'].includes(token.lower));
  if (joint < 0) return null;
  let last = joint + 1;
  while (last < tokens.length && !ends.has((tokens[last] as Token).lower)) last += 1;
  const numeric = (start: number, end: number) => {
    const [best, rival] = linkColumns(tokens, start, end, index).filter(
      (link) => link.column.numeric && link.score >= 0.9,
    );
    return best !== undefined && (rival === undefined || rival.score < best.score - 0.05)
      ? best.column
      : null;
  };
  const [first, second] = [numeric(from + 1, joint), numeric(joint + 1, last)];
  if (first === null || second === null || first === second || first.table !== second.table) return null;
  // The noun before "gain" must be what both columns measure.
  let noun = at;
  while (
    noun > 0 &&
    linkColumns(tokens, noun - 1, at, index).some((link) => link.column === first || link.column === second)
  )
    noun -= 1;
  const before = tokens.slice(0, noun);
  const said = before.some((token) => aggregates.has(token.lower));
  const minus: Token = {
    ...(tokens[joint] as Token),
    kind: 'word',
    lower: 'minus',
    stem: 'minus',
    root: 'minus',
  };
  const average: Token = { ...word, lower: 'average', stem: 'average', root: 'average' };
  const [start, end] = [tokens.slice(from + 1, joint), tokens.slice(joint + 1, last)];
  const difference = falling.test(word.lower) ? [...start, minus, ...end] : [...end, minus, ...start];
  const free = difference.map((token, place) => (place === 0 ? { ...token, glued: false } : token));
  return [...before, ...(said ? [] : [average]), ...free, ...tokens.slice(last)];
}
