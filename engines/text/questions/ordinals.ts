import { and, column as columnNode, emptyQuery, type QueryExpression } from './expression.ts';
import { plainSuperlatives, superlatives } from './lexicon/adjectives.ts';
import { answerColumn, plainColumn, selected, shapeOf } from './plan-names.ts';
import type { Outcome, Reading } from './read-tokens.ts';
import { sentenceOf } from './sentence.ts';
import type { Token } from './tokens.ts';

const ranks = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

export interface Ordinal {
  rank: number;
  /** The question without the rank: "highest mass" of "second highest mass". */
  rest: Token[];
  said: Token;
}

/** "The second highest": a rank before a word that ranks. */
export function ordinalOf(tokens: Token[]): Ordinal | null {
  const ranking = (token: Token | undefined): boolean =>
    token !== undefined &&
    (superlatives.has(token.lower) ||
      plainSuperlatives.has(token.lower) ||
      ['most', 'least', 'best'].includes(token.lower));
  const word = tokens.findIndex((token, at) => ranks.includes(token.lower) && ranking(tokens[at + 1]));
  if (word >= 0) {
    const said = tokens[word] as Token;
    return { rank: ranks.indexOf(said.lower) + 2, said, rest: tokens.filter((token) => token !== said) };
  }
  const figure = tokens.findIndex(
    (token, at) =>
      token.kind === 'number' &&
      ['nd', 'rd', 'th'].includes(tokens[at + 1]?.lower ?? '') &&
      ranking(tokens[at + 2]),
  );
  const said = tokens[figure];
  if (said === undefined || !Number.isInteger(said.value) || said.value < 2 || said.value > 1000) return null;
  return { rank: said.value, said, rest: tokens.filter((_, at) => at !== figure && at !== figure + 1) };
}

/** Takes the rows, groups or value of that rank where a reading takes the first; equal values share a rank. */
export function ofRank(ordinal: Ordinal, outcome: Outcome): Outcome | null {
  if (outcome.reading === null) return null;
  const { reading } = outcome;
  const { frame, planned } = reading;
  const made = (query: QueryExpression, shape = planned.shape): Outcome => {
    const base = sentenceOf(frame).replace(/ \(from .*$/, '');
    const rank = ranks[ordinal.rank - 2] ?? `${ordinal.rank}th`;
    const says = base.replace(
      /\b(highest|lowest|maximum|minimum)\b/i,
      (found) => `${rank} ${found.toLowerCase().replace('maximum', 'highest').replace('minimum', 'lowest')}`,
    );
    const next: Reading = {
      ...reading,
      frame: {
        ...frame,
        says: `${says.charAt(0).toUpperCase()}${says.slice(1)}; equal values share a place`,
      },
      planned: { ...planned, query, shape },
    };
    const { text, start, end } = ordinal.said;
    const meaning = {
      text,
      start,
      end,
      role: 'limit' as const,
      target: `the ${rank} place`,
      column: null,
      value: ordinal.rank,
      confidence: 1,
      alternatives: [],
    };
    return {
      ...outcome,
      reading: next,
      words: [...outcome.words, meaning].sort((a, b) => a.start - b.start),
    };
  };
  if (frame.task === 'extreme_rows' || frame.task === 'extreme_groups') {
    const { limit } = planned.query;
    if (limit === null || !limit.withTies || limit.count !== 1) return null;
    return made({ ...planned.query, limit: { ...limit, count: ordinal.rank, nth: true } });
  }
  const [item] = frame.measures;
  const column = item?.operand?.kind === 'column' ? item.operand.column : null;
  const single =
    frame.task === 'measure' &&
    frame.measures.length === 1 &&
    frame.groups.length === 0 &&
    frame.having.length === 0;
  if (
    !single ||
    column === null ||
    (item?.fn !== 'max' && item?.fn !== 'min') ||
    'query' in planned.query.from
  )
    return null;
  const value = columnNode(column.table.name, column.name);
  const named = plainColumn(column);
  const query: QueryExpression = {
    ...emptyQuery(planned.query.from.table),
    joins: planned.query.joins,
    select: [selected(named)],
    distinct: true,
    where: and([
      ...(planned.query.where === null ? [] : [planned.query.where]),
      { node: 'null', value, negated: true },
    ]),
    orderBy: [{ expression: value, descending: item.fn === 'max' }],
    limit: { count: ordinal.rank, withTies: true, nth: true },
  };
  return made(query, shapeOf('number', [answerColumn(named, 'measure')], frame, named.title));
}
