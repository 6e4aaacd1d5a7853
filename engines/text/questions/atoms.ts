import type { JsonValue } from '@stroma/kernel';
import { type ColumnLink, contentOf, linkColumns, longestSpan } from './column-links.ts';
import { plainSuperlatives, superlatives } from './lexicon/adjectives.ts';
import { isPlausibleRowNoun } from './lexicon/nouns.ts';
import type { Operator } from './lexicon/operators.ts';
import { ownEntry } from './lexicon/own-entry.ts';
import { isGrammarWord, phrasesAt } from './lexicon/phrases.ts';
import { endsInNoun, holdsNoun, nounAtoms, nounLength } from './noun-atoms.ts';
import type { PreparedTables } from './schema-index.ts';
import { type TimeSpec, timeAt } from './times.ts';
import type { Token } from './tokens.ts';
import type { Correction, QuestionTable } from './types.ts';
import { linkValues, type ValueLink } from './value-links.ts';
import { isTypo } from './word-forms.ts';

interface Span {
  from: number;
  to: number;
  weight: number;
}

/** A piece of the question with one thing it may be. */
export type Atom = Span &
  (
    | { kind: 'operator'; operator: Operator }
    | { kind: 'column'; links: ColumnLink[] }
    | { kind: 'value'; links: ValueLink[] }
    | { kind: 'table'; tables: QuestionTable[]; exact: boolean }
    | { kind: 'number'; value: number; ordinal: boolean }
    | { kind: 'time'; spec: TimeSpec }
    | { kind: 'quoted'; text: string }
    | { kind: 'unknown' }
  );

const scales: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
  hundred: 100,
};

const numberWords: Record<string, number> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  hundred: 100,
};

function numberAtoms(tokens: Token[], at: number): Atom[] {
  const token = tokens[at] as Token;
  const negative =
    token.lower === '-' &&
    tokens[at + 1]?.kind === 'number' &&
    tokens[at + 1]?.glued === true &&
    !token.glued;
  const start = negative ? at + 1 : at;
  const number = tokens[start] as Token;
  const written = number.kind === 'word' ? ownEntry(numberWords, number.lower) : undefined;
  if (number.kind !== 'number' && written === undefined) return [];
  let value = written ?? number.value;
  let to = start + 1;
  const next = tokens[to];
  const scale = next?.kind === 'word' ? ownEntry(scales, next.lower) : undefined;
  if (scale !== undefined && (next?.lower.length ?? 0) > (next?.glued ? 0 : 1)) {
    value *= scale;
    to += 1;
  }
  const ordinal = tokens[to]?.glued === true && ['st', 'nd', 'rd', 'th'].includes(tokens[to]?.lower ?? '');
  if (ordinal) to += 1;
  return [
    { kind: 'number', value: negative ? -value : value, ordinal, from: at, to, weight: 0.9 * (to - at) },
  ];
}

function operatorAtoms(lowers: string[], at: number, names: Set<string>): Atom[] {
  // Where a column is called `value` or `count`, the word means the column rather than nothing or a count.
  const named = (length: number, operator: Operator): boolean =>
    (length > 1 || operator.op === 'filler') && lowers.slice(at, at + length).some((word) => names.has(word));
  return phrasesAt(lowers, at).map(({ length, operator }) => ({
    kind: 'operator',
    operator,
    from: at,
    to: at + length,
    weight:
      (length * (operator.op === 'skip' ? 0.8 : operator.op === 'filler' ? 0.6 : 0.95) + (length - 1) * 0.1) *
      (named(length, operator) ? 0.4 : 1),
  }));
}

function columnAtoms(tokens: Token[], at: number, index: PreparedTables): Atom[] {
  const atoms: Atom[] = [];
  const number = tokens[at]?.kind === 'number' ? (tokens[at]?.text ?? null) : null;
  for (let to = at + 1; to <= Math.min(tokens.length, at + longestSpan); to += 1) {
    const links = linkColumns(tokens, at, to, index).filter(
      (link) =>
        (number === null || link.column.name.includes(number)) && !endsInNoun(tokens, at, to, link, index),
    );
    const best = links[0];
    if (best === undefined) continue;
    // The name of a table means its rows before a part of the name of a column.
    if (best.coverage < 0.97 && nounLength(tokens, at, index) === to - at) continue;
    const words = contentOf(tokens, at, to)?.length ?? 1;
    const near = links.filter((link) => link.score >= best.score - 0.12);
    // A name said in full counts for more than its words; a mere part of one for less.
    const completeness = 0.75 + 0.3 * best.coverage;
    atoms.push({
      kind: 'column',
      links: near,
      from: at,
      to,
      weight: words * best.score * completeness + 0.1 * (to - at - words) + (words - 1) * 0.12,
    });
  }
  return atoms;
}

