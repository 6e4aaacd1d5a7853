import type { Atom } from './atoms.ts';
import { readExtremeMeasure } from './read-rankings.ts';
import { conditionAfterColumn } from './reader-conditions.ts';
import { markColumn } from './reader-marks.ts';
import { grainGroup, measure, type OperatorOf, take } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';

export function readLooseGrain(state: ReaderState, operator: OperatorOf<'grain' | 'part'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const { extreme } = state;
  if (extreme !== null && extreme.at === state.at - 1 && extreme.dimensions.length > 0) {
    // "the wettest month": months are ranked.
    const group = operator.op === 'grain' && operator.grain === 'day' ? null : grainGroup(state, operator);
    const finer = group?.grain === 'hour' && group.column.profile.type === 'date';
    if (group?.column.temporal === true && !finer) {
      state.groups.push(group);
      state.target = group.column;
      return take(state, 'group', `each ${text}`);
    }
  }
  const adverb = /ly$/.test(text) || text.toLowerCase() === 'annual';
  const temporal = state.index.columns.filter((column) => column.temporal);
  if (
    operator.op === 'grain' &&
    operator.grain === 'day' &&
    adverb &&
    state.pending.length > 0 &&
    temporal.some((column) => column.unique)
  )
    return take(state, 'ignored', 'each row is a day');
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
      state.mode === 'difference' ||
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

/** `sort the cars by mpg` */
function readOrderBy(state: ReaderState): undefined {
  const order = state.order as NonNullable<ReaderState['order']>;
  const next = state.skipFrom(state.at + 1);
  const atom = state.atoms[next];
  const operator = state.operatorAt(next);
  if (atom?.kind === 'column') {
    order.column = state.choose(atom.links, 'any', state.textOf(atom)).column;
    state.mark(state.at, 'order', 'in order of');
    markColumn(state, next, order.column, 'order');
    if (state.table !== null) state.mode ??= 'list';
    state.at = next + 1;
    return;
  }
  if (operator?.op === 'count') {
    order.measure = measure('rows');
    state.mark(state.at, 'order', 'by number of rows');
    state.at = next + 1;
    const noun = state.skipFrom(state.at);
    if (state.atoms[noun]?.kind === 'table') state.at = noun + 1;
    return;
  }
  state.fail('It is not clear by what to order.', [state.textOf(state.peek() as Atom)]);
}

/** A list of columns or times to group by. */
export function readGroup(state: ReaderState): undefined {
  const start = state.at;
  const marker = state.textOf(state.peek() as Atom).toLowerCase();
  if (state.order !== null && state.order.column === null && state.order.measure === null && marker === 'by')
    return readOrderBy(state);
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
    if (
      operator.op === 'count' &&
      state.atoms[next + 1]?.kind === 'column' &&
      (state.extreme === null || state.extreme.operand !== null || marker !== 'by')
    )
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
        if (marker === 'per' && state.measures.some((item) => item.fn === 'avg' || item.fn === 'median')) {
          // "Average shares per transaction": the average over rows already is.
          state.mark(start, 'ignored', 'each row is one');
          state.mark(next, 'table', 'its rows');
          state.at = next + 1;
          return;
        }
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
  const rest = state.operatorAt(next)?.op === 'and' ? next + 1 : -1;
  if (state.operatorAt(rest)?.op === 'filler') {
    // "By sector and type": a word that adds nothing elsewhere is a group here.
    const text = state.textOf(state.atoms[rest] as Atom);
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

/** `per gear have more than 100 hp`: the number belongs to the column after it. */
function limitsAnother(state: ReaderState, place: number): boolean {
  const limit = state.skipFrom(place, ['have', 'be', 'relative_pronoun', 'prep']);
  const number = state.skipFrom(limit + 1);
  const operator = state.operatorAt(limit)?.op;
  const after = state.atoms[number + 1];
  return (
    (operator === 'compare' || operator === 'comparative') &&
    state.atoms[number]?.kind === 'number' &&
    after?.kind === 'column' &&
    after.links[0]?.column.numeric === true
  );
}

function readGroupItem(state: ReaderState, place: number): number | null {
  const atom = state.atoms[place];
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    const before = state.groups.length;
    const condition = limitsAnother(state, place + 1)
      ? null
      : conditionAfterColumn(state, column, place, place + 1);
    if (condition !== null && state.groups.length === before) {
      // "each year after 1955" limits the years and still splits by them.
      const limited = state.conditions.at(-1)?.condition.kind ?? '';
      if ((column.temporal || column.year) && ['time', 'compare', 'between'].includes(limited))
        state.groups.push({ column, grain: column.temporal ? 'year' : null, part: null });
      return condition;
    }
    const banded =
      state.operatorAt(place + 1)?.op === 'filler' &&
      /^(?:groups?|ranges?|categor\w+|class\w*)$/i.test(state.textOf(state.atoms[place + 1] as Atom));
    if (banded && column.numeric && !column.category)
      return state.fail(`"${column.name}" holds numbers, not groups; say which ranges.`, [
        state.textOf(state.atoms[place + 1] as Atom),
      ]);
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
    // `by month of sale date`
    const of = state.operatorAt(place + 1);
    const at = state.skipFrom(place + 2);
    const dated = state.atoms[at];
    const own =
      of?.op === 'prep' && of.word === 'of' && dated?.kind === 'column'
        ? dated.links.find((link) => link.column.temporal)?.column
        : undefined;
    if (own !== undefined) {
      const grain = operator.op === 'grain' ? operator.grain : null;
      state.groups.push({ column: own, grain, part: operator.op === 'part' ? operator.part : null });
      markColumn(state, at, own, 'group');
      state.mark(place, 'group', 'by time');
      return at + 1;
    }
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
    } else state.groups.push(group);
    state.mark(place, 'group', `by ${state.textOf(state.atoms[place] as Atom)}`);
    return place + 1;
  }
  return null;
}
