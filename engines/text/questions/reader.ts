import type { Atom } from './atoms.ts';
import { type Group, type Measure, type Operand, operandColumns, ReadFailure } from './frame.ts';
import { isPersonNoun } from './lexicon/nouns.ts';
import type { Operator } from './lexicon/phrases.ts';
import {
  addCondition,
  columnOfDimension,
  comparisonAt,
  conditionAfterColumn,
  literalOf,
  markColumn,
  readMoreLiterals,
  readNumber,
  readTexts,
} from './reader-conditions.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

type OperatorOf<K extends Operator['op']> = Extract<Operator, { op: K }>;

export function measure(fn: Measure['fn'], operand: Operand | null = null, p: number | null = null): Measure {
  return { fn, operand, p, table: null };
}

export const columnOperand = (column: IndexedColumn): Operand => ({ kind: 'column', column });

/** Reads every atom once, left to right; throws a `ReadFailure` at the first one it has no use for. */
export function readAtoms(state: ReaderState): undefined {
  while (state.at < state.atoms.length) {
    const before = state.at;
    readOne(state);
    if (state.at === before) throw new Error(`the reader stood still at ${before}`);
  }
}

function readOne(state: ReaderState): undefined {
  const atom = state.peek() as Atom;
  switch (atom.kind) {
    case 'operator':
      return readOperator(state, atom.operator);
    case 'column':
      return readColumn(state, atom);
    case 'value':
      return readValue(state, atom);
    case 'table':
      return readTable(state, atom);
    case 'number':
      return readBareNumber(state);
    case 'time':
      return readTime(state, atom);
    case 'quoted':
      return state.fail(`No column holds the value ${state.textOf(atom)}.`, [state.textOf(atom)]);
    case 'unknown': {
      const text = state.textOf(atom);
      if (!/[\p{L}\p{N}]/u.test(text) && !/[<>=%*+]/.test(text)) {
        state.mark(state.at, 'ignored', 'punctuation');
        state.at += 1;
        return;
      }
      return state.fail(`I do not know what "${text}" means here.`, [text]);
    }
  }
}

function take(
  state: ReaderState,
  role: 'ignored' | 'aggregate' | 'group' | 'order' | 'limit' | 'comparison' | 'filter' | 'time' | 'column',
  target: string,
): undefined {
  state.mark(state.at, role, target);
  state.at += 1;
}

const setPlace = (state: ReaderState, connector: string): void => {
  state.connector = connector;
};

function readOperator(state: ReaderState, operator: Operator): undefined {
  const text = state.textOf(state.peek() as Atom);
  switch (operator.op) {
    case 'skip':
    case 'filler':
      return take(state, 'ignored', 'carries no meaning here');
    case 'name':
      return readName(state, operator.id);
    case 'refuse':
      return state.fail(operator.reason, [text]);
    case 'prep':
      setPlace(state, operator.word);
      if (
        ['among', 'amongst', 'for', 'in', 'within', 'given', 'during', 'on', 'at', 'when', 'if'].includes(
          operator.word,
        )
      )
        state.place = 'scope';
      else if (
        operator.word === 'of' &&
        state.mode === 'share' &&
        state.conditions.length > 0 &&
        state.conditions.every((item) => item.place !== 'noun')
      )
        state.place = 'scope';
      return take(state, 'ignored', 'joins the words around it');
    case 'verb':
      mustSaySomething(state, text);
      setPlace(state, 'with');
      if (
        state.mode === 'share' &&
        (state.table !== null || state.conditions.length > 0 || state.bare.length > 0)
      )
        state.place = 'predicate';
      return take(state, 'ignored', 'joins the words around it');
    case 'be':
    case 'have':
    case 'relative_pronoun':
      setPlace(state, operator.op === 'be' ? 'is' : operator.op === 'have' ? 'with' : 'who');
      // A verb after the noun starts what is said of it.
      if (
        state.mode === 'share' &&
        (state.table !== null || state.conditions.length > 0 || state.bare.length > 0)
      )
        state.place = 'predicate';
      else if (operator.op !== 'relative_pronoun') state.place = state.place === 'scope' ? 'scope' : 'noun';
      return take(state, 'ignored', 'joins the words around it');
    case 'and':
    case 'comma':
    case 'or':
      state.joiner = operator.op;
      return take(state, 'ignored', operator.op === 'or' ? 'either' : 'both');
    case 'not':
    case 'except':
      state.negate = true;
      return take(state, 'filter', 'leaves out what follows');
    case 'without':
      return readWithout(state);
    case 'aggregate':
      return readAggregate(state, operator);
    case 'percentile':
      return readPercentile(state);
    case 'count':
      return readCount(state);
    case 'how_much':
      state.mode ??= 'how_much';
      return take(state, 'aggregate', 'asks for an amount');
    case 'how_often':
      state.mode = 'share';
      return take(state, 'aggregate', 'share of rows');
    case 'distinct':
      state.distinct = true;
      return take(state, 'aggregate', 'each value once');
    case 'share':
      return readShare(state, operator);
    case 'rate':
      return readRate(state);
    case 'compare':
    case 'between':
    case 'comparative':
      return readComparison(state, operator);
    case 'relative':
      return readRelative(state, operator);
    case 'than':
    case 'versus':
      return readVersus(state);
    case 'group':
    case 'each':
      return readGroup(state);
    case 'order':
      return readOrder(state);
    case 'direction':
      state.direction = operator.descending;
      return take(state, 'order', operator.descending ? 'largest first' : 'smallest first');
    case 'top':
      return readTop(state, operator);
    case 'superlative':
      return readSuperlative(state, operator);
    case 'most':
      return readMost(state, operator);
    case 'common':
      if (state.extreme === null) return state.fail(`"${text}" needs "most" or "least" before it.`, [text]);
      state.extreme.counting = true;
      return take(state, 'order', 'by number of rows');
    case 'positive':
      return readPositive(state, operator);
    case 'how_adjective':
      state.howAdjective = operator;
      return take(state, 'aggregate', `asks for ${operator.dimensions[0] ?? 'a measure'}`);
    case 'correlation':
    case 'distribution':
    case 'difference':
    case 'ratio':
    case 'pairs':
      if (operator.op === 'correlation' || state.mode !== 'correlation') state.mode = operator.op;
      return take(state, 'aggregate', operator.op);
    case 'change':
      if (
        state.mode === null ||
        state.mode === 'which' ||
        state.mode === 'how_much' ||
        state.mode === 'exists'
      )
        state.mode = 'change';
      return take(state, 'aggregate', 'change');
    case 'over_time':
      state.overTime = true;
      return take(state, 'group', 'in order of time');
    case 'compare_groups':
      state.compareGroups = true;
      return take(state, 'group', 'compares groups');
    case 'missing':
      return readMissing(state);
    case 'present':
      state.present = state.at;
      return take(state, 'filter', 'recorded');
    case 'match':
      return readMatch(state, operator);
    case 'exist':
      if (state.mode === null && state.measures.length === 0) state.mode = 'exists';
      return take(state, 'aggregate', 'asks whether there are rows');
    case 'wh':
      if (operator.word === 'where')
        return state.fail('It asks for a place; name the column that holds it.', [text]);
      if (operator.word === 'when' && state.skipFrom(0) !== state.at) {
        state.place = 'scope';
        state.connector = 'when';
      } else if (operator.word === 'when') state.mode ??= 'when';
      else if (state.mode === null || state.mode === 'list') state.mode = 'which';
      return take(state, 'ignored', 'asks');
    case 'list':
      if (
        state.mode !== null &&
        state.at > 0 &&
        /^[.?!;]$/.test(state.textOf(state.atoms[state.at - 1] as Atom))
      )
        state.projecting = true;
      state.mode ??= 'list';
      return take(state, 'ignored', 'asks to show');
    case 'arithmetic':
      return readArithmetic(state, operator);
    case 'grain':
    case 'part':
      return readLooseGrain(state, operator);
  }
}

function readAggregate(state: ReaderState, operator: OperatorOf<'aggregate'>): undefined {
  const last = state.measures.at(-1);
  if (last?.fn === 'default') {
    for (const item of state.measures) if (item.fn === 'default') item.fn = operator.fn;
    return take(state, 'aggregate', operator.fn);
  }
  // "the maximum" after a superlative says the same again.
  state.pending.push({ fn: operator.fn, p: operator.p ?? null, at: state.at });
  take(state, 'aggregate', operator.fn);
}

function readPercentile(state: ReaderState): undefined {
  const before = state.atoms[state.at - 1];
  const after = state.atoms[state.at + 1];
  const number = before?.kind === 'number' ? before : after?.kind === 'number' ? after : null;
  if (number === null || number.value <= 0 || number.value > 100)
    return state.fail('A percentile needs a number between 0 and 100.', ['percentile']);
  state.pending.push({ fn: 'quantile', p: number.value / 100, at: state.at });
  take(state, 'aggregate', `${number.value}th percentile`);
  if (number === after) take(state, 'aggregate', 'which percentile');
}

