import { isPluralNoun } from './finish-entities.ts';
import { orderOf, pinsOneRow, splitByNamedValues } from './finish-measures.ts';
import { type Condition, type Frame, type Measure, ReadFailure } from './frame.ts';
import { fixDefaults, measureOf } from './measure-defaults.ts';
import { columnOperand, isDayOfRow, mainDates, measure } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** Rows show what was asked for, in that order. */
export function withShown(state: ReaderState, frame: Frame): Frame {
  const outputs = withNamedValues(frame.conditions, [...new Set([...frame.outputs, ...state.shown])]);
  return { ...frame, outputs: state.shown.length > 0 ? [...new Set([...state.shown, ...outputs])] : outputs };
}

/** Each side of a list of values is told apart by showing its column. */
function withNamedValues(conditions: Condition[], outputs: IndexedColumn[]): IndexedColumn[] {
  if (outputs.length === 0 || !outputs.every((column) => column.numeric)) return outputs;
  const named = conditions.flatMap((item) =>
    item.kind === 'equals' && item.values.length > 1 && !item.negated && !outputs.includes(item.column)
      ? [item.column]
      : [],
  );
  return [...named, ...outputs];
}

const orderShown = (state: ReaderState, column: IndexedColumn): number => {
  const place = state.shown.indexOf(column);
  return place < 0 ? -1 : place;
};

/** "Return the make and model": columns beside the groups, measures beside the measures, each once. */
export function addShown(state: ReaderState, frame: Frame): Frame {
  const measures = frame.measures.filter(
    (item, place) => frame.measures.findIndex((other) => sameMeasure(item, other)) === place,
  );
  const groups = frame.groups.filter(
    (group, place) =>
      frame.groups.findIndex((other) => other.column === group.column && other.grain === group.grain) ===
      place,
  );
  for (const column of state.shown) {
    if (
      groups.some((group) => group.column === column) ||
      measures.some((item) => item.operand?.kind === 'column' && item.operand.column === column)
    )
      continue;
    if (
      groups.length === 0 ||
      !groups.some((group) => group.column.table === column.table) ||
      (column.numeric && !column.identifier && !column.year)
    )
      throw new ReadFailure(`It is not clear how to show "${column.name}" beside the answer.`, [column.name]);
    groups.push({ column, grain: null, part: null });
  }
  return { ...frame, measures, groups };
}

const sameMeasure = (a: Measure, b: Measure): boolean =>
  a.fn === b.fn &&
  a.p === b.p &&
  a.table === b.table &&
  (a.operand === b.operand ||
    (a.operand?.kind === 'column' && b.operand?.kind === 'column' && a.operand.column === b.operand.column));

export function finishWhen(state: ReaderState, frame: Frame): Frame {
  const dates = mainDates(state.index.columns.filter((column) => column.temporal || column.year));
  const date = dates[0];
  if (date === undefined || dates.length > 1)
    throw new ReadFailure('It is not clear which date is asked for.', ['when']);
  return { ...frame, task: 'list', outputs: [date, ...state.bare.map((item) => item.column)], measures: [] };
}

const calendar = /^(?:day|week|month|visit|period|hour|session|occasion|trial)s?$/;

/** Remarks are written of a row, so that two that read alike are two. */
const isRemark = (column: IndexedColumn): boolean =>
  /^(?:comments?|notes?|remarks?|observations?|descriptions?|freetext|text|message)$/.test(column.joined);

/** "Aquatic predators without fins": columns of yes and no describe the rows. */
function describeByYes(state: ReaderState, frame: Frame): void {
  if (state.bare.length === 0 || state.bare.some((item) => item.column.yes === null)) return;
  for (const { column } of state.bare)
    frame.conditions.push({
      kind: 'equals',
      column,
      values: [(column.yes as NonNullable<IndexedColumn['yes']>).yes],
      negated: false,
      joined: 'none',
    });
  state.bare = [];
  state.mode = 'list';
}

