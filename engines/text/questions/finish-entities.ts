import { isPlausibleRowNoun, rowNouns } from './lexicon/nouns.ts';
import { columnOperand } from './reader-parts.ts';
import type { Bare, ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** "Which plant had the maximum uptake" ranks plants. */
export function rankByMaximum(state: ReaderState): void {
  const only = state.measures[0];
  if (
    state.mode !== 'which' ||
    state.target === null ||
    state.measures.length !== 1 ||
    only?.operand == null ||
    state.extreme !== null
  )
    return;
  if ((only.fn !== 'max' && only.fn !== 'min') || state.groups.length > 0) return;
  state.extreme = {
    sign: only.fn === 'max' ? 1 : -1,
    dimensions: [],
    operand: only.operand,
    limit: null,
    at: 0,
    counting: false,
  };
  state.measures = [];
}

/**
 * "How many patients" where a patient has several rows counts patients, not rows: by the column that names them.
 */
export function countEntities(state: ReaderState): void {
  const rows = state.measures.find((item) => item.fn === 'rows');
  if (rows === undefined || state.mode !== 'count') return;
  // "good and poor outcomes": the noun is the column whose values were named.
  state.bare = state.bare.filter((item) => {
    const named =
      isPluralNoun(state, item) &&
      state.conditions.some(
        ({ condition }) => condition.kind === 'equals' && condition.column === item.column,
      );
    if (named) state.skipped.add(item.column.name);
    return !named;
  });
  const counting = state.atoms.findIndex((atom) => atom.kind === 'operator' && atom.operator.op === 'count');
  const beside = (item: Bare): boolean =>
    item.at < counting &&
    (state.extreme !== null ||
      (state.operatorAt(item.at + 1)?.op === 'and' && state.conditions.length === 0));
  const place = state.bare.findIndex(
    (item) =>
      !beside(item) &&
      item.column.entity &&
      item.column !== state.target &&
      (state.table === null || state.table.at > item.at) &&
      (item.column.identifier || isPluralNoun(state, item)),
  );
  const bare = state.bare[place];
  if (bare !== undefined) {
    state.bare.splice(place, 1);
    Object.assign(rows, { fn: 'distinct', operand: columnOperand(bare.column), table: bare.column.table });
    return;
  }
  const amounts = countColumn(state);
  if (amounts !== null) {
    Object.assign(rows, { fn: 'sum', operand: columnOperand(amounts), table: null });
    state.penalty += 0.05;
    state.notes.push(`${amounts.name} holds the counts`);
    return;
  }
  const table = state.table;
  if (
    table === null &&
    state.marks.some(
      (mark) =>
        mark.role === 'value' && genderNouns.has(state.tokens[state.atoms[mark.atom]?.from ?? 0]?.stem ?? ''),
    )
  ) {
    const person = entityNamed(state, 'person');
    if (person !== null && /^(?:patient|subject|participant)/.test(person.joined))
      Object.assign(rows, { fn: 'distinct', operand: columnOperand(person), table: person.table });
    return;
  }
  if (table === null) return;
  const atom = state.atoms[table.at];
  const stem = atom === undefined ? '' : (state.tokens[atom.from]?.stem ?? '');
  const named = entityNamed(state, stem);
  if (named !== null)
    Object.assign(rows, { fn: 'distinct', operand: columnOperand(named), table: named.table });
}

/** In a table of counts, "how many insects" adds the counts up. */
function countColumn(state: ReaderState): IndexedColumn | null {
  const noun = state.table;
  if (noun === null) return null;
  const atom = state.atoms[noun.at];
  const stem = atom === undefined ? '' : (state.tokens[atom.from]?.stem ?? '');
  if (rowNouns.has(stem)) return null;
  return (
    state.index.columns.find(
      (column) =>
        column.profile.type === 'integer' && ['count', 'counts', 'freq', 'frequency'].includes(column.joined),
    ) ?? null
  );
}

const genderNouns = new Set(['woman', 'man', 'girl', 'boy', 'female', 'male']);

const personStems = new Set([
  'patient',
  'subject',
  'participant',
  'person',
  'individual',
  'volunteer',
  'child',
  'woman',
  'man',
  'people',
]);

/** The column that names the persons of a table whose persons come back in several rows. */
function entityNamed(state: ReaderState, stem: string): IndexedColumn | null {
  if (!personStems.has(stem)) return null;
  const columns = state.index.columns.filter(
    (column) =>
      column.entity &&
      !column.unique &&
      /^(?:patient|subject|participant|person|individual|id|child)(?:id|no|number)?$/.test(column.joined),
  );
  const rows = columns[0]?.table.profile.rows ?? 0;
  const only = columns[0];
  return columns.length === 1 && only !== undefined && only.profile.distinct < rows ? only : null;
}

/** A column said as the noun of the question, in the plural, after what describes it. */
export function isPluralNoun(state: ReaderState, item: Bare): boolean {
  const atom = state.atoms[item.at];
  const token = atom === undefined ? undefined : state.tokens[atom.to - 1];
  return token !== undefined && token.lower !== token.stem && item.after !== 'by';
}

/** What "which ..." asks for. */
export function chooseTarget(state: ReaderState): void {
  if (state.target !== null || state.mode !== 'which') return;
  const first = state.bare[0];
  if (first === undefined) return;
  const { column } = first;
  const descriptive = !column.numeric || column.category || column.year || column.identifier;
  const before = state.extreme === null || first.at < state.extreme.at;
  const counted = state.extreme !== null && state.operatorAt(state.extreme.at)?.op === 'most';
  if (
    counted &&
    before &&
    first.after === '' &&
    column.profile.type === 'integer' &&
    column.profile.distinct <= 200
  ) {
    // "which month has the most ...": a number that names groups is never what is greatest.
    state.target = column;
    state.bare.shift();
    if (!state.bare.some((item) => item.column.numeric) && state.extreme?.operand === null)
      state.extreme.counting = true;
    return;
  }
  if (descriptive && before && first.after === '' && (state.table === null || state.table.at > first.at)) {
    state.target = column;
    state.bare.shift();
  }
}

/** `Quebec plants`, `of plants`: the column's name said as what the rows are, not to group by. */
export function isRowNoun(state: ReaderState, item: Bare): boolean {
  const atom = state.atoms[item.at];
  const token = atom === undefined ? undefined : state.tokens[atom.to - 1];
  if (
    token === undefined ||
    token.lower === token.stem ||
    !(item.column.entity || item.column.unique) ||
    state.compareGroups
  )
    return false;
  const before = state.atoms[item.at - 1];
  const described =
    before?.kind === 'value' ||
    before?.kind === 'number' ||
    (before?.kind === 'column' && before.links[0]?.column.yes !== null);
  const names = state.index.tableWords.get(item.column.table.name)?.evidence ?? new Set<string>();
  return (
    described || (['of', 'for', 'in', 'among'].includes(item.after) && isPlausibleRowNoun(token.stem, names))
  );
}
