import { type Frame, type Group, type Measure, type Operand, ReadFailure } from './frame.ts';
import { additive, fixDefaults } from './measure-defaults.ts';
import { isDuration } from './read-rankings.ts';
import { columnOfDimension } from './reader-comparisons.ts';
import { columnOperand, isDayOfRow, isOccasion, labelsOf, mainDates, measure } from './reader-parts.ts';
import type { Bare, Extreme, ReaderState } from './reader-state.ts';
import { namesOfTable } from './relations.ts';
import type { IndexedColumn } from './schema-index.ts';

const plainGroup = (column: IndexedColumn): Group => ({ column, grain: null, part: null });

/** Rankings: the largest or smallest row, the leading group, the top n, or just the extreme number. */
export function finishRanking(state: ReaderState, frame: Frame): Frame {
  const extreme = state.extreme as Extreme;
  if (state.having.length > 0)
    throw new ReadFailure('A ranking of groups with a limit on them is not understood yet.', []);
  takeOperand(state, extreme);
  const counts = state.measures.filter((item) => item.fn === 'rows' || item.fn === 'distinct');
  const ofMeasure = state.measures.length > 0 && extreme.operand === null;
  if (extreme.counting || counts.length > 0 || ofMeasure) return rankGroups(state, frame, extreme, counts);
  if (extreme.operand === null && extreme.dimensions.length === 0) return firstRows(state, frame, extreme);
  return rankByOperand(state, frame, extreme);
}

/** "temp_max highest", "weighs the most": the column may come before. */
function takeOperand(state: ReaderState, extreme: Extreme): void {
  if (
    extreme.operand !== null ||
    extreme.dimensions.length > 0 ||
    state.measures.length > 0 ||
    extreme.counting
  )
    return;
  const counted = state.atoms[state.skipFrom(extreme.at + 1)];
  const most = state.operatorAt(extreme.at)?.op === 'most';
  // "the most diabetics" counts; a column said before is not what is ranked by.
  if (
    most &&
    (counted?.kind === 'value' ||
      counted?.kind === 'table' ||
      (counted?.kind === 'column' && counted.links[0]?.column.yes !== null))
  ) {
    extreme.counting = true;
    return;
  }
  const fits = (item: Bare): boolean =>
    item.column.numeric &&
    item.column.yes === null &&
    !item.column.identifier &&
    !(most && (item.column.entity || isDayOfRow(state, item.column)));
  const after = state.bare.findIndex((item) => fits(item) && item.at > extreme.at);
  const place =
    after >= 0
      ? after
      : state.bare.findLastIndex((item) => fits(item) && !(item.column.year && state.bare.length > 1));
  if (place >= 0) {
    const [taken] = state.bare.splice(place, 1);
    extreme.operand = columnOperand((taken as Bare).column);
    extreme.operandAt = (taken as Bare).at;
  }
}

const generic = new Set(['size', 'length', 'area', 'volume']);

/** An adjective and a measure must speak of the same thing: not "the heaviest average length". */
function mustAgree(state: ReaderState, extreme: Extreme, top: Measure): void {
  if (
    extreme.dimensions.length === 0 ||
    top.operand?.kind !== 'column' ||
    extreme.dimensions.some((word) => generic.has(word))
  )
    return;
  const { column } = top.operand;
  if (extreme.dimensions.includes('speed') && isDuration(column)) {
    // The fastest time is the shortest one.
    extreme.sign = extreme.sign === 1 ? -1 : 1;
    return;
  }
  const own = columnOfDimension(
    state,
    extreme.dimensions,
    [{ column, score: 1, coverage: 1, typo: false }],
    extreme.dimensions[0] as string,
  );
  if (own !== column)
    throw new ReadFailure(`The ranking word does not suit "${column.name}".`, [column.name]);
}