function valueAtoms(tokens: Token[], at: number, index: PreparedTables): Atom[] {
  const atoms: Atom[] = [];
  const token = tokens[at] as Token;
  for (let to = at + 1; to <= Math.min(tokens.length, at + 12); to += 1) {
    const links = linkValues(tokens, at, to, index);
    const best = links[0];
    if (best === undefined) continue;
    const single = to - at === 1;
    // One letter is a value only when written as it is stored, and as a capital.
    if (
      single &&
      token.lower.length === 1 &&
      !(links.some((link) => link.value === token.text) && /^[A-Z]$/.test(token.text) && token.start > 0)
    )
      continue;
    const beside = [tokens[at - 1]?.lower, tokens[at + 1]?.lower];
    const listed =
      /^[A-Z]$/.test(token.text) && beside.some((word) => ['and', 'or', 'vs', 'versus'].includes(word ?? ''));
    const grammar = single && isGrammarWord(token.lower) && !listed;
    const words = tokens.slice(at, to).filter((part) => part.kind !== 'symbol').length;
    const weight = grammar ? 0.55 : words * best.score * 1.02 + (words - 1) * 0.14 + (to - at - words) * 0.5;
    atoms.push({
      kind: 'value',
      links: links.filter((link) => link.score >= best.score - 0.12),
      from: at,
      to,
      weight,
    });
  }
  return atoms;
}

/** Nouns that stand for the rows: the table's own name, or a general noun that suits its columns. */
function tableAtoms(tokens: Token[], at: number, index: PreparedTables): Atom[] {
  const token = tokens[at] as Token;
  if (token.kind !== 'word' || token.lower.length < 3) return [];
  if (index.view !== null) return nounAtoms(tokens, at, index, index.view);
  const exact: QuestionTable[] = [];
  const plausible: QuestionTable[] = [];
  const atoms: Atom[] = [];
  for (const table of index.tables) {
    const known = index.tableWords.get(table.name);
    if (known === undefined) continue;
    const words = [...known.stems];
    const clipped = words.some(
      (word) =>
        word.length > token.stem.length + 1 &&
        token.stem.length >= 3 &&
        (word.startsWith(token.stem) || word.endsWith(token.stem)),
    );
    if (known.stems.has(token.stem) || clipped) exact.push(table);
    else if (isPlausibleRowNoun(token.stem, known.evidence)) plausible.push(table);
    // `adverse events` for adverse_events
    const next = tokens[at + 1];
    if (words.length === 2 && next?.kind === 'word' && words[0] === token.stem && words[1] === next.stem)
      atoms.push({ kind: 'table', tables: [table], exact: true, from: at, to: at + 2, weight: 2.1 });
  }
  if (exact.length > 0)
    atoms.push({ kind: 'table', tables: exact, exact: true, from: at, to: at + 1, weight: 0.93 });
  else if (plausible.length > 0)
    atoms.push({ kind: 'table', tables: plausible, exact: false, from: at, to: at + 1, weight: 0.7 });
  return atoms;
}

function timeAtoms(tokens: Token[], at: number, now: Date, temporal: boolean): Atom[] {
  if (!temporal) return [];
  const found = timeAt(tokens, at, now);
  if (found === null) return [];
  return [
    {
      kind: 'time',
      spec: found.spec,
      from: at,
      to: at + found.length,
      weight: found.length * 1.02 + (found.length - 1) * 0.12,
    },
  ];
}

function quotedAtoms(tokens: Token[], at: number): Atom[] {
  const token = tokens[at] as Token;
  if (token.kind !== 'quoted') return [];
  return [{ kind: 'quoted', text: token.text.slice(1, -1), from: at, to: at + 1, weight: 0.7 }];
}

function correctedAtom(
  tokens: Token[],
  at: number,
  corrections: Correction[],
  index: PreparedTables,
): Atom | null {
  const token = tokens[at] as Token;
  const correction = corrections.find((item) => token.start >= item.start && token.end <= item.end);
  if (correction === undefined) return null;
  let to = at + 1;
  while (to < tokens.length && (tokens[to] as Token).end <= correction.end) to += 1;
  const span = { from: at, to, weight: 5 * (to - at) };
  const column = index.columns.find((item) => item.name === correction.column);
  if (correction.ignore === true) return { kind: 'operator', operator: { op: 'skip' }, ...span };
  if (column !== undefined && correction.value !== undefined)
    return {
      kind: 'value',
      links: [{ column, value: storedText(correction.value), score: 1, typo: false }],
      ...span,
    };
  if (column !== undefined)
    return { kind: 'column', links: [{ column, score: 1, coverage: 1, typo: false }], ...span };
  return null;
}

const storedText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

export interface AtomContext {
  index: PreparedTables;
  now: Date;
  corrections: Correction[];
}

