import { type Atom, atomsByStart, segment } from './atoms.ts';
import { finish } from './finish.ts';
import { type Frame, ReadFailure } from './frame.ts';
import { plan } from './plan.ts';
import { readAtoms } from './reader.ts';
import { type Mark, ReaderState } from './reader-state.ts';
import type { PreparedTables } from './schema-index.ts';
import { sentenceOf } from './sentence.ts';
import { type Token, tokenize } from './tokens.ts';
import type { Correction, Interpretation, ParsedQuestion, WordMeaning } from './types.ts';
import { writeDuckdb } from './write-duckdb.ts';

export interface ParseOptions {
  /** What "today" is for phrases such as "last quarter". */
  now: Date;
  corrections?: Correction[];
}

/** Ways of cutting a question that are tried before it is given up. */
const mostPaths = 24;
const leastConfidence = 0.56;

interface Reading {
  frame: Frame;
  state: ReaderState;
  planned: ReturnType<typeof plan>;
  weight: number;
}

/** As `parseQuestion`, without looking for suggestions. */
export function readQuestion(question: string, index: PreparedTables, options: ParseOptions): ParsedQuestion {
  const tokens = tokenize(question);
  if (tokens.length === 0) return refused('The question is empty.', [], []);
  if (index.columns.length === 0) return refused('There is no table to ask.', [], []);
  const byStart = atomsByStart(tokens, { index, now: options.now, corrections: options.corrections ?? [] });
  const paths = segment(byStart, mostPaths);
  const refusal = refusedOutright(paths[0]?.atoms ?? []);
  if (
    tokens.some((token) => ['would', 'could'].includes(token.lower)) &&
    tokens.some((token) => token.lower === 'if')
  )
    return refused(
      'It asks what would be if things were otherwise. Stroma answers from the rows that are there.',
      ['if'],
      [],
    );
  if (refusal !== null)
    return refused(
      refusal.reason,
      wordsOf(paths[0]?.atoms ?? [], tokens, refusal.at),
      meaningsOf([], paths[0]?.atoms ?? [], tokens),
    );
  let best: Reading | null = null;
  let failure: { error: ReadFailure; atoms: Atom[]; marks: Mark[]; reached: number } | null = null;
  for (const path of paths) {
    if (best !== null && path.weight < best.weight) break;
    const state = new ReaderState(path.atoms.map(copyAtom), tokens, index);
    try {
      readAtoms(state);
      const frame = finish(state);
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
    const { error, atoms, marks } = failure ?? {
      error: new ReadFailure('I do not understand the question.'),
      atoms: [],
      marks: [],
    };
    return refused(error.message, error.words, meaningsOf(marks, atoms, tokens));
  }
  return answered(best, tokens);
}

/** Readers narrow the links of an atom; each reading works on its own copy. */
const copyAtom = (atom: Atom): Atom =>
  atom.kind === 'column' ? { ...atom, links: [...atom.links] } : { ...atom };

function answered(best: Reading, tokens: Token[]): ParsedQuestion {
  const words = meaningsOf(best.state.marks, best.state.atoms, tokens);
  const interpretation: Interpretation = { sentence: sentenceOf(best.frame), words };
  const weakest = Math.min(
    1,
    ...words.filter((word) => word.role === 'column' || word.role === 'value').map((word) => word.confidence),
  );
  const confidence =
    Math.round(Math.max(0, Math.min(1, 0.98 * (0.5 + 0.5 * weakest) - best.state.penalty)) * 100) / 100;
  if (confidence < leastConfidence)
    return refused(
      `The likeliest reading is "${interpretation.sentence}", but it is not sure enough; say it more fully.`,
      [],
      words,
    );
  return {
    answerable: true,
    sql: writeDuckdb(best.planned.query),
    tables: best.planned.tables,
    expression: best.planned.query,
    interpretation,
    confidence,
    shape: best.planned.shape,
  };
}

function refused(
  reason: string,
  notUnderstood: string[],
  words: WordMeaning[],
): Extract<ParsedQuestion, { answerable: false }> {
  return {
    answerable: false,
    reason,
    not_understood: [...new Set(notUnderstood)],
    suggestions: [],
    interpretation: { sentence: '', words },
  };
}

/** A question for causes, forecasts or advice is refused whatever its other words may link to. */
function refusedOutright(atoms: Atom[]): { reason: string; at: number } | null {
  const at = atoms.findIndex((atom) => atom.kind === 'operator' && atom.operator.op === 'refuse');
  const atom = atoms[at];
  return atom?.kind === 'operator' && atom.operator.op === 'refuse'
    ? { reason: atom.operator.reason, at }
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