function rankGroups(state: ReaderState, frame: Frame, extreme: Extreme, counts: Measure[]): Frame {
  let groups = [...state.groups];
  if (state.target !== null && !groups.some((group) => group.column === state.target))
    groups = [plainGroup(state.target), ...groups];
  if (groups.length === 0) {
    const candidates = state.bare.filter(
      (item) => item.column.category || item.column.entity || !item.column.numeric || item.column.year,
    );
    groups = candidates.map((item) => plainGroup(item.column));
    state.bare = state.bare.filter((item) => !candidates.includes(item));
  }
  if (extreme.counting)
    state.bare = state.bare.filter((item) => {
      const each = isDayOfRow(state, item.column) || isOccasion(state, item.column);
      if (each) state.skipped.add(item.column.name);
      return !each;
    });
  const things = state.bare.find(
    (item) => item.at > extreme.at && item.column.entityOf !== null && counts.length === 0,
  );
  if (extreme.counting && things !== undefined) {
    // "treated the most patients": different ones are counted, not their rows.
    state.bare = state.bare.filter((item) => item !== things);
    counts.push(measure('distinct', columnOperand(things.column)));
  }
  const left = state.bare[0];
  if (left !== undefined)
    throw new ReadFailure(`It is not clear what "${left.column.name}" is for.`, [left.column.name]);
  const base = state.index.view?.base;
  if (groups.length === 0 && extreme.counting && base !== undefined && state.table !== null)
    // "The most common diagnosis" of a table of diagnoses: by what they are called.
    groups = namesOfTable(state.index, base)
      .filter((column) => !column.unique)
      .map(plainGroup);
  if (groups.length === 0) throw new ReadFailure('It is not clear which groups are ranked.', []);
  const said = counts.length > state.measures.length ? counts : fixDefaults(state.measures);
  const measures = said.length > 0 ? said : [measure('rows')];
  const only = groups.find((group) => group.column.unique && group.grain === null);
  if (
    only !== undefined &&
    measures[0]?.fn === 'rows' &&
    (measures[0].table === null || measures[0].table === only.column.table)
  )
    throw new ReadFailure(`Each "${only.column.name}" is there once; say what to count.`, [only.column.name]);
  const top = measures[0] as Measure;
  mustAgree(state, extreme, top);
  return {
    ...frame,
    task: 'extreme_groups',
    measures,
    groups,
    order: { by: top, column: null, descending: extreme.sign === 1 },
    limit: extreme.limit,
    sign: extreme.sign,
  };
}

/** "first 10 rows" has no measure to rank by. */
function firstRows(state: ReaderState, frame: Frame, extreme: Extreme): Frame {
  const outputs = state.bare.map((item) => item.column);
  if (extreme.limit !== null && state.order?.column != null)
    return {
      ...frame,
      task: 'list',
      outputs,
      order: { by: null, column: state.order.column, descending: state.direction ?? extreme.sign === 1 },
      limit: extreme.limit,
    };
  const word = state.textOf(state.atoms[extreme.at] as never).toLowerCase();
  if (extreme.limit !== null && state.table !== null && word === 'first' && outputs.length === 0) {
    state.penalty += 0.1;
    return { ...frame, task: 'list', outputs, limit: extreme.limit };
  }
  throw new ReadFailure('It is not clear by what to rank.', [word]);
}

/** Columns a time of day or a day of a month needs beside it to say when. */
function withCoarser(state: ReaderState, outputs: IndexedColumn[]): IndexedColumn[] {
  const coarser = ['year', 'month'];
  return outputs.flatMap((column) => {
    if (column.joined !== 'day' && column.joined !== 'month') return [column];
    const beside = (state.index.byTable.get(column.table.name) ?? []).filter(
      (other) => coarser.includes(other.joined) && other !== column && !outputs.includes(other),
    );
    return [...beside.filter((other) => !(column.joined === 'month' && other.joined === 'month')), column];
  });
}