/** What is counted: rows, different values, or amounts a column already holds. */
function readCount(state: ReaderState): undefined {
  const counting = state.at;
  let next = state.skipFrom(state.at + 1, ['be']);
  let distinct = false;
  if (state.operatorAt(next)?.op === 'distinct') {
    distinct = true;
    next = state.skipFrom(next + 1);
  }
  const atom = state.atoms[next];
  const pendingAggregate = state.pending.at(-1);
  if (atom?.kind === 'column') {
    const numeric =
      atom.links[0]?.column.numeric === true &&
      atom.links[0].column.yes === null &&
      !atom.links[0].column.identifier;
    const own = atom.links[0]?.column as IndexedColumn;
    if (!distinct && isDayOfRow(state, own)) return readRowNoun(state, counting, next, own);
    const later = state.operatorAt(state.skipFrom(next + 1, ['be', 'have']))?.op;
    if (!distinct && (later === 'missing' || later === 'present') && own.profile.nulls > 0) {
      state.measures.push(measure('rows'));
      state.mode = 'count';
      takeUntil(state, counting, next, 'aggregate', 'counts rows');
      state.at = next;
      return;
    }
    const plain = !distinct && numeric && !own.entity && !followedByValue(state, atom, next);
    if (plain && averageAhead(state, next)) return take(state, 'ignored', 'the column holds the number');
    if (plain && (pendingAggregate !== undefined || state.connector === 'by' || state.extreme !== null)) {
      // "average number of cylinders": the column itself holds the number.
      return take(state, 'ignored', 'the column holds the number');
    }
    if (plain) return readCountedAmounts(state, atom, next);
    const column = countedColumn(state, atom, next, distinct);
    if (column !== null) {
      takeUntil(state, counting, next, 'aggregate', 'counts');
      markColumn(state, next, column);
      state.measures.push({ ...measure('distinct', columnOperand(column)), table: column.table });
      state.target ??= null;
      if (state.mode === null || state.mode === 'exists') state.mode = 'count';
      state.at = next + 1;
      return afterMeasure(state);
    }
  }
  state.measures.push(measure('rows'));
  if (state.mode === null || state.mode === 'exists' || state.mode === 'list' || state.mode === 'how_much')
    state.mode = state.mode === 'list' ? 'list' : 'count';
  if (distinct) state.distinct = true;
  takeUntil(state, counting, next, 'aggregate', 'counts rows');
  state.at = next;
  afterMeasure(state);
}

/** `Day` beside `Month`: each row is a day, though its number comes again every month. */
function isDayOfRow(state: ReaderState, column: IndexedColumn): boolean {
  const beside = state.index.byTable.get(column.table.name) ?? [];
  return (
    (column.joined === 'day' && beside.some((other) => other.joined === 'month')) ||
    (column.profile.type === 'date' && column.unique)
  );
}

function readRowNoun(state: ReaderState, counting: number, place: number, column: IndexedColumn): undefined {
  state.measures.push(measure('rows'));
  state.mode = 'count';
  state.table = { table: column.table, exact: true, at: place };
  takeUntil(state, counting, place, 'aggregate', 'counts rows');
  state.mark(place, 'table', 'each row is one');
  state.at = place + 1;
}

/** "How many ... on average" asks for an average. */
function averageAhead(state: ReaderState, from: number): boolean {
  return state.atoms.some(
    (atom, place) =>
      place > from &&
      atom.kind === 'operator' &&
      atom.operator.op === 'aggregate' &&
      (atom.operator.fn === 'avg' || atom.operator.fn === 'median'),
  );
}

function takeUntil(
  state: ReaderState,
  from: number,
  to: number,
  role: 'aggregate',
  target: string,
): undefined {
  for (let place = from; place < to; place += 1) state.mark(place, place === from ? role : 'ignored', target);
}

function afterMeasure(state: ReaderState): undefined {
  const pending = state.pending.at(-1);
  if (pending === undefined || state.measures.length === 0) return;
  // "total number of penguins" says the count twice.
  if (pending.fn === 'sum') state.pending.pop();
}

function followedByValue(
  state: ReaderState,
  atom: Extract<Atom, { kind: 'column' }>,
  place: number,
): boolean {
  const after = state.atoms[state.skipFrom(place + 1)];
  return (
    after?.kind === 'value' &&
    after.links.some((link) => atom.links.some((own) => own.column === link.column))
  );
}

function countedColumn(
  state: ReaderState,
  atom: Extract<Atom, { kind: 'column' }>,
  place: number,
  distinct: boolean,
): IndexedColumn | null {
  const { column } = state.choose(atom.links, 'any', state.textOf(atom));
  if ((atom.links.find((link) => link.column === column)?.coverage ?? 1) < 0.6 && !distinct) return null;
  if (followedByValue(state, atom, place) && !distinct) return null;
  if (distinct) return column;
  if (column.yes !== null) return null;
  // A noun after it means the column describes the noun: "species A plants".
  const after = state.atoms[place + 1];
  if (after?.kind === 'number' && column.category) return null;
  if (column.identifier || column.entity || column.profile.type === 'text' || column.temporal || column.year)
    return column;
  return null;
}

/** "How many cases": a column of counts is added up. */
function readCountedAmounts(
  state: ReaderState,
  atom: Extract<Atom, { kind: 'column' }>,
  place: number,
): undefined {
  const { column, score } = state.choose(atom.links, 'numeric', state.textOf(atom));
  const rowNoun = state.table;
  if (rowNoun !== null || score < 0.6)
    return state.fail(`It is not clear what to count: "${state.textOf(atom)}" is a column of numbers.`, [
      state.textOf(atom),
    ]);
  const amounts = column.profile.type === 'integer' && Number(column.profile.min) >= 0 && !column.year;
  if (!amounts || (column.category && column.profile.distinct <= 6))
    return state.fail(
      `"${column.name}" holds numbers; ask for its sum, its average or its different values.`,
      [state.textOf(atom)],
    );
  takeUntil(state, state.at, place, 'aggregate', 'adds up');
  markColumn(state, place, column);
  state.pending = state.pending.filter((item) => item.fn !== 'sum');
  state.measures.push(measure('sum', columnOperand(column)));
  state.mode ??= 'count';
  state.penalty += score >= 0.9 ? 0.04 : 0.15;
  state.notes.push(`${column.name} already holds counts, so they were added up`);
  state.at = place + 1;
}

function readShare(state: ReaderState, operator: OperatorOf<'share'>): undefined {
  const before = state.atoms[state.at - 1];
  if (
    before?.kind === 'column' &&
    before.links[0]?.column.numeric === true &&
    before.links[0].column.yes === null
  )
    return take(state, 'ignored', 'belongs to the column');
  state.mode = 'share';
  state.percent = operator.percent;
  state.place = 'noun';
  take(state, 'aggregate', operator.percent ? 'percentage' : 'share');
}

/** "How many were treated" asks for something that "treated with placebo" says and "treated" does not. */
function mustSaySomething(state: ReaderState, text: string): void {
  const next = state.skipFrom(state.at + 1, ['prep', 'not', 'be']);
  const atom = state.atoms[next];
  const says =
    atom !== undefined &&
    (atom.kind === 'value' ||
      atom.kind === 'column' ||
      atom.kind === 'number' ||
      atom.kind === 'quoted' ||
      (atom.kind === 'table' && state.index.tables.length > 1) ||
      (atom.kind === 'operator' &&
        ['compare', 'comparative', 'superlative', 'each', 'most', 'aggregate'].includes(atom.operator.op)));
  const asked = atom === undefined && state.mode === 'which' && state.bare.length > 0;
  if (!says && !asked) state.fail(`No column tells what "${text}" means here.`, [text]);
}

/** `species name` adds nothing; "ids and names of drugs" asks for the column that names them. */
function readName(state: ReaderState, id: boolean): undefined {
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
  const table =
    next?.tables[0] ??
    state.table?.table ??
    state.bare[0]?.column.table ??
    (state.index.tables.length === 1 ? state.index.tables[0] : undefined);
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

/** `survival rate` is a share; in `murder rate` the column already holds the rate. */
function readRate(state: ReaderState): undefined {
  const before = state.atoms[state.at - 1];
  const numeric =
    before?.kind === 'column' &&
    before.links[0]?.column.numeric === true &&
    before.links[0].column.yes === null;
  if (numeric) return take(state, 'ignored', 'belongs to the column');
  state.rate = true;
  take(state, 'aggregate', 'share of rows');
}

function readWithout(state: ReaderState): undefined {
  const next = state.skipFrom(state.at + 1, ['present']);
  const atom = state.atoms[next];
  state.mark(state.at, 'filter', 'without');
  if (state.mode === 'share') state.place = 'predicate';
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    markColumn(state, next, column, 'filter');
    if (column.yes !== null)
      addCondition(state, {
        kind: 'equals',
        column,
        values: [column.yes.yes],
        negated: true,
        joined: 'none',
      });
    else addCondition(state, { kind: 'null', column, negated: false });
    state.at = next + 1;
    return;
  }
  state.negate = true;
  state.at += 1;
}