const spelled = [
  ...superlatives.keys(),
  ...plainSuperlatives.keys(),
  'average',
  'median',
  'number',
  'total',
  'measurements',
  'observations',
];

/** `hotest`, `averge`: a slip in a word that ranks or sums up, where nothing else is so spelled. */
function misspelled(token: Token, at: number, columns: Atom[], values: Atom[]): Atom[] {
  if (token.kind !== 'word' || token.lower.length < 5 || isGrammarWord(token.lower)) return [];
  if ([...columns, ...values].some((atom) => atom.to === at + 1)) return [];
  const near = spelled.filter((word) => isTypo(token.lower, word));
  return near.length === 1
    ? operatorAtoms([near[0] as string], 0, new Set()).map((atom) => ({
        ...atom,
        from: at,
        to: at + 1,
        weight: 0.5,
      }))
    : [];
}

/** `4 cyl vs 8 cyl`: between two things the word sets them against each other, whatever a column is called. */
function isVersus(lowers: string[], at: number): boolean {
  const before = lowers[at - 1];
  const after = lowers[at + 1];
  return (
    ['vs', 'v', 'versus'].includes(lowers[at] as string) &&
    before !== undefined &&
    after !== undefined &&
    !/^(?:by|with|of|for|per|each|and|where|when|average|mean|on|in|is|has|have|,)$/.test(before) &&
    !/^(?:is|=|0|1|of|at|in|equals|\?|and|or|,)$/.test(after)
  );
}

/** Everything that may start at each token. */
export function atomsByStart(tokens: Token[], context: AtomContext): Atom[][] {
  const lowers = tokens.map((token) => token.lower);
  const names = new Set(
    context.index.columns
      .map((column) => column.joined)
      .filter((name) =>
        [
          'value',
          'count',
          'score',
          'level',
          'amount',
          'status',
          'type',
          'class',
          'group',
          'name',
          'code',
          'total',
          'region',
          'period',
          'condition',
          'area',
          'rank',
          'average',
          'mean',
          'size',
        ].includes(name),
      ),
  );
  const temporal = context.index.columns.some(
    (column) =>
      column.temporal ||
      column.year ||
      ['month', 'weekday', 'day'].includes(column.joined) ||
      /year|date|month/i.test(column.name),
  );
  return tokens.map((token, at) => {
    const corrected = correctedAtom(tokens, at, context.corrections, context.index);
    if (corrected !== null) return [corrected];
    const columns = isVersus(lowers, at) ? [] : columnAtoms(tokens, at, context.index);
    const values = valueAtoms(tokens, at, context.index);
    // A word that some table holds is meant as such: `good` where a status is good or poor.
    const held = (atom: Atom): boolean =>
      [...columns, ...values].some(
        (other) =>
          (other.kind === 'column' || other.kind === 'value') &&
          other.from === atom.from &&
          other.to === atom.to &&
          (other.links[0]?.score ?? 0) >= 0.97,
      );
    const operators = operatorAtoms(lowers, at, names).filter(
      (atom) =>
        !(atom.kind === 'operator' && atom.operator.op === 'refuse' && held(atom)) &&
        !holdsNoun(tokens, atom, context.index),
    );
    return [
      ...operators,
      ...misspelled(token, at, columns, values),
      ...columns,
      ...values,
      ...tableAtoms(tokens, at, context.index).filter(
        (atom) => !(atom.kind === 'operator' && ['refuse', 'have'].includes(atom.operator.op) && held(atom)),
      ),
      ...timeAtoms(tokens, at, context.now, temporal),
      ...numberAtoms(tokens, at),
      ...quotedAtoms(tokens, at),
      { kind: 'unknown' as const, from: at, to: at + 1, weight: token.kind === 'symbol' ? 0 : -0.6 },
    ];
  });
}

interface Path {
  weight: number;
  atoms: Atom[];
}

/** The `count` best ways to cut the question into atoms, best first (k-best dynamic programming). */
export function segment(byStart: Atom[][], count: number): Path[] {
  const best: Path[][] = Array.from({ length: byStart.length + 1 }, () => []);
  best[0] = [{ weight: 0, atoms: [] }];
  const piece = 0.12;
  for (let at = 0; at < byStart.length; at += 1) {
    const paths = best[at] as Path[];
    if (paths.length === 0) continue;
    for (const atom of byStart[at] as Atom[]) {
      const target = best[atom.to] as Path[] | undefined;
      if (target === undefined) continue;
      for (const path of paths) {
        const weight = path.weight + atom.weight - piece;
        const last = target.at(-1);
        if (target.length >= count && last !== undefined && last.weight >= weight) break;
        const place = target.findIndex((item) => item.weight < weight);
        target.splice(place < 0 ? target.length : place, 0, { weight, atoms: [...path.atoms, atom] });
        if (target.length > count) target.pop();
      }
    }
  }
  return best[byStart.length] as Path[];
}