function rankByOperand(state: ReaderState, frame: Frame, extreme: Extreme): Frame {
  const { sign, limit } = extreme;
  const said = state.textOf(state.atoms[extreme.at] as never);
  const bySaid = extreme.operand !== null;
  const operand: Operand =
    extreme.operand ?? columnOperand(columnOfDimension(state, extreme.dimensions, null, said));
  const ranked = operand.kind === 'column' ? operand.column : null;
  const extremeFn = sign === 1 ? 'max' : 'min';
  const rowNoun = state.table !== null && state.table.at > extreme.at && !bySaid;
  const own = state.measures.find((item) => item.fn !== 'default');
  if (own !== undefined && own.operand !== operand)
    throw new ReadFailure('An average of extremes is not understood yet.', []);
  const rankGroups = (by: Measure, groups: Frame['groups']): Frame => ({
    ...frame,
    task: 'extreme_groups',
    measures: [by],
    groups,
    order: { by, column: null, descending: sign === 1 },
    limit,
    sign,
  });
  const noun = state.bare[0];
  if (
    state.target === null &&
    state.bare.length === 1 &&
    noun !== undefined &&
    noun.at < extreme.at &&
    (noun.column.category || noun.column.entity) &&
    (!noun.column.numeric || noun.column.entity) &&
    !noun.column.unique &&
    !rowNoun
  ) {
    state.target = noun.column;
    state.bare = [];
  }
  const target = state.target;
  const grouped = state.groups.length > 0;
  if (target !== null && target !== ranked && !(target.unique || isDay(state, target)) && !rowNoun) {
    const groups = [plainGroup(target), ...state.groups.filter((group) => group.column !== target)];
    const top = measure(own?.fn ?? groupFunction(state, extreme, ranked, bySaid), operand);
    if (top.fn === 'avg' && own === undefined) state.penalty += 0.1;
    return rankGroups(top, groups);
  }
  const period = state.groups[0];
  if (
    own === undefined &&
    target !== null &&
    state.groups.length === 1 &&
    period?.column === target &&
    (period.grain !== null || period.part !== null)
  ) {
    // "which month was the wettest": months are compared by their averages.
    const top = measure(groupFunction(state, extreme, ranked, bySaid), operand);
    state.penalty += 0.1;
    return rankGroups(top, state.groups);
  }
  if (own !== undefined) {
    if (grouped) return rankGroups(own, frame.groups);
    const entity = state.bare[0]?.column;
    if (entity === undefined || entity.unique)
      throw new ReadFailure('It is not clear which groups are ranked.', []);
    return rankGroups(own, [plainGroup(entity)]);
  }
  const outputs = withCoarser(state, [
    ...(target === null ? [] : [target]),
    ...state.bare.map((item) => item.column),
  ]);
  const number: Frame = {
    ...frame,
    task: 'measure',
    measures: [measure(extremeFn, operand)],
    groups: state.groups,
  };
  const about = state.table?.table;
  if (outputs.length === 0 && about !== undefined && ranked !== null && about !== ranked.table)
    outputs.push(...labelsOf(state, about.name));
  if (state.mode === 'when') {
    const dates = mainDates(state.index.columns.filter((column) => column.temporal || column.year));
    const date = dates[0];
    if (date === undefined || dates.length > 1)
      throw new ReadFailure('It is not clear which date is asked for.', ['when']);
    outputs.unshift(date);
  }
  const noRows = outputs.length === 0 && limit === null;
  const directly =
    state.table !== null && extreme.operandAt !== undefined && state.table.at === extreme.operandAt + 1;
  if (state.howAdjective !== null && noRows) return number;
  if (outputs.length === 1 && outputs[0] === ranked && limit === null) return number;
  if (noRows && state.mode === 'how_much') return number;
  if (
    noRows &&
    grouped &&
    state.mode !== 'which' &&
    (bySaid ? !(state.table !== null && state.table.at < extreme.at) : state.table === null)
  )
    return number;
  if (noRowsOfOwn(outputs) && grouped && limit !== null && state.table === null) {
    // "population by country, top 3"
    const top = measure(groupFunction(state, extreme, ranked, bySaid), operand);
    return rankGroups(top, state.groups);
  }
  const before = state.table !== null && state.table.at < extreme.at;
  if (noRows && grouped && bySaid && !before) return number;
  if (noRows && state.table === null && state.mode !== 'list') return number;
  // "the highest weight among patients" asks for the number, "the heaviest patient" for the row.
  if (
    noRows &&
    bySaid &&
    !directly &&
    (state.mode === null || state.mode === 'which') &&
    state.table !== null &&
    state.table.at > extreme.at
  )
    return number;
  if (grouped && ranked === null) throw new ReadFailure('A ranking within groups is not understood yet.', []);
  const entity = outputs.find((column) => column.entity && !column.unique && column.category);
  if (limit !== null && entity !== undefined && outputs.length === 1 && !grouped) {
    const top = measure(groupFunction(state, extreme, ranked, bySaid), operand);
    state.penalty += top.fn === 'avg' ? 0.1 : 0;
    return rankGroups(top, [plainGroup(entity)]);
  }
  return {
    ...frame,
    task: 'extreme_rows',
    measures: [measure(extremeFn, operand)],
    outputs,
    order: { by: measure(extremeFn, operand), column: null, descending: sign === 1 },
    limit,
    sign,
  };
}

const noRowsOfOwn = (outputs: IndexedColumn[]): boolean => outputs.length === 0;

const isDay = (state: ReaderState, column: IndexedColumn): boolean =>
  column.joined === 'day' &&
  (state.index.byTable.get(column.table.name) ?? []).some((other) => other.joined === 'month');

/**
 * How a group is ranked by a column of its rows: a named column by its extreme row ("has the highest mass"), an
 * adjective alone by its average ("is the heaviest"), amounts by their sum ("has the most cases").
 */
function groupFunction(
  state: ReaderState,
  extreme: Extreme,
  ranked: IndexedColumn | null,
  bySaid: boolean,
): 'sum' | 'avg' | 'max' | 'min' {
  if (
    ranked !== null &&
    (additive.test(ranked.name) ||
      (/precip|rainfall/i.test(ranked.name) && state.groups.some((group) => group.grain !== null)) ||
      (state.operatorAt(extreme.at)?.op === 'most' && ranked.profile.type === 'integer'))
  )
    return 'sum';
  if ((bySaid || state.target?.identifier === true) && extreme.limit === null)
    return extreme.sign === 1 ? 'max' : 'min';
  return 'avg';
}
