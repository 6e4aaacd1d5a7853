import { comparatives, plainComparatives } from './lexicon/adjectives.ts';
import { isGrammarWord } from './lexicon/phrases.ts';
import { isSynonymWord, synonymQuality } from './lexicon/synonyms.ts';
import type { IndexedColumn, NameWord, PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import { isTypo, stemOf } from './word-forms.ts';

export interface ColumnLink {
  column: IndexedColumn;
  /** 0..1 */
  score: number;
  /** Share of the name that was said. */
  coverage: number;
  typo: boolean;
}

const connectors = new Set([
  'of',
  'at',
  'the',
  'a',
  'an',
  '_',
  '.',
  '-',
  '/',
  '(',
  ')',
  'in',
  'for',
  'per',
  "'",
]);
export const longestSpan = 9;

/** How well a typed word stands for a word of a name: 1 the same, 0 unrelated. */
function wordQuality(token: Token, word: NameWord): number {
  if (token.kind === 'number') return token.lower === word.lower ? 1 : 0;
  if (token.lower === word.lower) return 1;
  if (token.stem === word.stem) return 0.98;
  const synonym = synonymQuality(token.stem, word.stem);
  if (synonym >= 0.8) return synonym;
  // `lower` compares; it is not another form of `low`.
  if (comparatives.has(token.lower) || plainComparatives.has(token.lower)) return 0;
  if (token.root.length >= 3 && token.root === word.root) return 0.9;
  return Math.max(synonym, derivedQuality(token.lower, word.lower), derivedQuality(token.stem, word.stem));
}

/** Pregnancies for `pregnant`, agricultural for `agriculture`, precip for `precipitation`. */
function derivedQuality(typed: string, known: string): number {
  const shorter = typed.length < known.length ? typed : known;
  const longer = typed.length < known.length ? known : typed;
  if (shorter.length < 4 || /\d/.test(shorter)) return 0;
  let same = 0;
  while (same < shorter.length && shorter[same] === longer[same]) same += 1;
  if (same === shorter.length) {
    const ending = longer.slice(same);
    if (
      /^(?:s|es|y|ly|al|ally|ic|ical|ing|ed|er|ous|ity|ness|ful|less|ate|ated|ation|ion|ment|ive|ancy|ency|d|r|n|an|ian|ist|th|ty|ies)$/.test(
        ending,
      )
    )
      return 0.8;
    // A clipped word in either place, unless the short one is a word of its own.
    if (
      shorter.length >= 4 &&
      longer.length - shorter.length >= 2 &&
      !isSynonymWord(stemOf(shorter)) &&
      !wholeWords.has(shorter)
    )
      return 0.76;
    return 0;
  }
  const rest = [shorter.slice(same), longer.slice(same)];
  const endings =
    /^(?:t|cy|cies|ts|e|es|al|ic|ical|ion|ions|ive|y|ies|ia|es|us|ous|ity|ing|ed|er|ors|or|ance|ant|ants|ence|ent|ents|ure|able|is|etes|tes)?$/;
  return same >= 5 && same / longer.length >= 0.6 && rest.every((ending) => endings.test(ending)) ? 0.8 : 0;
}

const wholeWords = new Set(
  'time date case test type name form year hour plan plant mass area size rate race self cell gene drug dose note sale sales site week head hand heart hear over under inter trans comp part port pass post prep pres prod prof prop quest read real rest role rule safe seat sect shop sign sing sort star stat step stor stud term text them then ther thin thre tree turn unit vari vers view visit wall water weigh well what when will wind word work good great high long short open even ever form fore full gene grow hard have high hold home hous just keep kind know land larg last lead left life like line list live look mad main make many mean meet more most move much must name need next note once only open other over own page part pass past plac plan play poor port pow pres prin prob prov pull purp'.split(
    ' ',
  ),
);

const tailWords = new Set([
  'time',
  'value',
  'level',
  'score',
  'measurement',
  'reading',
  'amount',
  'status',
  'concentration',
  'index',
  'size',
  'percentage',
  'figure',
  'content',
  'speed',
  'distance',
]);

interface Scored {
  quality: number;
  typo: boolean;
}

/** What a typed word may stand for among the words of all names, with how well. */
function matchesOf(token: Token, index: PreparedTables): Map<string, Scored> {
  const key = `w:${token.lower}`;
  const known = index.cache.get(key) as Map<string, Scored> | undefined;
  if (known !== undefined) return known;
  const matches = new Map<string, Scored>();
  let best = 0;
  for (const word of index.nameWords) {
    const quality = wordQuality(token, word);
    if (quality === 0) continue;
    matches.set(word.lower, { quality, typo: false });
    best = Math.max(best, quality);
  }
  if (
    best < 0.7 &&
    token.kind === 'word' &&
    !index.nameVocabulary.has(token.lower) &&
    !isGrammarWord(token.lower)
  )
    for (const word of index.nameWords)
      if (isTypo(token.lower, word.lower) || isTypo(token.stem, word.stem))
        matches.set(word.lower, { quality: 0.82, typo: true });
  index.cache.set(key, matches);
  return matches;
}

function linkReading(
  content: Token[],
  matches: Map<string, Scored>[],
  reading: NameWord[],
  optional: Set<string>,
  knownWords: Set<string>,
) {
  const covered = new Array<number>(reading.length).fill(0);
  let sum = 0;
  let typo = false;
  let counted = 0;
  let tail = 0;
  for (const [at, token] of content.entries()) {
    let best: Scored = { quality: 0, typo: false };
    let place = -1;
    for (const [index, word] of reading.entries()) {
      const found = matches[at]?.get(word.lower);
      if (found === undefined) continue;
      const better =
        found.quality > best.quality ||
        (found.quality === best.quality && place >= 0 && covered[place] !== 0 && covered[index] === 0);
      if (better) {
        best = found;
        place = index;
      }
    }
    if (place < 0 || best.quality === 0) {
      if (optional.has(token.stem)) continue;
      // `reaction time`, `glucose level`: a last word that adds nothing to a name said before it.
      const initial = reading.findIndex(
        (word, index) =>
          covered[index] === 0 &&
          word.weight === 1 &&
          word.lower.length === 1 &&
          token.lower[0] === word.lower,
      );
      if (counted > 0 && initial >= 0) {
        covered[initial] = 0.7;
        sum += 0.9;
        counted += 1;
        continue;
      }
      if (
        token === content.at(-1) &&
        counted > 0 &&
        tailWords.has(token.stem) &&
        !knownWords.has(token.lower)
      ) {
        tail = 0.04;
        continue;
      }
      return null;
    }
    // The same word twice cannot stand for two words of the name.
    covered[place] = Math.max(covered[place] as number, best.quality);
    sum += best.quality;
    counted += 1;
    typo ||= best.typo;
  }
  if (counted === 0) return null;
  const weight = reading.reduce((total, word) => total + word.weight, 0);
  const said = reading.reduce(
    (total, word, index) => total + ((covered[index] as number) > 0 ? word.weight : 0),
    0,
  );
  const coverage = said / weight;
  const covers = covered.filter((value) => value > 0).length;
  // Three words for one word of the name is a coincidence, not a link.
  if (counted > covers + 1) return null;
  return { quality: sum / counted - tail, coverage, typo };
}

function linkColumn(
  content: Token[],
  matches: Map<string, Scored>[],
  column: IndexedColumn,
  index: PreparedTables,
): ColumnLink | null {
  const optional = index.tableWords.get(column.table.name)?.stems ?? new Set<string>();
  let best: ColumnLink | null = null;
  for (const [place, reading] of column.readings.entries()) {
    const found = linkReading(content, matches, reading, optional, index.nameVocabulary);
    // A part of an abbreviation's meaning is not its meaning: `population` is not `UrbanPop`.
    const bare = reading.every(
      (word) =>
        word.weight < 1 ||
        modifiers.has(word.lower) ||
        (matches.some((match) => match.has(word.lower)) && reading.length === 2),
    );
    if (
      found === null ||
      found.coverage <
        (place > 0 && !(bare && reading.some((word) => modifiers.has(word.lower))) ? 0.6 : 0.34)
    )
      continue;
    const score = found.quality * (0.5 + 0.5 * found.coverage) - (place > 0 ? 0.02 : 0);
    if (score > (best?.score ?? 0)) best = { column, score, coverage: found.coverage, typo: found.typo };
  }
  return best;
}

/** Words of a span that count; null when it starts or ends in a connecting word. */
export function contentOf(tokens: Token[], from: number, to: number): Token[] | null {
  const first = tokens[from] as Token;
  const last = tokens[to - 1] as Token;
  if (first.kind === 'symbol' || first.kind === 'quoted' || connectors.has(first.lower)) {
    if (!(to - from === 1 && first.kind === 'word')) return null;
  }
  if (to - from > 1 && (connectors.has(last.lower) ? last.lower !== ')' : last.kind === 'symbol'))
    return null;
  const content: Token[] = [];
  for (let index = from; index < to; index += 1) {
    const token = tokens[index] as Token;
    if (token.kind === 'quoted') return null;
    if (index > from && connectors.has(token.lower)) continue;
    if (token.kind === 'symbol') return null;
    content.push(token);
  }
  return content.length === 0 || content.every((token) => token.kind === 'number') ? null : content;
}

/** Columns that the words from `from` to `to` may name, best first. */
export function linkColumns(tokens: Token[], from: number, to: number, index: PreparedTables): ColumnLink[] {
  const content = contentOf(tokens, from, to);
  if (content === null) return [];
  const key = `c:${content.map((token) => token.lower).join(' ')}`;
  const known = index.cache.get(key) as ColumnLink[] | undefined;
  if (known !== undefined) return known;
  const joined = content.map((token) => token.lower).join('');
  const links: ColumnLink[] = (joined.length > 1 ? (index.columnsByJoined.get(joined) ?? []) : []).map(
    (column) => ({
      column,
      score: 1,
      coverage: 1,
      typo: false,
    }),
  );
  const matches = content.map((token) => matchesOf(token, index));
  for (const column of candidates(content, matches, index)) {
    if (links.some((link) => link.column === column)) continue;
    const link = linkColumn(content, matches, column, index);
    if (link !== null && link.score >= leastScore) links.push(link);
  }
  links.sort((a, b) => b.score - a.score || a.column.id - b.column.id);
  if (index.cache.size > 5000) index.cache.clear();
  index.cache.set(key, links);
  return links;
}

const modifiers = new Set(['max', 'min', 'maximum', 'minimum', 'mean', 'average', 'avg', 'median']);
const leastScore = 0.62;

/** Columns whose names hold something like every word of the span that must stand for something. */
function candidates(
  content: Token[],
  matches: Map<string, Scored>[],
  index: PreparedTables,
): Set<IndexedColumn> {
  let chosen: Set<IndexedColumn> | null = null;
  for (const [place, token] of content.entries()) {
    const optional =
      (place > 0 && (tailWords.has(token.stem) || index.nameVocabulary.has(token.lower[0] as string))) ||
      [...index.tableWords.values()].some((table) => table.stems.has(token.stem));
    if (optional) continue;
    const own = new Set<IndexedColumn>();
    for (const lower of matches[place]?.keys() ?? [])
      for (const column of index.columnsByWord.get(lower) ?? [])
        if (chosen === null || chosen.has(column)) own.add(column);
    if (own.size === 0) return own;
    chosen = own;
  }
  return (
    chosen ??
    new Set(
      matches.flatMap((found) => [...found.keys()].flatMap((lower) => index.columnsByWord.get(lower) ?? [])),
    )
  );
}