/** A comparison whose column comes after the number, or was said by a describing word. */
function readComparison(
  state: ReaderState,
  operator: OperatorOf<'compare' | 'between' | 'comparative'>,
): undefined {
  const text = state.textOf(state.peek() as Atom);
  if (operator.op === 'comparative') return readComparative(state, operator);
  const sides = state.skipFrom(state.at + 1);
  if (
    operator.op === 'between' &&
    (state.mode === 'difference' || state.mode === 'ratio') &&
    state.atoms[sides]?.kind === 'number'
  ) {
    const before = state.at;
    state.at = sides;
    if (readNumberList(state)) {
      state.mark(before, 'ignored', 'joins the words around it');
      return;
    }
    state.at = before;
  }
  const found = comparisonAt(state, state.at, null);
  if (found === null && operator.op === 'between') {
    const group = state.atoms[state.skipFrom(state.at + 1)];
    const pairwise = ['correlation', 'pairs', 'difference', 'ratio', 'change'].includes(state.mode ?? '');
    if (
      !pairwise &&
      group?.kind === 'column' &&
      (group.links[0]?.column.category === true || group.links[0]?.column.numeric === false)
    )
      return readGroup(state);
    state.connector = 'between';
    return take(state, 'ignored', 'joins the words around it');
  }
  if (found === null && operator.op === 'compare') {
    const place = state.skipFrom(state.at + 1);
    const named = state.atoms[place];
    const of = state.operatorAt(place + 1);
    if (
      named?.kind === 'column' &&
      of?.op === 'prep' &&
      of.word === 'of' &&
      state.atoms[place + 2]?.kind === 'number'
    ) {
      const { column } = state.choose(named.links, 'numeric', state.textOf(named));
      const number = readNumber(state, place + 2, column);
      if (number !== null) {
        markColumn(state, place, column, 'filter');
        state.mark(state.at, 'comparison', `${operator.cmp} ${number.value}`, column, number.value);
        addCondition(state, {
          kind: 'compare',
          operand: columnOperand(column),
          cmp: operator.cmp,
          value: number.value,
          negated: state.negate,
        });
        state.at = number.next;
        return;
      }
    }
  }
  if (found === null) return state.fail(`"${text}" needs a number after it.`, [text]);
  const next = state.skipFrom(found.next, ['prep']);
  const atom = state.atoms[next];
  const counted =
    atom?.kind === 'table' ||
    state.operatorAt(next)?.op === 'count' ||
    (atom?.kind === 'value' && (state.target !== null || state.groups.length > 0));
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    markColumn(state, next, column, 'filter');
    // The number was read before its column was known: read it again in the column's unit.
    const again = comparisonAt(state, state.at, column) ?? found;
    applyCompared(state, columnOperand(column), again);
    state.at = next + 1;
    return;
  }
  if (
    counted &&
    (state.target !== null || state.groups.length > 0 || state.measures.length > 0 || state.bare.length > 0)
  ) {
    const value = found.between === null ? (found.value as number) : found.between[0];
    state.having.push({
      measure: measure('rows'),
      cmp: found.between === null ? found.cmp : '>=',
      value,
      high: found.between?.[1] ?? null,
    });
    state.at = atom?.kind === 'table' ? next + 1 : next;
    if (atom?.kind === 'table') state.mark(next, 'table', 'its rows');
    return;
  }
  const implied = impliedColumn(state, found.next);
  if (implied !== null) {
    applyCompared(
      state,
      columnOperand(implied.column),
      comparisonAt(state, state.at, implied.column) ?? found,
    );
    state.at = implied.next;
    return;
  }
  const subject = pendingSubject(state);
  if (subject === null)
    return state.fail(
      `"${text} ${found.between === null ? String(found.value) : found.between.join(' and ')}" does not say of which column.`,
      [text],
    );
  if ('having' in subject) {
    state.having.push({
      measure: subject.having,
      cmp: found.between === null ? found.cmp : '>=',
      value: found.between === null ? (found.value as number) : found.between[0],
      high: found.between?.[1] ?? null,
    });
  } else
    applyCompared(
      state,
      columnOperand(subject.column),
      comparisonAt(state, state.at, subject.column) ?? found,
    );
  state.at = found.next;
}

/** `above average wind`: the column comes after. */
function readRelative(state: ReaderState, operator: OperatorOf<'relative'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const next = state.skipFrom(state.at + 1);
  const atom = state.atoms[next];
  const bare = state.bare.at(-1);
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    markColumn(state, next, column, 'filter');
    state.mark(
      state.at,
      'comparison',
      `${operator.cmp === '>' ? 'above' : 'below'} the average of ${column.name}`,
    );
    addCondition(state, { kind: 'relative', column, cmp: operator.cmp });
    state.at = next + 1;
    return;
  }
  if (bare?.column.numeric === true) {
    state.bare.pop();
    addCondition(state, { kind: 'relative', column: bare.column, cmp: operator.cmp });
    return take(
      state,
      'comparison',
      `${operator.cmp === '>' ? 'above' : 'below'} the average of ${bare.column.name}`,
    );
  }
  state.fail(`"${text}" does not say of which column.`, [text]);
}

function mustBeNumber(state: ReaderState, operand: Operand): void {
  for (const column of operandColumns(operand))
    if (!column.numeric)
      state.fail(`"${column.name}" does not hold numbers, so it cannot be compared with one.`, [column.name]);
}

function applyCompared(
  state: ReaderState,
  operand: Operand,
  compared: NonNullable<ReturnType<typeof comparisonAt>>,
): undefined {
  mustBeNumber(state, operand);
  if (compared.between !== null)
    addCondition(state, {
      kind: 'between',
      operand,
      low: compared.between[0],
      high: compared.between[1],
      negated: state.negate,
    });
  else if (typeof compared.value === 'number')
    addCondition(state, {
      kind: 'compare',
      operand,
      cmp: compared.cmp,
      value: compared.value,
      negated: state.negate,
    });
  else
    addCondition(state, {
      kind: 'compare',
      operand,
      cmp: compared.cmp,
      value: compared.value,
      negated: state.negate,
    });
}

/** `over 65 inches tall` */
function measuredBy(state: ReaderState, next: number): IndexedColumn | null {
  const operator = state.operatorAt(next - 1) ?? state.operatorAt(next);
  if (operator?.op !== 'positive' || operator.dimensions.length === 0) return null;
  return columnOfDimension(state, operator.dimensions, null, state.textOf(state.atoms[next - 1] as Atom));
}

const ageWords = new Set(['years old', 'year old', 'years of age', 'yrs old', 'years']);

/** The column that a unit or a person noun implies: `over 50 years old`, `patients over 50`, `above 90 degrees`. */
function impliedColumn(state: ReaderState, next: number): { column: IndexedColumn; next: number } | null {
  const named = (name: string): IndexedColumn | undefined => {
    const found = state.index.columns.filter(
      (column) =>
        column.numeric &&
        column.readings.some((reading) => reading.length === 1 && reading[0]?.lower === name),
    );
    return found.length === 1 ? found[0] : undefined;
  };
  const measured = measuredBy(state, next);
  if (measured !== null)
    return { column: measured, next: state.operatorAt(next)?.op === 'positive' ? next + 1 : next };
  const words: string[] = [];
  for (let place = next; place < next + 3 && place < state.atoms.length; place += 1)
    words.push(state.textOf(state.atoms[place] as Atom).toLowerCase());
  const age = named('age');
  for (let length = Math.min(3, words.length); length > 0; length -= 1)
    if (ageWords.has(words.slice(0, length).join(' ')) && age !== undefined) {
      for (let place = next; place < next + length; place += 1)
        state.mark(place, 'comparison', 'age in years', age);
      return { column: age, next: next + length };
    }
  const before = state.textOf(state.atoms[next - 1] as Atom).toLowerCase();
  if (/^(?:°|degrees?|celsius|fahrenheit)$/.test(before)) {
    const temperature = named('temperature');
    if (temperature !== undefined) return { column: temperature, next };
  }
  const unitColumn = /^(?:kg|g|grams?|kilograms?|kilos?|pounds?|lbs?)$/.test(before)
    ? (named('weight') ?? named('mass'))
    : undefined;
  if (unitColumn !== undefined) return { column: unitColumn, next };
  const noun = state.atoms
    .slice(Math.max(0, state.at - 4), state.at)
    .some(
      (atom) =>
        (atom.kind === 'table' || atom.kind === 'column' || atom.kind === 'value') &&
        isPersonNoun(state.tokens[atom.from]?.stem ?? ''),
    );
  if (
    noun &&
    age !== undefined &&
    (state.atoms[next] === undefined || state.atoms[next]?.kind === 'operator')
  ) {
    state.penalty += 0.05;
    return { column: age, next };
  }
  return null;
}

/** A column or measure said before, which a comparison may be about. */
function pendingSubject(state: ReaderState): { column: IndexedColumn } | { having: Measure } | null {
  const last = state.measures.at(-1);
  if (
    last !== undefined &&
    (state.target !== null || state.groups.length > 0 || state.mode === 'which') &&
    state.measures.length === 1 &&
    state.mode !== 'count' &&
    last.fn !== 'default'
  ) {
    state.measures.pop();
    return { having: last };
  }
  const bare = state.bare.at(-1);
  if (
    bare?.column.numeric === true &&
    !bare.column.identifier &&
    bare.column.yes === null &&
    state.at - bare.at < 5
  ) {
    state.bare.pop();
    return { column: bare.column };
  }
  if (last?.fn === 'default' && last.operand?.kind === 'column') {
    state.measures.pop();
    return { column: last.operand.column };
  }
  return null;
}