export function finishRows(state: ReaderState, frame: Frame): Frame {
  if (state.mode === null && state.conditions.length > 0 && state.target === null)
    describeByYes(state, frame);
  const outputs = [
    ...(state.target === null ? [] : [state.target]),
    ...state.bare.map((item) => item.column),
  ];
  // "countries containing land": the column the text was looked for in is what is listed.
  const searched = frame.conditions.find((item) => item.kind === 'match');
  const found =
    state.mode === null && outputs.length === 0 && state.table === null && searched?.kind === 'match';
  if (found) outputs.push(searched.column);
  const phrase =
    state.mode === null &&
    outputs.length > 0 &&
    outputs.every((column) => !column.numeric || column.identifier) &&
    state.conditions.length > 0;
  if (phrase) state.penalty += 0.05;
  const ranked = state.order?.column ?? null;
  if (ranked !== null && outputs.length > 0) {
    const repeated = outputs.find((column) => column !== ranked && !column.unique && column.category);
    if (repeated !== undefined && state.mode === 'list' && ranked.numeric && state.order?.descending === true)
      throw new ReadFailure(
        `"${repeated.name}" has several rows each; say by which statistic of "${ranked.name}" to rank them.`,
        [repeated.name],
      );
    if (!outputs.includes(ranked) && state.order?.descending === true) outputs.push(ranked);
  }
  outputs.push(...state.shown.filter((column) => !outputs.includes(column)));
  if (state.shown.length > 0) outputs.sort((a, b) => orderShown(state, a) - orderShown(state, b));
  const listing = state.mode === 'list' || state.mode === 'which' || state.distinct || phrase;
  if (outputs.length === 0 && state.table === null && state.conditions.length === 0)
    throw new ReadFailure('There is nothing in it that these tables hold.', []);
  if (
    !listing ||
    (outputs.length >= 1 &&
      state.mode !== 'list' &&
      outputs.every((column) => column.numeric && column.yes === null && !column.category))
  ) {
    const numeric = outputs.filter(
      (column) => column.numeric && !column.year && column.yes === null && !column.identifier,
    );
    if (numeric.length > 1 && numeric.length === outputs.length && pinsOneRow(frame.conditions))
      return { ...frame, task: 'list', outputs };
    const noun = state.bare.find((item) => item.column === numeric[0]);
    if (
      numeric.length === 1 &&
      outputs.length === 1 &&
      noun !== undefined &&
      state.conditions.length > 0 &&
      isPluralNoun(state, noun) &&
      (isDayOfRow(state, noun.column) || noun.column.entity || calendar.test(noun.column.joined))
    ) {
      // "days in August with temp above 90": the noun is what is listed, never averaged.
      const beside = (state.index.byTable.get(noun.column.table.name) ?? []).filter(
        (column) => column.joined === 'month' && column !== noun.column && isDayOfRow(state, noun.column),
      );
      return { ...frame, task: 'distinct', outputs: [...beside, noun.column] };
    }
    if (numeric.length === 1 && outputs.length === 1 && !state.distinct) {
      if (pinsOneRow(frame.conditions)) return { ...frame, task: 'list', outputs };
      if (state.compareGroups && frame.conditions.some((item) => item.kind === 'time'))
        throw new ReadFailure('It is not clear which periods are compared.', []);
      const amounts = /precip|rain|amount|dose|revenue|sales|cost|consum|uptake/i.test(
        (numeric[0] as IndexedColumn).name,
      );
      if (state.mode === 'how_much' && amounts)
        return {
          ...frame,
          task: 'measure',
          measures: [measure('sum', columnOperand(numeric[0] as IndexedColumn))],
        };
      const split = {
        ...frame,
        task: 'measure' as const,
        measures: fixDefaults([
          measureOf(
            state,
            state.bare.find((item) => item.column === numeric[0]) ?? {
              at: -1,
              column: numeric[0] as IndexedColumn,
              after: '',
            },
          ),
        ]),
      };
      state.penalty += 0.22;
      splitByNamedValues(state, split);
      return split;
    }
    if (!listing && outputs.length > 0)
      throw new ReadFailure(
        'It is not clear what is asked of these columns.',
        outputs.map((column) => column.name),
      );
    if (!listing && state.table !== null && state.conditions.length > 0 && outputs.length === 0) {
      state.penalty += 0.08;
      return { ...frame, task: 'list', outputs: [], limit: state.top };
    }
    if (!listing) throw new ReadFailure('It is not clear what is asked: a count, an average, a list?', []);
  }
  const distinct =
    state.distinct ||
    (outputs.length > 0 &&
      state.order === null &&
      !outputs.every((column) => isRemark(column)) &&
      outputs.every(
        (column) =>
          (column.category && !(column.numeric && !column.entity && state.conditions.length > 0)) ||
          (column.profile.type === 'text' && !column.unique),
      ));
  const target = state.target !== null && state.mode === 'which';
  return {
    ...frame,
    task: distinct || (target && outputs.length === 1) ? 'distinct' : 'list',
    outputs,
    order: orderOf(state, []),
    limit: state.top,
  };
}
