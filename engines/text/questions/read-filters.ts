import type { Atom } from './atoms.ts';
import type { Condition, Operand } from './frame.ts';
import { ownEntry } from './lexicon/own-entry.ts';
import { readTexts } from './reader-literals.ts';
import { addCondition, markColumn } from './reader-marks.ts';
import { columnOperand, measure, type OperatorOf, take } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** "How many were treated" asks for something that "treated with placebo" says and "treated" does not. */
export function mustSaySomething(state: ReaderState, text: string): void {
  const next = state.skipFrom(state.at + 1, ['prep', 'not', 'be']);
  const atom = state.atoms[next];
  const says =
    atom !== undefined &&
    (atom.kind === 'value' ||
      atom.kind === 'column' ||
      atom.kind === 'number' ||
      atom.kind === 'quoted' ||
      (atom.kind === 'table' && state.index.view !== null) ||
      (atom.kind === 'table' && state.index.view !== null) ||
      (atom.kind === 'operator' &&
        ['compare', 'comparative', 'superlative', 'each', 'most', 'aggregate'].includes(atom.operator.op)));
  const told = state.index.view !== null && state.table?.exact === true && state.conditions.length > 0;
  if (says || told || isTypical(state, text)) return;
  const asked = atom === undefined && state.mode === 'which' && state.bare.length > 0;
  if (!asked) state.fail(`No column tells what "${text}" means here.`, [text]);
}

const typical: Record<string, RegExp> = {
  born: /^(?:baby|birth|newborn|infant)$/,
  ran: /^(?:job|run)$/,
};

/** "Jobs ran", "babies were born": a verb that is true of every such row and says nothing of some of them. */
function isTypical(state: ReaderState, verb: string): boolean {
  const noun = state.table === null ? undefined : state.atoms[state.table.at];
  const stem = noun === undefined ? '' : (state.tokens[noun.from]?.stem ?? '');
  const next = state.atoms[state.at + 1];
  return next !== undefined && (ownEntry(typical, verb.toLowerCase())?.test(stem) ?? false);
}

/** `species name` adds nothing; "ids and names of drugs" asks for the column that names them. */
export function readName(state: ReaderState, id: boolean): undefined {
  const text = state.textOf(state.peek() as Atom);
  const before = state.atoms[state.at - 1];
  if (!id && (before?.kind === 'column' || before?.kind === 'value'))
    return take(state, 'ignored', 'belongs to the word before it');
  if (state.at === 0) {
    state.mode ??= 'list';
    return take(state, 'ignored', 'asks to show');
  }
  const next = state.atoms.find(
    (atom, place): atom is Extract<Atom, { kind: 'table' }> => place > state.at && atom.kind === 'table',
  );
  const table = next?.tables[0] ?? state.table?.table ?? state.bare[0]?.column.table ?? state.index.tables[0];
  const columns = (table === undefined ? [] : (state.index.byTable.get(table.name) ?? [])).filter(
    (column) => column.profile.type === 'text',
  );
  const named = columns.filter(
    (column) => /name$/i.test(column.name) && !/school|vendor|file|user/i.test(column.name),
  );
  const labels = named.length > 0 ? named : columns.filter((column) => column.unique);
  if (labels.length === 0 || (labels.length > 1 && named.length === 0))
    return state.fail('No column holds names.', [text]);
  for (const column of labels) {
    if (state.projecting) state.shown.push(column);
    else state.bare.push({ at: state.at, column, after: state.connector });
  }
  state.mark(
    state.at,
    'column',
    `the column ${labels.map((column) => column.name).join(', ')}`,
    labels[0] ?? null,
  );
  state.at += 1;
}

export function readWithout(state: ReaderState): undefined {
  const next = state.skipFrom(state.at + 1, ['present']);
  const atom = state.atoms[next];
  state.mark(state.at, 'filter', 'without');
  if (state.mode === 'share') state.place = 'predicate';
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    markColumn(state, next, column, 'filter');
    const recorded = state.operatorAt(next - 1)?.op === 'present';
    addCondition(state, absenceOf(state, column, recorded));
    state.at = next + 1;
    return;
  }
  state.negate = true;
  state.at += 1;
}