function readComparative(state: ReaderState, operator: OperatorOf<'comparative'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const than = state.skipFrom(state.at + 1);
  if (state.operatorAt(than)?.op !== 'than') {
    if (state.mode === 'difference' || state.mode === 'how_much') {
      state.comparative = operator;
      state.mode = 'difference';
      return take(state, 'comparison', text);
    }
    return state.fail(`"${text}" does not say than what.`, [text]);
  }
  const number = state.skipFrom(than + 1);
  const atom = state.atoms[number];
  if (atom?.kind !== 'number' && !(atom?.kind === 'time')) {
    if (state.mode === 'how_much' || state.mode === 'difference') {
      state.comparative = operator;
      state.mode = 'difference';
      return take(state, 'comparison', text);
    }
    return state.fail(`"${text} than" needs a number.`, [text]);
  }
  const bare = state.bare.at(-1);
  const nounLinks = bare === undefined ? null : [{ column: bare.column, score: 1, coverage: 1, typo: false }];
  let column: IndexedColumn;
  if (operator.dimensions.length === 0) {
    if (bare === undefined) return state.fail(`"${text}" does not say of which column.`, [text]);
    column = bare.column;
    state.bare.pop();
  } else {
    column = columnOfDimension(
      state,
      operator.dimensions,
      nounLinks !== null && bare?.column.numeric === true ? nounLinks : null,
      text,
    );
    if (bare?.column === column) state.bare.pop();
  }
  if (column.temporal) return state.fail(`"${text}" with a date column needs a date.`, [text]);
  const value = readNumber(state, number, column);
  if (value === null) return state.fail(`"${text} than" needs a number.`, [text]);
  state.mark(
    state.at,
    'filter',
    `${column.name} ${operator.sign === 1 ? '>' : '<'} ${value.value}`,
    column,
    value.value,
  );
  state.mark(number, 'comparison', String(value.value), column, value.value);
  addCondition(state, {
    kind: 'compare',
    operand: columnOperand(column),
    cmp: operator.sign === 1 ? '>' : '<',
    value: value.value,
    negated: state.negate,
  });
  state.at = value.next;
}

function readVersus(state: ReaderState): undefined {
  state.versus = true;
  state.joiner = 'and';
  take(state, 'comparison', 'against');
}

function readMissing(state: ReaderState): undefined {
  const next = state.skipFrom(state.at + 1, ['prep']);
  const atom = state.atoms[next];
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    state.mark(state.at, 'filter', `${column.name} is missing`, column);
    markColumn(state, next, column, 'filter');
    if (state.mode === 'share') state.place = state.table === null ? 'noun' : 'predicate';
    const no = state.textOf(state.peek() as Atom).toLowerCase() === 'no';
    if (no && column.yes !== null)
      addCondition(state, {
        kind: 'equals',
        column,
        values: [column.yes.yes],
        negated: true,
        joined: 'none',
      });
    else addCondition(state, { kind: 'null', column, negated: state.negate });
    state.at = next + 1;
    return;
  }
  state.missing = state.at;
  take(state, 'filter', 'missing');
}

