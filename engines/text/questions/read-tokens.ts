import { type Atom, atomsByStart, segment } from './atoms.ts';
import { finish } from './finish.ts';
import { type Frame, type PlacedCondition, ReadFailure } from './frame.ts';
import { plan } from './plan.ts';
import { readAtoms } from './reader.ts';
import { type Mark, ReaderState } from './reader-state.ts';
import type { PreparedTables } from './schema-index.ts';
import { sentenceOf } from './sentence.ts';
import { showEntities } from './show-entities.ts';
import type { Token } from './tokens.ts';
import type { Correction, WordMeaning } from './types.ts';
import { checkGrain } from './view-grain.ts';

export interface ParseOptions {
  /** What "today" is for phrases such as "last quarter". */
  now: Date;
  corrections?: Correction[];
}

/** Ways of cutting a question that are tried before it is given up. */
const mostPaths = 24;
const leastConfidence = 0.56;

export interface Reading {
  frame: Frame;
  state: ReaderState;
  planned: ReturnType<typeof plan>;
  weight: number;
}

export type Outcome =
  | { reading: Reading; words: WordMeaning[]; confidence: number }
  | { reading: null; reason: string; notUnderstood: string[]; words: WordMeaning[]; reached: number };

export interface ReadAs {
  /** Conditions that were read apart from these words. */
  given?: PlacedCondition[];
  /** The words say which rows of the view's own table are meant, and nothing more. */
  rowsOnly?: boolean;
}

/** The best reading of some words over one table or view, or what stands in the way of any. */
export function readTokens(
  tokens: Token[],
  index: PreparedTables,
  options: ParseOptions,
  as: ReadAs = {},
): Outcome {
  const byStart = atomsByStart(tokens, { index, now: options.now, corrections: options.corrections ?? [] });
  const paths = segment(byStart, mostPaths);
  const first = paths[0]?.atoms ?? [];
  const refusal = refusedOutright(first);
  if (refusal !== null)
    return {
      reading: null,
      reason: refusal.reason,
      notUnderstood: wordsOf(first, tokens, refusal.at),
      words: meaningsOf([], first, tokens),
      // A name of another table says only that this is not the view to read the words in.
      reached: refusal.foreign ? -1 : (first[refusal.at]?.from ?? 0),
    };
  let best: Reading | null = null;
  let failure: { error: ReadFailure; atoms: Atom[]; marks: Mark[]; reached: number } | null = null;
  for (const path of paths) {
    if (best !== null && path.weight < best.weight) break;
    const state = new ReaderState(path.atoms.map(copyAtom), tokens, index);
    if (as.rowsOnly === true) {
      state.mode = 'list';
      const table = index.tables[0];
      if (table !== undefined) state.table = { table, exact: true, at: -1 };
    }
    try {
      readAtoms(state);
      state.conditions.push(...(as.given ?? []));
      const frame = showEntities(finish(state));
      if (as.rowsOnly === true) mustSayRows(frame);
      checkGrain(frame, state, index);
      const planned = plan(frame, index);
      // A reading that cuts the question less naturally is less sure.
      state.penalty += 0.1 * ((paths[0]?.weight ?? path.weight) - path.weight);
      const weight = path.weight - state.penalty;
      if (best === null || weight > best.weight) best = { frame, state, planned, weight };
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      // The reading that came furthest says best what is in the way.
      const reached = state.atoms[state.at]?.from ?? tokens.length;
      if (failure === null || reached > failure.reached)
        failure = { error, atoms: path.atoms, marks: state.marks, reached };
    }
  }
  if (best === null) {
    const { error, atoms, marks, reached } = failure ?? {
      error: new ReadFailure('I do not understand the question.'),
      atoms: [],
      marks: [],
      reached: 0,
    };
    return {
      reading: null,
      reason: error.message,
      notUnderstood: error.words,
      words: meaningsOf(marks, atoms, tokens),
      reached,
    };
  }
  const words = meaningsOf(best.state.marks, best.state.atoms, tokens);
  const confidence = confidenceOf(best, words);
  if (confidence < leastConfidence)
    return {
      reading: null,
      reason: `The likeliest reading is "${sentenceOf(best.frame)}", but it is not sure enough; say it more fully.`,
      notUnderstood: [],
      words,
      reached: tokens.length,
    };
  return { reading: best, words, confidence };
}

function confidenceOf(best: Reading, words: WordMeaning[]): number {
  const weakest = Math.min(
    1,
    ...words.filter((word) => word.role === 'column' || word.role === 'value').map((word) => word.confidence),
  );
  return Math.round(Math.max(0, Math.min(1, 0.98 * (0.5 + 0.5 * weakest) - best.state.penalty)) * 100) / 100;
}

/** Words that say which rows are meant hold conditions, and at most what those rows point to. */
function mustSayRows(frame: Frame): void {
  const plain = frame.task === 'list' || frame.task === 'distinct';
  const extra = frame.limit !== null || frame.order !== null || frame.having.length > 0;
  if (!plain || extra || frame.groups.length > 0 || frame.measures.length > 0)
    throw new ReadFailure('It is not clear which rows are meant.', []);
}

/** Readers narrow the links of an atom; each reading works on its own copy. */
const copyAtom = (atom: Atom): Atom =>
  atom.kind === 'column' ? { ...atom, links: [...atom.links] } : { ...atom };

/** A question for causes, forecasts or advice is refused whatever its other words may link to. */
function refusedOutright(atoms: Atom[]): { reason: string; at: number; foreign: boolean } | null {
  const at = atoms.findIndex((atom) => atom.kind === 'operator' && atom.operator.op === 'refuse');
  const atom = atoms[at];
  return atom?.kind === 'operator' && atom.operator.op === 'refuse'
    ? { reason: atom.operator.reason, at, foreign: atom.operator.foreign === true }
    : null;
}

function wordsOf(atoms: Atom[], tokens: Token[], at: number): string[] {
  const atom = atoms[at];
  return atom === undefined
    ? []
    : [
        tokens
          .slice(atom.from, atom.to)
          .map((token) => token.text)
          .join(' '),
      ];
}

function meaningsOf(marks: Mark[], atoms: Atom[], tokens: Token[]): WordMeaning[] {
  const byAtom = new Map<number, Mark>();
  // A later, more telling mark replaces "joins the words around it".
  for (const mark of marks)
    if (byAtom.get(mark.atom) === undefined || mark.role !== 'ignored') byAtom.set(mark.atom, mark);
  return atoms.map((atom, place) => {
    const mark = byAtom.get(place);
    const first = tokens[atom.from] as Token;
    const last = tokens[atom.to - 1] as Token;
    const text = tokens
      .slice(atom.from, atom.to)
      .map((token, index) => (index === 0 || token.glued ? token.text : ` ${token.text}`))
      .join('');
    return {
      text,
      start: first.start,
      end: last.end,
      role: mark?.role ?? (atom.kind === 'unknown' ? 'unknown' : 'ignored'),
      target:
        mark?.target ?? (atom.kind === 'unknown' ? 'nothing in these tables' : 'carries no meaning here'),
      column: mark?.column ?? null,
      value: mark?.value ?? null,
      confidence: Math.round((mark?.confidence ?? 1) * 100) / 100,
      alternatives: mark?.alternatives ?? [],
    };
  });
}
