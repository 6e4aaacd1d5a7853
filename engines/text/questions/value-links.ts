import { isGrammarWord } from './lexicon/phrases.ts';
import { otherStateName } from './lexicon/us-states.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import { isTypo, rootOf, stemOf } from './word-forms.ts';

export interface ValueLink {
  column: IndexedColumn;
  /** As stored. */
  value: string;
  score: number;
  typo: boolean;
}

const sexes: Record<string, string[]> = {
  female: ['f', 'female', 'woman', 'women', 'girl', 'females', 'w', 'fem'],
  male: ['m', 'male', 'man', 'men', 'boy', 'males'],
};
const sexOf = new Map<string, string>([
  ...['female', 'woman', 'girl', 'lady', 'feminine'].map((word) => [word, 'female'] as const),
  ...['male', 'man', 'boy', 'gentleman', 'masculine'].map((word) => [word, 'male'] as const),
]);

/** Words people use for stored codes of the same meaning. */
const sameMeaning: string[][] = [
  ['control', 'ctrl', 'cont', 'controls', 'untreated'],
  ['placebo', 'pbo', 'plac'],
  ['orange juice', 'oj'],
  ['vitamin c', 'ascorbic acid', 'vc', 'ascorbic'],
  ['positive', 'pos'],
  ['negative', 'neg'],
  ['january', 'jan', '01'],
  ['february', 'feb'],
  ['march', 'mar'],
  ['april', 'apr'],
  ['june', 'jun'],
  ['july', 'jul'],
  ['august', 'aug'],
  ['september', 'sep', 'sept'],
  ['october', 'oct'],
  ['november', 'nov'],
  ['december', 'dec'],
  ['monday', 'mon'],
  ['tuesday', 'tue', 'tues'],
  ['wednesday', 'wed'],
  ['thursday', 'thu', 'thur', 'thurs'],
  ['friday', 'fri'],
  ['saturday', 'sat'],
  ['sunday', 'sun'],
  ['premenopausal', 'pre'],
  ['postmenopausal', 'post'],
  ['low', 'l'],
  ['medium', 'm', 'med'],
  ['high', 'h'],
  ['slow learner', 'sl'],
  ['average learner', 'al'],
  ['usa', 'united states', 'us', 'united states of america', 'america'],
  ['uk', 'united kingdom', 'great britain', 'britain'],
  ['cash', 'in cash'],
];

function isSexColumn(column: IndexedColumn): boolean {
  const stored = column.values.map((value) => value.trim().toLowerCase());
  const known = new Set([...(sexes.female as string[]), ...(sexes.male as string[])]);
  return (
    stored.length > 0 &&
    stored.length <= 5 &&
    stored.some((value) => known.has(value)) &&
    stored.filter((value) => known.has(value)).length >= Math.min(2, stored.length)
  );
}

/** The word itself, its stem and its root, e.g. rainy -> rain, sunny -> sun. */
function forms(token: Token): string[] {
  const list = [token.lower, token.stem];
  if (/^\p{L}{4,}y$/u.test(token.lower)) {
    const bare = token.lower.slice(0, -1);
    list.push(bare, /(.)\1$/.test(bare) ? bare.slice(0, -1) : bare);
  }
  if (/^\p{L}{3,}(?:ing|ed|er|ers)$/u.test(token.lower)) list.push(token.root);
  if (/^\p{L}{4,}ful$/u.test(token.lower)) list.push(token.lower.slice(0, -3));
  return [...new Set(list)];
}

function exactLinks(content: Token[], index: PreparedTables): ValueLink[] {
  const links: ValueLink[] = [];
  const keys: [string, number][] = [[content.map((token) => token.lower).join(' '), 1]];
  keys.push([content.map((token) => token.stem).join(' '), 0.97]);
  if (content.length === 1) {
    const token = content[0] as Token;
    for (const form of forms(token)) if (form !== token.lower && form !== token.stem) keys.push([form, 0.86]);
  }
  const seen = new Set<string>();
  for (const [key, score] of keys)
    for (const entry of index.values.get(key) ?? []) {
      const id = `${entry.column.id}\u0000${entry.value}`;
      if (seen.has(id)) continue;
      seen.add(id);
      links.push({ column: entry.column, value: entry.value, score, typo: false });
    }
  return links;
}

function meaningLinks(content: Token[], index: PreparedTables): ValueLink[] {
  const links: ValueLink[] = [];
  const said = content.map((token) => token.stem).join(' ');
  const sex = content.length === 1 ? sexOf.get(said) : undefined;
  if (sex !== undefined)
    for (const column of index.columns) {
      if (!isSexColumn(column)) continue;
      const value = column.values.find((stored) =>
        (sexes[sex] as string[]).includes(stored.trim().toLowerCase()),
      );
      if (value !== undefined) links.push({ column, value, score: 0.95, typo: false });
    }
  const written = content.map((token) => token.lower).join(' ');
  const state = said.length > 2 ? otherStateName(written) : null;
  for (const entry of state === null ? [] : (index.values.get(state) ?? []))
    if (/state|province|region/i.test(entry.column.name))
      links.push({ column: entry.column, value: entry.value, score: 0.93, typo: false });
  for (const group of sameMeaning) {
    if (!group.some((word) => word === said || word.split(' ').map(stemOf).join(' ') === said)) continue;
    for (const word of group)
      for (const entry of index.values.get(word) ?? [])
        if (word.length > 1 || isOrdinalScale(entry.column))
          links.push({ column: entry.column, value: entry.value, score: 0.84, typo: false });
  }
  return links;
}