/** "No pregnancies" is a count of zero, "no tail" a no, "no ozone" a missing value. */
function absenceOf(state: ReaderState, column: IndexedColumn, recorded: boolean): Condition {
  if (recorded) return { kind: 'null', column, negated: false };
  if (column.yes !== null)
    return { kind: 'equals', column, values: [column.yes.yes], negated: true, joined: 'none' };
  const counts = column.profile.type === 'integer' && Number(column.profile.min) === 0 && !column.year;
  if (counts && column.profile.nulls > 0)
    return state.fail(`"No ${column.name}" could mean zero or missing; say which.`, [column.name]);
  const zeros = column.numeric && Number(column.profile.min) === 0 && column.profile.nulls === 0;
  if (counts || (zeros && !column.year))
    return { kind: 'equals', column, values: [{ node: 'number', value: 0 }], negated: false, joined: 'none' };
  return { kind: 'null', column, negated: false };
}

export function readMissing(state: ReaderState): undefined {
  const next = state.skipFrom(state.at + 1, ['prep']);
  const atom = state.atoms[next];
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    state.mark(state.at, 'filter', `${column.name} is missing`, column);
    markColumn(state, next, column, 'filter');
    if (state.mode === 'share') state.place = state.table === null ? 'noun' : 'predicate';
    const no = state.textOf(state.peek() as Atom).toLowerCase() === 'no';
    addCondition(
      state,
      no ? absenceOf(state, column, false) : { kind: 'null', column, negated: state.negate },
    );
    state.at = next + 1;
    return;
  }
  state.missing = state.at;
  take(state, 'filter', 'missing');
}

export function readMatch(state: ReaderState, operator: OperatorOf<'match'>): undefined {
  const counted = state.measures.at(-1);
  if (
    state.bare.length === 0 &&
    counted?.fn === 'distinct' &&
    counted.operand?.kind === 'column' &&
    counted.operand.column.profile.type === 'text'
  )
    state.bare.push({ at: state.at, column: counted.operand.column, after: '' });
  const bare = state.bare.at(-1);
  const texts = readTexts(state, state.skipFrom(state.at + 1));
  if (bare === undefined || bare.column.profile.type !== 'text' || texts === null) {
    if (operator.how === 'contains') {
      state.connector = 'with';
      return take(state, 'ignored', 'joins the words around it');
    }
    return state.fail('It is not clear in which column to look for the text.', [
      state.textOf(state.peek() as Atom),
    ]);
  }
  state.bare.pop();
  state.mark(state.at, 'comparison', operator.how, bare.column);
  addCondition(state, {
    kind: 'match',
    column: bare.column,
    how: operator.how,
    texts: texts.texts,
    negated: state.negate,
  });
  state.at = texts.next;
}

export function readArithmetic(state: ReaderState, operator: OperatorOf<'arithmetic'>): undefined {
  const last = state.measures.at(-1);
  const bare = state.bare.at(-1);
  const text = state.textOf(state.peek() as Atom);
  if (bare !== undefined && !state.fits(bare.column, 'numeric') && text !== '-' && text !== '/')
    return state.fail(`"${bare.column.name}" does not hold numbers.`, [text]);
  if (last?.operand == null && (bare === undefined || !state.fits(bare.column, 'numeric'))) {
    if (text === '-' || text === '/') return take(state, 'ignored', 'punctuation');
    return state.fail(`"${text}" needs a column on both sides.`, [text]);
  }
  const next = state.skipFrom(state.at + 1);
  const atom = state.atoms[next];
  if (atom?.kind !== 'column') {
    if (text === '-') return take(state, 'ignored', 'punctuation');
    return state.fail(`"${text}" needs a column on both sides.`, [text]);
  }
  const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
  const left = bare?.column ?? (last?.operand?.kind === 'column' ? last.operand.column : null);
  if (left === column)
    return state.fail(`"${column.name}" and itself: say two columns, or ask for a difference.`, [text]);
  markColumn(state, next, column);
  state.mark(state.at, 'aggregate', operator.sign);
  const right = columnOperand(column);
  if (
    bare !== undefined &&
    state.fits(bare.column, 'numeric') &&
    (last === undefined || bare.at > state.at - 4)
  ) {
    state.bare.pop();
    const operand: Operand = {
      kind: 'arithmetic',
      sign: operator.sign,
      left: columnOperand(bare.column),
      right,
    };
    const pending = state.pending.shift();
    state.measures.push(measure(pending?.fn ?? 'default', operand, pending?.p ?? null));
  } else if (last?.operand != null)
    last.operand = { kind: 'arithmetic', sign: operator.sign, left: last.operand, right };
  state.at = next + 1;
}
