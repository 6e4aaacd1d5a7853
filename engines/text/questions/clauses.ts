import { rowsOfClause } from './clause-rows.ts';
import { eventTables, tableNounAt } from './event-words.ts';
import type { PlacedCondition } from './frame.ts';
import type { Comparison } from './lexicon/operators.ts';
import type { ParseOptions } from './read-tokens.ts';
import type { PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import type { QuestionTable, WordMeaning } from './types.ts';

/** Words that tell of an entity by rows that point to it: "who never had a visit", "with more than two samples". */
export interface Clause {
  from: number;
  to: number;
  /** No other reading of these words is right. */
  certain: boolean;
  confidence: number;
  words: WordMeaning[];
  /** What it says of the rows of a view, or null where the entity is not in it. */
  conditionIn(view: PreparedTables): PlacedCondition | null;
}

/** A stretch of words that may be such a clause, and what it asks of the rows it speaks of. */
export interface ClauseSpan {
  from: number;
  /** Where what is said of the rows begins. */
  content: number;
  to: number;
  asks:
    | { kind: 'none' }
    | { kind: 'some' }
    | { kind: 'number'; cmp: Comparison; count: number; of: 'rows' | 'money' };
  entity: QuestionTable;
}

interface Mention {
  at: number;
  table: QuestionTable;
}

const numberWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const number = `(\\d+|${numberWords.join('|')})`;
const lead =
  '(?:(?:who|that|which|and|with|having|have|has|had|of|to|received|got|made|placed|underwent|used|in|by|on|for|did|do|does|were|was|are|is|been|be|belong|took|taken|recorded|undergone|given|completed|attended|a|total|there) )*';
const pronoun = '(?:(?:who|that|which) )?';
const article = '(?:(?:yet|ever|been|be|have|has|had|get|got|any|a|an|single|made|received) )*';

const none = [
  new RegExp(
    `^${pronoun}(?:(?:have|has|had|did|do|does|were|was|are|is|been|got) )?(?:not|never) ${article}`,
  ),
  new RegExp(`^${pronoun}(?:have|has|had|with|having|got|received|made) (?:no|zero|not any) (?:recorded )?`),
  /^(?:without|lacking) (?:having )?(?:(?:any|a|an|single|recorded) )*/,
];
const comparisons: [string, Comparison, number][] = [
  ['(?:no|not) (?:fewer|less) than|at least|a minimum of|minimum|>=|> =|≥', '>=', 0],
  ['(?:no|not) more than|at most|a maximum of|maximum|up to|<=|< =|≤', '<=', 0],
  ['more than|over|greater than|above|>', '>', 0],
  ['fewer than|less than|under|below|<', '<', 0],
  ['exactly|precisely|just|only|=', '=', 0],
];

/** Every clause the words may hold that can be read as rows pointing to an entity named before it, longest first. */
export function clausesOf(tokens: Token[], all: PreparedTables, options: ParseOptions): Clause[] {
  const mentions: Mention[] = tokens.flatMap((_, at) => {
    const noun = tableNounAt(tokens, at, all);
    const table = noun?.tables.length === 1 ? noun.tables[0] : undefined;
    return table === undefined || noun === null ? [] : [{ at: at + noun.length - 1, table }];
  });
  const clauses: Clause[] = [];
  for (const span of spansOf(tokens, mentions, all)) {
    const inside = clauses.some(
      (clause) =>
        clause.certain === (span.asks.kind !== 'some') && clause.from <= span.from && clause.to >= span.to,
    );
    const clause = inside ? null : rowsOfClause(span, tokens, all, options);
    if (clause !== null) clauses.push(clause);
  }
  return clauses;
}

function spansOf(tokens: Token[], mentions: Mention[], all: PreparedTables): ClauseSpan[] {
  const lowers = tokens.map((token) => token.lower);
  const spans: ClauseSpan[] = [];
  for (let from = 1; from < tokens.length; from += 1) {
    const before = mentions.filter((mention) => mention.at < from);
    const near = [...new Set(before.map((mention) => mention.table).reverse())].slice(0, 2);
    const opened = near.length === 0 ? null : openingAt(tokens, from, all);
    if (opened === null) continue;
    for (const to of endsAfter(lowers, opened.content))
      for (const entity of near) spans.push({ from, to, content: opened.content, asks: opened.asks, entity });
  }
  return spans;
}

/** What opens at a word: a clause of none, of a number, or of some rows, and where its content begins. */
function openingAt(
  tokens: Token[],
  from: number,
  all: PreparedTables,
): { asks: ClauseSpan['asks']; content: number } | null {
  const lowers = tokens.map((token) => (token.kind === 'number' ? String(token.value) : token.lower));
  const rest = `${lowers.slice(from).join(' ')} `;
  const after = (length: number): number => from + rest.slice(0, length).split(' ').length - 1;
  for (const pattern of none) {
    const found = pattern.exec(rest);
    if (found !== null) return { asks: { kind: 'none' }, content: after(found[0].length) };
  }
  const counted = countAt(rest, after, tokens, from, all);
  if (counted !== null) return counted;
  const word = lowers[from] as string;
  if (eventTables(tokens[from] as Token, all).length > 0) return { asks: { kind: 'some' }, content: from };
  const some =
    /^(?:(?:who|that|which) (?:have|has|had|were|was|are)?|with|having|had|have|has) ?(?:an? |any |some )?/.exec(
      rest,
    );
  return some !== null && word !== 'to' ? { asks: { kind: 'some' }, content: after(some[0].length) } : null;
}

function countAt(
  rest: string,
  after: (length: number) => number,
  tokens: Token[],
  from: number,
  all: PreparedTables,
): { asks: ClauseSpan['asks']; content: number } | null {
  for (const [words, cmp] of comparisons) {
    const paid = new RegExp(
      `^${pronoun}(?:have |has |had )?(?:spent|paid|earned|brought in) (?:a total of )?(?:${words}) (?:a total of )?[$€£]? ?(\\d+(?:\\.\\d+)?)( (?:in total|altogether|overall|in all))? (?=(?:in|on|at|with|for|since|between|during|before|after|per|by|,) |$)`,
    ).exec(rest);
    if (paid !== null)
      return {
        asks: { kind: 'number', cmp, count: Number(paid[1]), of: 'money' },
        content: after(paid[0].length),
      };
  }
  // A verb of what happened may stand before the number: "treated by more than two doctors".
  const verb = verbLength(tokens, from, all);
  const said = rest.split(' ').slice(verb).join(' ');
  const skipped = rest.length - said.length;
  const head = new RegExp(`^${lead}`).exec(said)?.[0].length ?? 0;
  const at = said.slice(head);
  const place = (length: number): number => (verb > 0 ? from : after(skipped + head + length));
  for (const [words, cmp] of comparisons) {
    const times = new RegExp(`^(?:${words}) (once|twice|${number} times) `).exec(at);
    if (times !== null && verb > 0)
      return { asks: { kind: 'number', cmp, count: timesOf(times[1] as string), of: 'rows' }, content: from };
    const found = new RegExp(`^(?:${words}) ${number} `).exec(at);
    if (found !== null)
      return {
        asks: { kind: 'number', cmp, count: numberOf(found[1] as string), of: 'rows' },
        content: place(found[0].length),
      };
  }
  if (head === 0 && verb === 0) return null;
  const open = new RegExp(`^${number} or (more|fewer|less) `).exec(at);
  if (open !== null)
    return {
      asks: {
        kind: 'number',
        cmp: open[2] === 'more' ? '>=' : '<=',
        count: numberOf(open[1] as string),
        of: 'rows',
      },
      content: place(open[0].length),
    };
  const many = /^(?:multiple|several|more than one|many different) /.exec(at);
  if (many !== null)
    return { asks: { kind: 'number', cmp: '>', count: 1, of: 'rows' }, content: place(many[0].length) };
  const bare = new RegExp(`^${number} `).exec(at);
  const having = /\b(?:with|have|has|had|having|received|made|got) $/.test(said.slice(0, head));
  return bare !== null && having
    ? {
        asks: { kind: 'number', cmp: '=', count: numberOf(bare[1] as string), of: 'rows' },
        content: place(bare[0].length),
      }
    : null;
}

/** How many words from here up to and with a verb of what happened. */
function verbLength(tokens: Token[], from: number, all: PreparedTables): number {
  const tying =
    /^(?:who|that|which|with|have|has|had|having|were|was|are|been|be|in|from|of|by|to|on|gave|a|the|did)$/;
  let length = 0;
  for (let at = from; at < Math.min(tokens.length, from + 7); at += 1) {
    const noun = tableNounAt(tokens, at, all);
    if (eventTables(tokens[at] as Token, all).length > 0 || (noun?.exact === true && at > from)) {
      length = at - from + (noun?.exact === true ? noun.length : 1);
      at = from + length - 1;
    } else if (!tying.test((tokens[at] as Token).lower)) break;
    else if (length > 0) length = at - from + 1;
  }
  return length;
}

const numberOf = (text: string): number =>
  numberWords.includes(text) ? numberWords.indexOf(text) : Number(text);
const timesOf = (text: string): number =>
  text === 'once' ? 1 : text === 'twice' ? 2 : numberOf(text.replace(/ times$/, ''));

const boundaries = new Set([
  'by',
  'per',
  'for',
  'in',
  'on',
  'grouped',
  'sorted',
  'ordered',
  'order',
  'and',
  'who',
  'that',
  'with',
  'each',
  ',',
  'from',
  'are',
  'is',
  'were',
  'have',
  'has',
  'had',
  'did',
]);

/** Where a clause may end: at the end of its sentence, or before a word that may turn back to the whole. */
function endsAfter(lowers: string[], content: number): number[] {
  let last = lowers.length;
  for (let place = content; place < lowers.length; place += 1)
    if (/^[.?!;]$/.test(lowers[place] as string)) {
      last = place;
      break;
    }
  const ends = [last];
  for (let place = last - 1; place > content; place -= 1)
    if (boundaries.has(lowers[place] as string)) ends.push(place);
  return ends.filter((end) => end >= content);
}