/** L, M and H together mean low, medium and high; alone they could mean anything. */
function isOrdinalScale(column: IndexedColumn): boolean {
  const stored = new Set(column.values.map((value) => value.toLowerCase()));
  return stored.has('l') && stored.has('h') && stored.size <= 3;
}

function sameWord(token: Token, word: string): boolean {
  return (
    token.lower === word ||
    token.stem === stemOf(word) ||
    (token.root.length > 3 && token.root === rootOf(word))
  );
}

/** Values that hold the words among others: `chinstrap` for `Chinstrap penguin (Pygoscelis antarctica)`. */
function partialLinks(content: Token[], index: PreparedTables): ValueLink[] {
  const rare = content.filter((token) => token.lower.length > 2 && !isGrammarWord(token.lower));
  const first = rare[0];
  if (first === undefined) return [];
  const seeds = new Set([...forms(first), ...forms(first).map(stemOf)]);
  const links: ValueLink[] = [];
  const seen = new Set<string>();
  for (const seed of seeds)
    for (const entry of index.valueWords.get(seed) ?? []) {
      const id = `${entry.column.id}\u0000${entry.value}`;
      if (seen.has(id) || entry.words.length <= content.length) continue;
      seen.add(id);
      if (!content.every((token) => entry.words.some((word) => sameWord(token, word)))) continue;
      const share = content.reduce((sum, token) => sum + token.lower.length, 0) / entry.words.join('').length;
      // The first word of a value says more of it than the others.
      const leads = content.some((token) => sameWord(token, entry.words[0] as string));
      links.push({
        column: entry.column,
        value: entry.value,
        score: (leads ? 0.62 : 0.56) + 0.25 * Math.min(1, share),
        typo: false,
      });
    }
  const counts = new Map<IndexedColumn, number>();
  for (const link of links) counts.set(link.column, (counts.get(link.column) ?? 0) + 1);
  // Words that fit several values of one column name none of them.
  return links.filter((link) => counts.get(link.column) === 1);
}

function typoLinks(token: Token, index: PreparedTables): ValueLink[] {
  if (token.kind !== 'word' || token.lower.length < 5 || isGrammarWord(token.lower)) return [];
  if (
    index.nameVocabulary.has(token.lower) ||
    index.valueWords.has(token.lower) ||
    index.valueWords.has(token.stem)
  )
    return [];
  const links: ValueLink[] = [];
  for (const [word, entries] of index.valueWords) {
    if (Math.abs(word.length - token.lower.length) > 2 || !/^\p{L}+$/u.test(word)) continue;
    if (!isTypo(token.lower, word) && !isTypo(token.stem, word)) continue;
    for (const entry of entries.slice(0, 20))
      links.push({
        column: entry.column,
        value: entry.value,
        score: entry.words.length === 1 ? 0.78 : 0.66,
        typo: true,
      });
  }
  const counts = new Map<IndexedColumn, number>();
  for (const link of links) counts.set(link.column, (counts.get(link.column) ?? 0) + 1);
  return links.filter((link) => counts.get(link.column) === 1);
}

/** Stored values that the words from `from` to `to` may name, best first. */
export function linkValues(tokens: Token[], from: number, to: number, index: PreparedTables): ValueLink[] {
  const span = tokens.slice(from, to);
  const first = span[0] as Token;
  const last = span.at(-1) as Token;
  if (first.kind === 'symbol' || last.kind === 'symbol') return [];
  const quoted = span.length === 1 && first.kind === 'quoted';
  if (!quoted && span.some((token) => token.kind === 'quoted')) return [];
  const content = quoted ? quotedWords(first) : span.filter((token) => token.kind !== 'symbol');
  if (content.length === 0 || content.every((token) => token.kind === 'number')) return [];
  const key = `v:${content.map((token) => token.lower).join(' ')}`;
  const known = index.cache.get(key) as ValueLink[] | undefined;
  if (known !== undefined) return known;
  let links = [...exactLinks(content, index), ...meaningLinks(content, index)];
  if (links.length === 0) links = partialLinks(content, index);
  if (links.length === 0 && content.length === 1) links = typoLinks(content[0] as Token, index);
  const best = new Map<string, ValueLink>();
  for (const link of links) {
    const id = `${link.column.id}\u0000${link.value}`;
    if ((best.get(id)?.score ?? 0) < link.score) best.set(id, link);
  }
  const sorted = [...best.values()].sort((a, b) => b.score - a.score || a.column.id - b.column.id);
  index.cache.set(key, sorted);
  return sorted;
}

function quotedWords(token: Token): Token[] {
  return token.lower
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => ({
      ...token,
      kind: 'word',
      text: word,
      lower: word,
      stem: stemOf(word),
      root: rootOf(word),
    }));
}