function readMatch(state: ReaderState, operator: OperatorOf<'match'>): undefined {
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

function readTop(state: ReaderState, operator: OperatorOf<'top'>): undefined {
  const next = state.skipFrom(state.at + 1);
  const number = state.atoms[next];
  if (number?.kind === 'number') {
    state.extreme = {
      sign: operator.sign,
      dimensions: [],
      operand: null,
      limit: number.value,
      at: state.at,
      counting: false,
    };
    state.mark(next, 'limit', `${number.value} of them`, null, number.value);
    take(state, 'limit', operator.sign === 1 ? 'the largest' : 'the smallest');
    state.at = next + 1;
    return;
  }
  state.extreme = {
    sign: operator.sign,
    dimensions: [],
    operand: null,
    limit: 1,
    at: state.at,
    counting: false,
  };
  take(state, 'limit', operator.sign === 1 ? 'the largest' : 'the smallest');
}

function numberBefore(state: ReaderState): number | null {
  const before = state.atoms[state.at - 1];
  return before?.kind === 'number' && !before.ordinal && Number.isInteger(before.value) ? before.value : null;
}

function readSuperlative(state: ReaderState, operator: OperatorOf<'superlative'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const counted = state.top;
  state.top = null;
  let limit = counted ?? numberBefore(state);
  const next = state.skipFrom(state.at + 1);
  const after = state.atoms[next];
  let end = state.at + 1;
  if (limit === null && after?.kind === 'number' && !after.ordinal && state.atoms[next + 1] !== undefined) {
    limit = after.value;
    state.mark(next, 'limit', `${limit} of them`, null, limit);
    end = next + 1;
  }
  const joint = state.operatorAt(state.at - 1)?.op;
  if (
    state.extreme !== null &&
    state.extreme.operand === null &&
    state.extreme.limit === null &&
    limit === null &&
    (joint === 'and' || joint === 'or')
  ) {
    // "youngest and oldest": both ends.
    state.pending.push(
      { fn: state.extreme.sign === 1 ? 'max' : 'min', p: null, at: state.extreme.at },
      { fn: operator.sign === 1 ? 'max' : 'min', p: null, at: state.at },
    );
    state.howAdjective = operator.dimensions.length > 0 ? operator : null;
    state.extreme = null;
    return take(state, 'aggregate', operator.sign === 1 ? 'maximum' : 'minimum');
  }
  if (state.extreme !== null) {
    // "top 5 heaviest": the number was said before.
    limit ??= state.extreme.limit;
  }
  state.extreme = {
    sign: operator.sign,
    dimensions: operator.dimensions,
    operand: null,
    limit,
    at: state.at,
    counting: false,
  };
  const noun = state.atoms[state.skipFrom(end)];
  if (noun?.kind === 'column' && operator.dimensions.length > 0) {
    const numeric = noun.links.filter(
      (link) => link.column.numeric && !isDayOfRow(state, link.column) && !link.column.entity,
    );
    if (numeric.length > 0) {
      checkSpeed(state, operator, numeric[0]?.column as IndexedColumn, text);
      const exact =
        (numeric[0] as { score: number; coverage: number }).coverage > 0.9 && numeric.length === 1;
      const column = exact
        ? (numeric[0] as { column: IndexedColumn }).column
        : columnOfDimension(state, operator.dimensions, numeric, text);
      state.extreme.operand = columnOperand(column);
      const place = state.skipFrom(end);
      state.extreme.operandAt = place;
      markColumn(state, place, column, 'order');
      state.mark(state.at, 'order', operator.sign === 1 ? 'the largest' : 'the smallest', column);
      state.at = place + 1;
      return;
    }
  }
  if (noun?.kind === 'column' && noun.links.length > 1) {
    // "highest temperature" of temp_max and temp_min is the maximum of the maxima.
    const wanted =
      operator.sign === 1 ? ['max', 'maximum', 'highest', 'high'] : ['min', 'minimum', 'lowest', 'low'];
    const narrowed = noun.links.filter(
      (link) => link.column.readings[0]?.some((word) => wanted.includes(word.lower)) === true,
    );
    if (narrowed.length === 1) noun.links = narrowed;
  }
  state.mark(state.at, 'order', operator.sign === 1 ? 'the largest' : 'the smallest');
  state.at = end;
}

const speedWords = /speed|velocity|rate|mph|kmh|power/i;
const durationWords = /time|duration|latency|reaction|sec|period|hurdles|run\d/i;

/** The fastest time is the smallest one; of other columns it is not clear. */
function checkSpeed(
  state: ReaderState,
  operator: OperatorOf<'superlative'>,
  column: IndexedColumn,
  text: string,
): void {
  if (!operator.dimensions.includes('speed') || speedWords.test(column.name)) return;
  const extreme = state.extreme as NonNullable<ReaderState['extreme']>;
  const timed =
    durationWords.test(column.name) ||
    column.readings.some((reading) => reading.some((word) => word.lower === 'time'));
  if (!timed) state.fail(`It is not clear whether "${text}" means a high or a low "${column.name}".`, [text]);
  extreme.sign = operator.sign === 1 ? -1 : 1;
}

function readMost(state: ReaderState, operator: OperatorOf<'most'>): undefined {
  const limit = state.top ?? numberBefore(state);
  state.top = null;
  state.extreme = {
    sign: operator.sign,
    dimensions: [],
    operand: null,
    limit,
    at: state.at,
    counting: false,
  };
  const next = state.skipFrom(state.at + 1);
  const atom = state.atoms[next];
  if (atom?.kind === 'table' || (atom?.kind === 'value' && state.atoms.length > 0))
    state.extreme.counting = true;
  if (atom?.kind === 'column' && (state.target !== null || state.mode === 'which')) {
    const column = atom.links[0]?.column;
    if (column?.numeric === false || column?.identifier === true) state.extreme.counting = true;
  }
  take(state, 'order', operator.sign === 1 ? 'the most' : 'the fewest');
}

function readPositive(state: ReaderState, operator: OperatorOf<'positive'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const extreme = state.extreme;
  if (
    extreme !== null &&
    extreme.dimensions.length === 0 &&
    extreme.operand === null &&
    state.at === extreme.at + 1
  ) {
    extreme.dimensions = operator.dimensions;
    return take(state, 'order', text);
  }
  const before = state.atoms[state.at - 1];
  if (before?.kind === 'number' || state.marks.some((item) => item.target.startsWith('unit')))
    return take(state, 'ignored', 'belongs to the number');
  state.fail(`"${text}" is not measured by a number here; say for example "over 50".`, [text]);
}

function readArithmetic(state: ReaderState, operator: OperatorOf<'arithmetic'>): undefined {
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

function readLooseGrain(state: ReaderState, operator: OperatorOf<'grain' | 'part'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const adverb = /ly$/.test(text) || text.toLowerCase() === 'annual';
  const temporal = state.index.columns.filter((column) => column.temporal);
  if (operator.op === 'grain' && adverb) {
    const named = state.index.columns.find((column) => column.joined === operator.grain);
    const group =
      grainGroup(state, operator) ??
      (named === undefined ? null : { column: named, grain: null, part: null });
    if (group !== null) {
      state.groups.push(group);
      return take(state, 'group', `by ${operator.grain}`);
    }
  }
  const daily = temporal.find((column) => column.unique && column.profile.type === 'date');
  if (
    state.mode === 'which' &&
    state.target === null &&
    operator.op === 'grain' &&
    operator.grain === 'day' &&
    daily !== undefined &&
    state.connector === ''
  ) {
    state.bare.push({ at: state.at, column: daily, after: '' });
    return take(state, 'column', `the column ${daily.name}`);
  }
  if (state.mode === 'which' && state.target === null && state.connector === '') {
    const group = grainGroup(state, operator);
    if (group !== null) {
      state.groups.push(group);
      state.target = group.column;
      return take(state, 'group', `each ${text}`);
    }
  }
  if (
    temporal.length > 0 &&
    state.table === null &&
    (state.measures.at(-1)?.fn === 'rows' ||
      state.mode === 'share' ||
      state.mode === 'exists' ||
      state.mode === 'list' ||
      state.connector !== '')
  ) {
    if (daily !== undefined && operator.op === 'grain' && operator.grain === 'day') {
      state.table = { table: daily.table, exact: true, at: state.at };
      state.mark(state.at, 'table', 'one row a day');
      state.at += 1;
      return;
    }
  }
  const before = state.atoms[state.at - 1];
  if (before?.kind === 'number' && operator.op === 'grain' && operator.grain === 'year')
    return take(state, 'ignored', 'unit');
  state.fail(`"${text}" is not clear here.`, [text]);
}

/** The column that a grain of time is taken of. */
export function grainGroup(state: ReaderState, operator: OperatorOf<'grain' | 'part'>): Group | null {
  const columns = state.index.columns.filter((column) => column.temporal);
  const known = columns.filter(
    (column) =>
      state.mentioned.size === 0 || state.mentioned.has(column.table.name) || state.index.tables.length === 1,
  );
  const pool = mainDates(known.length > 0 ? known : columns);
  const only = pool[0];
  if (only !== undefined && pool.length === 1)
    return operator.op === 'grain'
      ? { column: only, grain: operator.grain, part: null }
      : { column: only, grain: null, part: operator.part };
  if (pool.length > 1)
    throw new ReadFailure(
      `There are several dates: ${pool
        .slice(0, 4)
        .map((column) => `"${column.name}"`)
        .join(', ')}; say which.`,
      [],
      true,
    );
  if (operator.op === 'grain' && operator.grain === 'year') {
    const year = state.index.columns.find((column) => column.year);
    if (year !== undefined) return { column: year, grain: null, part: null };
  }
  return null;
}

/** Dates that rows are about, without those that only say when a row was written. */
export function mainDates(columns: IndexedColumn[]): IndexedColumn[] {
  const own = columns.filter(
    (column) => !/(?:created|crtd|updated|modified|inserted|loaded)/i.test(column.name),
  );
  return own.length > 0 ? own : columns;
}

function readOrder(state: ReaderState): undefined {
  const next = state.skipFrom(state.at + 1);
  const operator = state.operatorAt(next);
  state.order = { measure: null, column: null, descending: null };
  take(state, 'order', 'in order');
  if (operator?.op === 'direction') return;
  const atom = state.atoms[next];
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    markColumn(state, next, column, 'order');
    state.order.column = column;
    state.at = next + 1;
    return;
  }
  if (operator?.op === 'count') {
    state.order.measure = measure('rows');
    state.mark(next, 'order', 'by number of rows');
    state.at = next + 1;
    const noun = state.atoms[state.skipFrom(state.at)];
    if (noun?.kind === 'table') state.at = state.skipFrom(state.at) + 1;
    return;
  }
  if (operator?.op === 'aggregate') {
    const after = state.skipFrom(next + 1, ['prep']);
    const column = state.atoms[after];
    if (column?.kind === 'column') {
      const chosen = state.choose(column.links, 'numeric', state.textOf(column)).column;
      state.order.measure = measure(operator.fn, columnOperand(chosen), operator.p ?? null);
      state.mark(next, 'order', operator.fn);
      markColumn(state, after, chosen, 'order');
      state.at = after + 1;
    } else state.at = next + 1;
  }
}

/** A list of columns or times to group by. */
function readGroup(state: ReaderState): undefined {
  const start = state.at;
  const marker = state.textOf(state.peek() as Atom).toLowerCase();
  let next = state.skipFrom(state.at + 1, ['distinct', 'each']);
  if (state.atoms[next]?.kind === 'table' && isGroupItem(state, state.skipFrom(next + 1))) {
    state.mark(next, 'table', 'its rows');
    next = state.skipFrom(next + 1);
  }
  const operator = state.operatorAt(next);
  if (
    marker === 'by' &&
    state.extreme?.limit != null &&
    state.extreme.operand === null &&
    !state.extreme.counting &&
    state.groups.length === 0
  ) {
    if (readExtremeMeasure(state, next)) return;
  }
  if (operator?.op === 'aggregate' || operator?.op === 'count') {
    if (operator.op === 'count' && state.atoms[next + 1]?.kind === 'column' && !(state.extreme !== null))
      next = state.skipFrom(next + 1);
    else if (state.extreme !== null || state.order !== null) {
      take(state, 'order', 'by');
      return;
    }
  }
  const everything = /^(?:over all|across all|for all)/.test(marker);
  const noun = state.atoms[next];
  if (
    everything &&
    noun?.kind === 'column' &&
    (noun.links[0]?.column.unique === true || noun.links[0]?.column.entity === true) &&
    (marker !== 'for all' || noun.links[0].column.unique)
  ) {
    // "over all studies" takes them together.
    state.penalty += 0.05;
    state.mark(start, 'ignored', 'all rows');
    state.mark(next, 'ignored', 'all of them');
    state.at = next + 1;
    return;
  }
  let found = 0;
  for (;;) {
    const end = readGroupItem(state, next);
    if (end === null) break;
    found += 1;
    next = end;
    let joint = state.skipFrom(next);
    let joined = false;
    while (
      ['and', 'comma', 'group'].includes(state.operatorAt(joint)?.op ?? '') &&
      joint < state.atoms.length
    ) {
      // `by sex across species` starts a new group phrase, which is read the same way.
      joined = true;
      joint = state.skipFrom(joint + 1, ['each', 'distinct']);
    }
    if (!joined || !isGroupItem(state, joint)) break;
    for (let between = next; between < joint; between += 1) state.mark(between, 'group', 'and');
    next = joint;
  }
  if (found === 0) {
    const atom = state.atoms[next];
    if (
      atom?.kind === 'value' &&
      ['by', 'across all', 'for all', 'within', 'among different'].includes(marker)
    ) {
      state.at = start + 1;
      state.mark(start, 'ignored', 'joins the words around it');
      state.place = 'scope';
      return;
    }
    if (
      atom?.kind === 'table' ||
      marker === 'for all' ||
      marker === 'across all' ||
      marker.startsWith('over all') ||
      marker === 'within' ||
      marker === 'across the' ||
      marker === 'in the different'
    ) {
      if (
        atom?.kind === 'table' &&
        !['for all', 'across all', 'across the', 'within', 'over all', 'over all the'].includes(marker)
      ) {
        if (readEntityGroup(state, next)) return;
        return state.fail(`"${marker} ${state.textOf(atom)}": each row is one of them already.`, [
          state.textOf(atom),
        ]);
      }
      state.mark(start, 'ignored', 'all rows');
      state.at = start + 1;
      return;
    }
    const text = atom === undefined ? marker : state.textOf(atom);
    return state.fail(`I do not know how to group by "${text}".`, [text]);
  }
  state.mark(start, 'group', 'for each');
  state.at = next;
}

function isGroupItem(state: ReaderState, place: number): boolean {
  const atom = state.atoms[place];
  if (atom?.kind === 'column') {
    const column = atom.links[0]?.column;
    if (column === undefined) return false;
    // A comparison after it makes it a condition, not a group.
    const after = state.operatorAt(state.skipFrom(place + 1, ['be']));
    if (after?.op === 'compare' || after?.op === 'between') return false;
    return column.category || !column.numeric || column.year || state.operatorAt(place - 1)?.op === 'group';
  }
  const operator = state.operatorAt(place);
  return operator?.op === 'grain' || operator?.op === 'part';
}

function readGroupItem(state: ReaderState, place: number): number | null {
  const atom = state.atoms[place];
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    const before = state.groups.length;
    const condition = conditionAfterColumn(state, column, place, place + 1);
    if (condition !== null && state.groups.length === before) return condition;
    markColumn(state, place, column, 'group');
    const grain = state.operatorAt(place + 1);
    if (column.temporal && grain?.op === 'grain') {
      state.mark(place + 1, 'group', `by ${grain.grain}`);
      state.groups.push({ column, grain: grain.grain, part: null });
      return place + 2;
    }
    state.groups.push({ column, grain: null, part: null });
    return place + 1;
  }
  const operator = state.operatorAt(place);
  if (operator?.op === 'grain' || operator?.op === 'part') {
    const group = grainGroup(state, operator);
    if (group === null) {
      const named =
        operator.op === 'grain'
          ? state.index.columns.find(
              (column) => column.joined === operator.grain || column.joined === `${operator.grain}s`,
            )
          : undefined;
      if (named === undefined) return null;
      state.groups.push({ column: named, grain: null, part: null });
    } else {
      // `by month of sale date`
      const of = state.operatorAt(place + 1);
      const dated = state.atoms[state.skipFrom(place + 2)];
      if (
        of?.op === 'prep' &&
        of.word === 'of' &&
        dated?.kind === 'column' &&
        dated.links[0]?.column.temporal === true
      ) {
        group.column = dated.links[0].column;
        markColumn(state, state.skipFrom(place + 2), group.column, 'group');
        state.groups.push(group);
        state.mark(place, 'group', 'by time');
        return state.skipFrom(place + 2) + 1;
      }
      state.groups.push(group);
    }
    state.mark(place, 'group', `by ${state.textOf(state.atoms[place] as Atom)}`);
    return place + 1;
  }
  return null;
}

/** `per patient` where a row is not a patient: by the column that names them. */
function readEntityGroup(state: ReaderState, place: number): boolean {
  const atom = state.atoms[place];
  if (atom?.kind !== 'table' || state.index.tables.length < 2 || !atom.exact) return false;
  const table = atom.tables[0];
  if (table === undefined) return false;
  const key = keyOf(state, table.name);
  if (key === null) return false;
  state.mark(place, 'group', `each row of ${table.name}`);
  state.mark(state.at, 'group', 'for each');
  for (const column of labelsOf(state, table.name)) state.groups.push({ column, grain: null, part: null });
  state.at = place + 1;
  return true;
}

export function keyOf(state: ReaderState, table: string): IndexedColumn | null {
  const columns = state.index.byTable.get(table) ?? [];
  return (
    columns.find((column) => column.unique && (column.identifier || column.joined === 'id')) ??
    columns.find((column) => column.unique && column.profile.type !== 'number') ??
    null
  );
}

/** The columns by which a person knows a row of a table: its key and its name. */
export function labelsOf(state: ReaderState, table: string): IndexedColumn[] {
  const columns = state.index.byTable.get(table) ?? [];
  const key = keyOf(state, table);
  const names = columns.filter(
    (column) =>
      column.profile.type === 'text' &&
      (/(?:^|_)name$/i.test(column.name) || column.joined === 'model' || column.joined === 'make') &&
      !/school|vendor/i.test(column.name),
  );
  return [...new Set([...(key === null ? [] : [key]), ...names])];
}

/** After `top 5 species by`: what they are ranked by. */
function readExtremeMeasure(state: ReaderState, place: number): boolean {
  const extreme = state.extreme;
  if (extreme === null) return false;
  const atom = state.atoms[place];
  const operator = state.operatorAt(place);
  if (
    operator?.op === 'count' ||
    operator?.op === 'aggregate' ||
    operator?.op === 'share' ||
    operator?.op === 'superlative'
  ) {
    take(state, 'order', 'ranked by');
    return true;
  }
  if (atom?.kind !== 'column') return false;
  const { column } = state.choose(atom.links, 'any', state.textOf(atom));
  if (!column.numeric) return false;
  take(state, 'order', 'ranked by');
  state.at = place;
  markColumn(state, place, column, 'order');
  extreme.operand = columnOperand(column);
  state.at = place + 1;
  return true;
}

/** `doctor ids` is the key of the doctors, whatever it is called. */
function keyOfNamedTable(state: ReaderState, atom: Extract<Atom, { kind: 'column' }>): void {
  const before = state.atoms[state.at - 1];
  if (atom.links[0]?.column.joined !== 'id' || before?.kind !== 'table' || before.tables.length !== 1) return;
  const key = keyOf(state, before.tables[0]?.name ?? '');
  if (key !== null) atom.links = [{ column: key, score: 1, coverage: 1, typo: false }];
}

function readColumn(state: ReaderState, atom: Extract<Atom, { kind: 'column' }>): undefined {
  keyOfNamedTable(state, atom);
  const place = state.at;
  const text = state.textOf(atom);
  const pending = state.pending.length > 0;
  if (state.pending.length > 0) state.howAdjective = null;
  const adjective = state.howAdjective;
  if (
    adjective !== null &&
    adjective.dimensions.length > 0 &&
    atom.links.some((link) => link.column.numeric)
  ) {
    const column = columnOfDimension(
      state,
      adjective.dimensions,
      atom.links.filter((link) => link.column.numeric),
      text,
    );
    markColumn(state, place, column);
    state.howAdjective = null;
    state.measures.push(measure('default', columnOperand(column)));
    state.at += 1;
    return;
  }
  const wantsNumber =
    pending ||
    state.mode === 'correlation' ||
    (state.extreme !== null &&
      state.extreme.operand === null &&
      !state.extreme.counting &&
      state.extreme.dimensions.length === 0 &&
      state.extreme.limit === null);
  const numericFits = atom.links.some(
    (link) => link.column.numeric && link.score >= (atom.links[0] as { score: number }).score - 0.05,
  );
  const comparative = comparativeAfter(state, place + 1, atom);
  const { column, score } =
    comparative !== null
      ? { column: columnOfDimension(state, comparative.dimensions, atom.links, text), score: 0.9 }
      : state.choose(atom.links, wantsNumber && numericFits ? 'numeric' : 'any', text);
  const beside = state.marks.find((item) => item.atom === place - 1);
  if (beside?.column === column.name && state.atoms[place - 1]?.kind === 'column')
    state.fail(`"${column.name}" is said twice.`, [text]);
  if (score < 0.7) state.penalty += 0.12;
  if (comparative !== null) {
    state.bare.push({ at: place, column, after: state.connector });
    markColumn(state, place, column, 'filter');
    state.at += 1;
    return;
  }
  if (state.missing !== null && state.missing === place - 1) {
    state.missing = null;
    addCondition(state, { kind: 'null', column, negated: false });
    markColumn(state, place, column, 'filter');
    state.at += 1;
    return;
  }
  if (state.present !== null) {
    state.present = null;
    if (state.connector === 'with' || state.connector === 'who') {
      addCondition(state, { kind: 'null', column, negated: !state.negate });
      markColumn(state, place, column, 'filter');
      state.at += 1;
      return;
    }
  }
  const number = state.atoms[place - 1];
  if (
    state.top !== null &&
    number?.kind === 'number' &&
    (column.category || column.numeric) &&
    !state.marks.some((item) => item.atom === place - 1 && item.role === 'limit')
  ) {
    const limits = state.marks.some((item) => item.atom === place - 1 && item.role === 'limit');
    const literal = limits ? null : numberAsValue(state, column, number.value);
    if (literal !== null && (column.numeric || column.values.length > 0)) {
      state.mark(place - 1, 'value', `${column.name} is ${number.value}`, column, number.value);
      markColumn(state, place, column, 'filter');
      state.top = null;
      addCondition(state, {
        kind: 'equals',
        column,
        values: [literal],
        negated: state.negate,
        joined: 'none',
      });
      state.at += 1;
      return;
    }
  }
  // `higher than average body mass`, `above average weight`
  const end = conditionAfterColumn(state, column, place, place + 1);
  if (end !== null) {
    const before = state.pending.at(-1);
    if (before !== undefined && lastIsComparison(state)) return havingFromCondition(state, end);
    state.at = end;
    return;
  }
  if (state.rate || state.operatorAt(place + 1)?.op === 'rate') {
    if (column.yes !== null) {
      state.mode = 'share';
      addCondition(state, {
        kind: 'equals',
        column,
        values: [column.yes.yes],
        negated: state.negate,
        joined: 'none',
      });
      markColumn(state, place, column);
      state.at += 1;
      return;
    }
  }
  const following = state.operatorAt(place + 1);
  const own = column.valueKeys.get(column.joined);
  if (
    own !== undefined &&
    (following?.op === 'filler' || /^(?:group|arm)s?$/.test(state.tokens[atom.to - 1]?.lower ?? '')) &&
    ['in', 'of', 'for', 'from', 'among', 'on', 'with'].includes(state.connector)
  ) {
    // "in the treatment group" where the treatment is either placebo or treatment.
    addCondition(state, {
      kind: 'equals',
      column,
      values: [literalOf(column, own[0] as string)],
      negated: state.negate,
      joined: 'none',
    });
    state.mark(place, 'value', `${column.name} is ${own[0]}`, column, own[0] ?? null);
    state.at += 1;
    return;
  }
  const predicate =
    column.yes !== null && !pending && state.mode !== 'distribution' && state.mode !== 'correlation';
  if (predicate && (isPredicateSpot(state, place) || state.negate)) {
    const yes = column.yes as NonNullable<IndexedColumn['yes']>;
    markColumn(state, place, column, 'filter');
    addCondition(state, {
      kind: 'equals',
      column,
      values: [yes.yes],
      negated: state.negate,
      joined: state.joiner === 'or' ? 'or' : 'none',
    });
    state.at += 1;
    return;
  }
  const extreme = state.extreme;
  if (
    extreme !== null &&
    extreme.operand === null &&
    !extreme.counting &&
    column.numeric &&
    !pending &&
    extreme.limit === null &&
    extreme.dimensions.length === 0
  ) {
    extreme.operand = columnOperand(column);
    extreme.operandAt = place;
    markColumn(state, place, column, 'order');
    state.at += 1;
    return;
  }
  const head = state.atoms[place + 1];
  if (
    pending &&
    (column.entity || column.identifier || column.category) &&
    head?.kind === 'column' &&
    head.links[0]?.column.numeric === true &&
    head.links[0].column !== column
  ) {
    // "herd size", "plant uptake": the last noun is what is measured.
    state.penalty += 0.03;
    return take(state, 'ignored', 'describes the column after it');
  }
  if (pending && (column.numeric || column.temporal)) {
    markColumn(state, place, column);
    for (const item of state.pending) state.measures.push(measure(item.fn, columnOperand(column), item.p));
    state.at += 1;
    readMoreOperands(state);
    state.pending = [];
    return;
  }
  if (pending && column.yes !== null)
    state.fail(`"${column.name}" is not a number; ask for its share instead.`, [text]);
  if (state.negate) state.fail(`It is not clear what "not" leaves out before "${text}".`, [text]);
  markColumn(state, place, column);
  if (state.projecting) state.shown.push(column);
  else state.bare.push({ at: place, column, after: state.connector });
  state.at += 1;
}

function comparativeAfter(
  state: ReaderState,
  place: number,
  atom: Extract<Atom, { kind: 'column' }>,
): { sign: 1 | -1; dimensions: string[] } | null {
  const next = state.skipFrom(place, ['be', 'relative_pronoun']);
  const operator = state.operatorAt(next);
  if (operator?.op !== 'comparative' || operator.dimensions.length === 0) return null;
  if (state.operatorAt(next + 1)?.op !== 'than' || state.atoms[state.skipFrom(next + 2)]?.kind !== 'number')
    return null;
  try {
    columnOfDimension(state, operator.dimensions, atom.links, '');
    return operator;
  } catch (error) {
    if (error instanceof ReadFailure && !error.ambiguous) return null;
    throw error;
  }
}

function numberAsValue(state: ReaderState, column: IndexedColumn, value: number) {
  void state;
  if (column.numeric) return { node: 'number' as const, value };
  const stored = column.values.find((item) => Number(item) === value);
  return stored === undefined ? null : literalOf(column, stored);
}

const lastIsComparison = (state: ReaderState): boolean =>
  ['compare', 'between'].includes(state.conditions.at(-1)?.condition.kind ?? '');

/** "species with average mass over 4000": the condition is on the average, not on rows. */
function havingFromCondition(state: ReaderState, end: number): undefined {
  const condition = state.conditions.pop()?.condition;
  const pending = state.pending.pop();
  if (condition === undefined || pending === undefined) return;
  if (condition.kind === 'compare' && typeof condition.value === 'number')
    state.having.push({
      measure: measure(pending.fn, condition.operand, pending.p),
      cmp: condition.cmp,
      value: condition.value,
      high: null,
    });
  else if (condition.kind === 'between')
    state.having.push({
      measure: measure(pending.fn, condition.operand, pending.p),
      cmp: '>=',
      value: condition.low,
      high: condition.high,
    });
  else state.fail('It is not clear what the comparison is about.');
  state.at = end;
}

/** `average A, B and C` */
function readMoreOperands(state: ReaderState): undefined {
  for (;;) {
    let next = state.at;
    let joined = false;
    while (['and', 'comma', 'skip'].includes(state.operatorAt(next)?.op ?? '')) {
      joined ||= state.operatorAt(next)?.op !== 'skip';
      next += 1;
    }
    const atom = state.atoms[next];
    if (!joined || atom?.kind !== 'column') return;
    const best = atom.links[0]?.column;
    if (best?.numeric !== true || best.yes !== null) return;
    const after = state.operatorAt(state.skipFrom(next + 1, ['be']));
    if (after?.op === 'compare' || after?.op === 'between' || state.atoms[next + 1]?.kind === 'number')
      return;
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    for (let place = state.at; place < next; place += 1) state.mark(place, 'ignored', 'and');
    markColumn(state, next, column);
    for (const item of state.pending) state.measures.push(measure(item.fn, columnOperand(column), item.p));
    state.at = next + 1;
  }
}

/** Where a yes-or-no column says something of the rows rather than being shown or grouped by. */
function isPredicateSpot(state: ReaderState, place: number): boolean {
  if (['count', 'share', 'exists', 'which', 'list', 'how_much', 'difference'].includes(state.mode ?? '')) {
    if (
      state.mode === 'which' &&
      state.target === null &&
      state.table === null &&
      state.atoms[place + 1] === undefined
    )
      return true;
    return true;
  }
  const next = state.atoms[state.skipFrom(place + 1)];
  return (
    next?.kind === 'table' ||
    ['with', 'is', 'who', 'of', 'for', 'in', 'among', 'have'].includes(state.connector) ||
    state.measures.length > 0 ||
    state.extreme !== null
  );
}

function readValue(state: ReaderState, atom: Extract<Atom, { kind: 'value' }>): undefined {
  const place = state.at;
  const text = state.textOf(atom);
  let links = atom.links;
  const near = state.bare.at(-1);
  // `treatment placebo`, `placebo group`: a column said beside it decides.
  const following = state.atoms[place + 1];
  if (following?.kind === 'column') {
    const same = links.filter((link) => following.links.some((other) => other.column === link.column));
    if (same.length > 0) links = same;
  }
  if (near !== undefined && links.some((link) => link.column === near.column))
    links = links.filter((link) => link.column === near.column);
  const last = state.conditions.at(-1)?.condition;
  if (
    last?.kind === 'equals' &&
    links.length > 1 &&
    state.joiner !== null &&
    links.some((link) => link.column === last.column)
  )
    links = links.filter((link) => link.column === last.column);
  if (state.index.tables.length > 1) {
    const mentioned = links.filter((link) => state.mentioned.has(link.column.table.name));
    if (mentioned.length > 0) links = mentioned;
  }
  const best = links[0] as (typeof links)[0];
  const rivals = links.filter(
    (link) => link.score >= best.score - 0.03 && (link.column !== best.column || link.value !== best.value),
  );
  if (rivals.length > 0) {
    const columns = [...new Set([best, ...rivals].map((link) => `"${link.column.name}"`))].slice(0, 4);
    if (columns.length > 1)
      throw new ReadFailure(
        `"${text}" is a value of ${columns.join(' and ')}; say which column is meant.`,
        [text],
        true,
      );
    throw new ReadFailure(
      `"${text}" could be ${[best, ...rivals]
        .slice(0, 4)
        .map((link) => `"${link.value}"`)
        .join(' or ')}; say which.`,
      [text],
      true,
    );
  }
  if (best.score < 0.8) state.penalty += 0.1;
  if (best.typo) state.penalty += 0.05;
  const others = atom.links.filter((link) => link !== best).slice(0, 3);
  state.mark(
    place,
    'value',
    `${best.column.name} is ${best.value}`,
    best.column,
    best.value,
    best.score,
    others.map((link) => ({
      target: `${link.column.name} is ${link.value}`,
      column: link.column.name,
      value: link.value,
    })),
  );
  let next = place + 1;
  if (
    following?.kind === 'column' &&
    following.links.some((other) => other.column === best.column) &&
    !otherwiseUsed(state, next, best.column)
  ) {
    markColumn(state, next, best.column, 'filter');
    next += 1;
  }
  if (near !== undefined && near.column === best.column && near.at >= place - 4)
    state.bare = state.bare.filter((item) => item !== near);
  const more = readMoreLiterals(state, next, best.column);
  const values = [literalOf(best.column, best.value), ...more.literals.map((item) => item.literal)];
  for (const item of more.literals)
    state.mark(item.place, 'value', `${best.column.name} is ${item.shown}`, best.column, item.shown);
  state.at = more.literals.length > 0 ? more.next : next;
  const joined = more.joined === 'none' && state.joiner === 'or' ? 'or' : more.joined;
  addCondition(state, { kind: 'equals', column: best.column, values, negated: state.negate, joined });
}

/** A column after a value that is needed by what follows it: `male weight over 5`. */
function otherwiseUsed(state: ReaderState, place: number, column: IndexedColumn): boolean {
  return column.numeric && ['compare', 'between'].includes(state.operatorAt(place + 1)?.op ?? '');
}

function readTable(state: ReaderState, atom: Extract<Atom, { kind: 'table' }>): undefined {
  const table = atom.tables[0];
  if (table === undefined) return state.fail('No such table.');
  state.tables.push(table);
  const last = state.measures.at(-1);
  if (last?.fn === 'rows' && last.table === null) last.table = table;
  if (state.table === null) state.table = { table, exact: atom.exact, at: state.at };
  if (!atom.exact) state.penalty += 0.02;
  const about = state.bare[0]?.column.table ?? state.table.table;
  const said = state.connector === 'with' || state.connector === 'who';
  const relates = ['list', 'which', 'count', 'exists', 'share'].includes(state.mode ?? '');
  if (
    state.index.tables.length > 1 &&
    about !== table &&
    (state.negate || (said && relates && state.extreme === null && last?.table !== table))
  ) {
    addCondition(state, { kind: 'related', table: about, other: table, negated: state.negate });
  }
  state.mark(state.at, 'table', `rows of ${table.label ?? table.name}`);
  state.at += 1;
}

/** `4 or 6 cylinders`: several values of the column that follows. */
function readNumberList(state: ReaderState): boolean {
  const numbers: number[] = [];
  let place = state.at;
  for (;;) {
    const atom = state.atoms[place];
    if (atom?.kind !== 'number') return false;
    numbers.push(atom.value);
    let next = place + 1;
    let joined = false;
    while (['or', 'and', 'comma', 'versus'].includes(state.operatorAt(next)?.op ?? '')) {
      joined = true;
      next += 1;
    }
    if (!joined) break;
    place = next;
  }
  const noun = state.skipFrom(place + 1);
  const atom = state.atoms[noun];
  if (numbers.length < 2 || atom?.kind !== 'column') return false;
  const { column } = state.choose(atom.links, 'any', state.textOf(atom));
  const values = numbers.map((value) => numberAsValue(state, column, value));
  if (values.some((value) => value === null) || !(column.category || column.entity)) return false;
  const either = state.atoms
    .slice(state.at, place)
    .some((item) => item.kind === 'operator' && item.operator.op === 'or');
  for (let at = state.at; at <= place; at += 1)
    state.mark(at, 'value', `${column.name} is one of ${numbers.join(', ')}`, column);
  markColumn(state, noun, column, 'filter');
  addCondition(state, {
    kind: 'equals',
    column,
    values: values.filter((value) => value !== null),
    negated: state.negate,
    joined: either ? 'or' : 'and',
  });
  state.at = noun + 1;
  return true;
}

function readBareNumber(state: ReaderState): undefined {
  const atom = state.peek() as Extract<Atom, { kind: 'number' }>;
  const next = state.skipFrom(state.at + 1);
  const operator = state.operatorAt(next);
  if (operator?.op === 'percentile') {
    state.mark(state.at, 'aggregate', 'which percentile');
    state.at += 1;
    return;
  }
  const column = state.atoms[next];
  const countable = Number.isInteger(atom.value) && atom.value > 0 && atom.value <= 1000;
  if (countable && (operator?.op === 'superlative' || operator?.op === 'most')) {
    state.mark(state.at, 'limit', `${atom.value} of them`, null, atom.value);
    state.top = atom.value;
    state.at += 1;
    return;
  }
  if (readNumberList(state)) return;
  const compared = comparisonAt(state, state.at, null);
  if (compared !== null) {
    const after = state.atoms[state.skipFrom(compared.next)];
    if (after?.kind === 'column') {
      const chosen = state.choose(after.links, 'numeric', state.textOf(after)).column;
      applyCompared(state, columnOperand(chosen), compared);
      markColumn(state, state.skipFrom(compared.next), chosen, 'filter');
      state.at = state.skipFrom(compared.next) + 1;
      return;
    }
    if (after?.kind === 'table' && state.bare.length > 0) {
      state.having.push({
        measure: measure('rows'),
        cmp: compared.cmp,
        value: compared.value as number,
        high: null,
      });
      state.at = state.skipFrom(compared.next) + 1;
      return;
    }
  }
  const ranking = state.atoms.some(
    (atom2, place) =>
      place > state.at &&
      atom2.kind === 'operator' &&
      (atom2.operator.op === 'superlative' || atom2.operator.op === 'most'),
  );
  const nounFits =
    column?.kind === 'table' ||
    (column?.kind === 'column' &&
      column.links.some((link) => !link.column.numeric || link.column.entity || link.column.identifier));
  if (countable && nounFits && (ranking || state.mode === 'list')) {
    state.mark(state.at, 'limit', `${atom.value} of them`, null, atom.value);
    state.top = atom.value;
    state.at += 1;
    return;
  }
  if (column?.kind === 'column') {
    const chosen = column.links.find((link) => numberAsValue(state, link.column, atom.value) !== null);
    if (chosen !== undefined) {
      state.top = atom.value;
      state.at += 1;
      return;
    }
  }
  if (compared !== null) {
    const implied = impliedColumn(state, compared.next);
    if (implied !== null) {
      applyCompared(state, columnOperand(implied.column), compared);
      state.at = implied.next;
      return;
    }
  }
  const age = state.index.columns.filter((item) => item.numeric && item.joined === 'age');
  const years = [1, 2, 3]
    .map((step) => state.atoms[state.at + step])
    .map((item) => (item === undefined ? '' : state.textOf(item).toLowerCase()));
  if (
    /^(?:years?|yrs?)$/.test(years[0] ?? '') &&
    years[1] === 'old' &&
    age[0] !== undefined &&
    age.length === 1
  ) {
    for (let step = 0; step < 3; step += 1)
      state.mark(state.at + step, 'filter', `age is ${atom.value}`, age[0]);
    addCondition(state, {
      kind: 'equals',
      column: age[0],
      values: [{ node: 'number', value: atom.value }],
      negated: state.negate,
      joined: 'none',
    });
    state.at += 3;
    return;
  }
  // `2 mg dose`
  const unit = readNumber(state, state.at, null);
  if (unit !== null && unit.next > state.at + 1) {
    const after = state.atoms[state.skipFrom(unit.next)];
    if (after?.kind === 'column') {
      const chosen = state.choose(after.links, 'numeric', state.textOf(after)).column;
      const value = readNumber(state, state.at, chosen);
      markColumn(state, state.skipFrom(unit.next), chosen, 'filter');
      state.mark(state.at, 'value', `${chosen.name} is ${value?.value}`, chosen, value?.value ?? null);
      addCondition(state, {
        kind: 'equals',
        column: chosen,
        values: [{ node: 'number', value: value?.value ?? unit.value }],
        negated: state.negate,
        joined: 'none',
      });
      state.at = state.skipFrom(unit.next) + 1;
      return;
    }
  }
  if (
    countable &&
    (state.mode === 'list' || state.extreme !== null) &&
    (column?.kind === 'table' || column?.kind === 'value')
  ) {
    state.top = atom.value;
    state.mark(state.at, 'limit', `${atom.value} of them`, null, atom.value);
    state.at += 1;
    return;
  }
  state.fail(`I do not know what the number ${state.textOf(atom)} is for.`, [state.textOf(atom)]);
}

function readTime(state: ReaderState, atom: Extract<Atom, { kind: 'time' }>): undefined {
  const column = timeColumn(state, atom);
  state.mark(state.at, 'time', `${column.name}: ${atom.spec.label}`, column);
  addCondition(state, { kind: 'time', column, spec: atom.spec, negated: state.negate });
  const condition = state.conditions.at(-1);
  if (condition !== undefined) condition.place = 'scope';
  state.at += 1;
}

/** The column that a time without a column is about. */
function timeColumn(state: ReaderState, atom: Extract<Atom, { kind: 'time' }>): IndexedColumn {
  const text = state.textOf(atom);
  const { spec } = atom;
  if (spec.kind === 'part') {
    const wanted = spec.part === 'month_of_year' ? ['month'] : ['weekday', 'dayofweek'];
    const named = state.index.columns.find((column) => wanted.includes(column.joined));
    if (named !== undefined) return named;
  }
  const bare = state.bare.find((item) => item.column.temporal || item.column.year);
  if (bare !== undefined) {
    state.bare = state.bare.filter((item) => item !== bare);
    return bare.column;
  }
  const dates = state.index.columns.filter((column) => column.temporal);
  const own = mainDates(
    state.index.tables.length > 1 &&
      state.mentioned.size > 0 &&
      dates.some((column) => state.mentioned.has(column.table.name))
      ? dates.filter((column) => state.mentioned.has(column.table.name))
      : dates,
  );
  const years = state.index.columns.filter((column) => column.year);
  const whole = spec.kind === 'range' && spec.years !== null;
  const only = own[0];
  if (only !== undefined && own.length === 1) return only;
  if (own.length > 1)
    throw new ReadFailure(
      `"${text}" could be about ${own
        .slice(0, 4)
        .map((column) => `"${column.name}"`)
        .join(' or ')}; say which.`,
      [text],
      true,
    );
  const year = years[0];
  if (year !== undefined && years.length === 1 && whole) return year;
  return state.fail(`No date column is there for "${text}".`, [text]);
}
