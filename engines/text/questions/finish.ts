import {
  finishChange,
  finishDifference,
  finishDistribution,
  finishPair,
  oppositePair,
} from './finish-comparisons.ts';
import { finishRanking } from './finish-ranking.ts';
import {
  type Condition,
  conditionColumns,
  type Frame,
  type Measure,
  operandColumns,
  ReadFailure,
} from './frame.ts';
import { isPlausibleRowNoun, rowNouns } from './lexicon/nouns.ts';
import { fixDefaults } from './measure-defaults.ts';
import { columnOperand, keyOf, mainDates, measure } from './reader.ts';
import { columnOfDimension } from './reader-conditions.ts';
import type { Bare, ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** Makes one frame of everything that was read, or says what is missing. */
export function finish(state: ReaderState): Frame {
  const frame = assembled(state);
  nothingDropped(state, frame);
  return frame;
}

/** Every column that was read must have a part in the answer; a condition is never lost on the way. */
function nothingDropped(state: ReaderState, frame: Frame): void {
  const measures = [
    ...frame.measures,
    ...frame.having.map((item) => item.measure),
    ...(frame.order?.by == null ? [] : [frame.order.by]),
  ];
  const conditions = [...frame.conditions, ...frame.numerator, ...(frame.sides ?? [])];
  const used = new Set<string>(
    [
      ...measures.flatMap((item) => (item.operand === null ? [] : operandColumns(item.operand))),
      ...conditions.flatMap(conditionColumns),
      ...frame.groups.map((group) => group.column),
      ...frame.outputs,
      ...(frame.target === null ? [] : [frame.target]),
      ...(frame.order?.column == null ? [] : [frame.order.column]),
    ].map((column) => column.name),
  );
  const lost = state.marks.find(
    (mark) => mark.column !== null && mark.role !== 'ignored' && !used.has(mark.column),
  );
  if (lost?.column != null && !state.skipped.has(lost.column))
    throw new ReadFailure(`It is not clear what "${lost.column}" is for.`, [lost.column]);
  const having = state.having.length > 0 && frame.having.length === 0;
  if (having) throw new ReadFailure('It is not clear what the comparison is about.', []);
}

function assembled(state: ReaderState): Frame {
  const frame = assemble(state);
  return frame.task === 'list' || frame.task === 'distinct' || frame.task === 'extreme_rows'
    ? withShown(state, frame)
    : addShown(state, frame);
}

/** Rows show what was asked for, in that order. */
function withShown(state: ReaderState, frame: Frame): Frame {
  const outputs = withNamedValues(frame.conditions, [...new Set([...frame.outputs, ...state.shown])]);
  return { ...frame, outputs: state.shown.length > 0 ? [...new Set([...state.shown, ...outputs])] : outputs };
}

function assemble(state: ReaderState): Frame {
  resolveLeftovers(state);
  const frame = emptyFrame(state);
  joinSameColumn(state);
  if (state.mode === 'share' || (state.rate && state.conditions.length > 0 && state.measures.length === 0))
    return finishShare(state, frame);
  if (state.mode === 'correlation') return finishPair(state, frame, 'correlation');
  if (state.mode === 'pairs') return finishPair(state, frame, 'pairs');
  if (state.mode === 'difference' || state.mode === 'ratio') return finishDifference(state, frame);
  if (state.mode === 'distribution') return finishDistribution(state, frame);
  if (state.mode === 'change' && !state.overTime) return finishChange(state, frame);
  frame.conditions = dropImplied(state.conditions.map((item) => item.condition));
  if (state.overTime) addTimeGroup(state);
  if (state.mode === 'exists') return { ...frame, task: 'exists' };
  chooseTarget(state);
  countEntities(state);
  rankByMaximum(state);
  if (state.extreme !== null) return finishRanking(state, frame);
  if (state.having.length > 0) return finishHaving(state, frame);
  if (state.mode === 'when') return finishWhen(state, frame);
  if (state.measures.length > 0 || state.groups.length > 0) return finishMeasures(state, frame);
  return finishRows(state, frame);
}

/** "Treated with a biologic drug" says of drugs more than that there is one. */
function dropImplied(conditions: Condition[]): Condition[] {
  return conditions.filter(
    (item) =>
      item.kind !== 'related' ||
      item.negated ||
      !conditions.some(
        (other) => other !== item && conditionColumns(other).some((column) => column.table === item.other),
      ),
  );
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

function emptyFrame(state: ReaderState): Frame {
  return {
    task: 'measure',
    table: state.table?.table ?? null,
    measures: state.measures,
    groups: state.groups,
    conditions: [],
    numerator: [],
    percent: state.percent,
    having: state.having,
    outputs: [],
    target: null,
    order: null,
    limit: null,
    sign: 1,
    sides: null,
    notes: state.notes,
    confidence: 1,
  };
}

/** "Which plant had the maximum uptake" ranks plants. */
function rankByMaximum(state: ReaderState): void {
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
function countEntities(state: ReaderState): void {
  const rows = state.measures.find((item) => item.fn === 'rows');
  if (rows === undefined || state.mode !== 'count') return;
  const place = state.bare.findIndex(
    (item) =>
      item.column.entity &&
      item.column !== state.target &&
      (item.column.identifier || isNounFor(state, item)),
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
  if (table === null || state.index.tables.length > 1) return;
  const atom = state.atoms[table.at];
  const stem = atom === undefined ? '' : (state.tokens[atom.from]?.stem ?? '');
  const named = entityNamed(state, stem);
  if (named !== null)
    Object.assign(rows, { fn: 'distinct', operand: columnOperand(named), table: named.table });
}

/** In a table of counts, "how many insects" adds the counts up. */
function countColumn(state: ReaderState): IndexedColumn | null {
  const noun = state.table;
  if (noun === null || state.index.tables.length > 1) return null;
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
function isNounFor(state: ReaderState, item: Bare): boolean {
  const atom = state.atoms[item.at];
  const token = atom === undefined ? undefined : state.tokens[atom.to - 1];
  return token !== undefined && token.lower !== token.stem && item.after !== 'by';
}

function resolveLeftovers(state: ReaderState): void {
  if (state.howAdjective !== null) {
    const { dimensions } = state.howAdjective;
    const ends = state.pending.filter((item) => item.fn === 'max' || item.fn === 'min');
    if (ends.length === 2 && state.measures.length === 0 && !state.bare.some((item) => item.column.numeric)) {
      const column = columnOfDimension(state, dimensions, null, dimensions[0] as string);
      for (const item of ends) state.measures.push(measure(item.fn, columnOperand(column)));
      state.pending = state.pending.filter((item) => !ends.includes(item));
    } else if (ends.length === 2) state.howAdjective = null;
    else if (state.extreme === null || state.extreme.dimensions.length === 0) {
      if (dimensions.length === 0)
        throw new ReadFailure('It is not clear which column is asked for.', ['how']);
      const column = columnOfDimension(state, dimensions, null, dimensions[0] as string);
      state.measures.push(measure('default', columnOperand(column)));
    }
  }
  for (const item of state.pending) {
    if (state.comparative !== null && state.measures.length === 0) {
      state.comparativeFn = item.fn;
      continue;
    }
    if (
      state.extreme !== null &&
      state.extreme.operand === null &&
      state.extreme.dimensions.length > 0 &&
      state.measures.length === 0 &&
      ['avg', 'median', 'sum'].includes(item.fn)
    ) {
      const said = state.textOf(state.atoms[state.extreme.at] as never);
      state.measures.push(
        measure(item.fn, columnOperand(columnOfDimension(state, state.extreme.dimensions, null, said))),
      );
      continue;
    }
    const bare = state.bare.findIndex(
      (other) => other.column.numeric && !other.column.year && !other.column.identifier,
    );
    if (bare >= 0 && state.extreme === null) {
      const [taken] = state.bare.splice(bare, 1);
      state.measures.push(measure(item.fn, columnOperand((taken as Bare).column), item.p));
    } else if (state.measures.some((other) => other.fn === 'default')) {
      for (const other of state.measures) if (other.fn === 'default') other.fn = item.fn;
    } else if (
      item.fn === 'sum' &&
      state.measures.some((other) => other.fn === 'rows' || other.fn === 'sum')
    ) {
      // "in total" beside a count says it again.
    } else if ((item.fn === 'max' || item.fn === 'min') && state.extreme !== null) {
      // "the highest maximum" says it twice.
    } else if (item.fn === 'mode' && state.bare.length === 1) {
      state.extreme = { sign: 1, dimensions: [], operand: null, limit: null, at: item.at, counting: true };
    } else if (item.fn === 'quartiles' && state.bare.length === 1) {
      state.measures.push(measure('quartiles', columnOperand((state.bare.shift() as Bare).column)));
    } else if (state.extreme?.operand != null) {
      state.measures.push(measure(item.fn, state.extreme.operand, item.p));
    } else
      throw new ReadFailure(`It is not clear of which column the ${words[item.fn] ?? item.fn} is asked.`, [
        words[item.fn] ?? item.fn,
      ]);
  }
  state.pending = [];
  if (state.missing !== null) {
    const bare = state.bare.pop();
    if (bare === undefined) throw new ReadFailure('It is not clear which column is missing.', ['missing']);
    state.conditions.push({
      condition: { kind: 'null', column: bare.column, negated: false },
      place: 'predicate',
    });
  }
  if (state.negate) throw new ReadFailure('It is not clear what "not" leaves out.', ['not']);
  if (state.top !== null && state.extreme === null)
    throw new ReadFailure(`I do not know what the number ${state.top} is for.`, [String(state.top)]);
}

const words: Record<string, string> = {
  avg: 'average',
  sum: 'sum',
  sd: 'standard deviation',
  min: 'minimum',
  max: 'maximum',
  median: 'median',
};

/** A time with both ends, so that two of them cannot hold at once. */
const closed = (condition: Condition): boolean =>
  condition.kind === 'time' &&
  (condition.spec.kind === 'part' || (condition.spec.from !== null && condition.spec.to !== null));

/** `A or B` of one column is one condition; `A and B` of one column splits the answer by it. */
function joinSameColumn(state: ReaderState): void {
  const merged: typeof state.conditions = [];
  for (const item of state.conditions) {
    const { condition } = item;
    const twin = merged.find(
      (other) =>
        other.condition.kind === 'equals' &&
        condition.kind === 'equals' &&
        other.condition.column === condition.column &&
        other.condition.negated === condition.negated,
    );
    if (
      twin?.condition.kind === 'equals' &&
      condition.kind === 'equals' &&
      !(state.mode === 'share' && twin.place !== item.place)
    ) {
      twin.condition.values = [...twin.condition.values, ...condition.values];
      if (twin.condition.joined !== 'or') twin.condition.joined = condition.joined === 'or' ? 'or' : 'and';
      continue;
    }
    const other =
      condition.kind === 'time'
        ? merged.find(
            (seen) =>
              seen.condition.kind === 'time' &&
              seen.condition.column === condition.column &&
              closed(seen.condition) &&
              closed(condition) &&
              seen.condition.negated === condition.negated,
          )
        : undefined;
    if (other !== undefined && !condition.kind.startsWith('any')) {
      // "in July and August" means either month.
      other.condition = { kind: 'any', items: [other.condition, condition] };
      state.penalty += 0.08;
      continue;
    }
    const before = merged.at(-1);
    if (
      condition.kind === 'equals' &&
      condition.joined === 'or' &&
      before !== undefined &&
      condition.values.length === 1 &&
      before.condition.kind !== 'equals'
    ) {
      merged[merged.length - 1] = {
        place: before.place,
        condition: { kind: 'any', items: [before.condition, condition] },
      };
      continue;
    }
    if (
      condition.kind === 'equals' &&
      condition.joined === 'or' &&
      condition.values.length === 1 &&
      before?.condition.kind === 'equals' &&
      before.condition.column !== condition.column
    ) {
      merged[merged.length - 1] = {
        place: before.place,
        condition: { kind: 'any', items: [before.condition, condition] },
      };
      continue;
    }
    merged.push(item);
  }
  state.conditions = merged;
}

/** Splits an answer by the values that were named with `and`, unless they are grouped by already. */
function splitByNamedValues(state: ReaderState, frame: Frame): void {
  for (const condition of frame.conditions) {
    if (condition.kind !== 'equals' || condition.values.length < 2 || condition.negated) continue;
    const split = condition.joined === 'and' || state.compareGroups || state.versus;
    if (split && !frame.groups.some((group) => group.column === condition.column))
      frame.groups.push({ column: condition.column, grain: null, part: null });
  }
}

/** `smokers and non-smokers` splits the answer by the column that says which is which. */
function splitByOpposites(state: ReaderState, frame: Frame): void {
  const pair = oppositePair(frame.conditions);
  if (pair === null || pair[0].kind !== 'equals') return;
  const { column } = pair[0];
  frame.conditions = frame.conditions.filter((item) => !pair.includes(item));
  if (!frame.groups.some((group) => group.column === column))
    frame.groups.push({ column, grain: null, part: null });
  state.notes.push(`split by ${column.name}`);
}

function finishShare(state: ReaderState, frame: Frame): Frame {
  const predicate = state.conditions.filter((item) => item.place === 'predicate');
  const noun = state.conditions.filter((item) => item.place === 'noun');
  const scope = state.conditions.filter((item) => item.place === 'scope');
  let numerator = predicate.length > 0 ? predicate : noun.length > 0 ? noun : scope;
  let base = predicate.length > 0 ? [...noun, ...scope] : noun.length > 0 ? scope : [];
  // "share of each species": groups and nothing to count among them.
  const bareGroups = state.bare.filter((item) => !item.column.numeric || item.column.category);
  if (
    numerator.length === scope.length &&
    predicate.length === 0 &&
    noun.length === 0 &&
    (state.groups.length > 0 || bareGroups.length > 0)
  ) {
    numerator = [];
    base = scope;
  }
  for (const item of state.bare) {
    if (item.column.numeric && !item.column.category)
      throw new ReadFailure(`It is not clear what share of "${item.column.name}" is asked.`, [
        item.column.name,
      ]);
    if (!frame.groups.some((group) => group.column === item.column))
      frame.groups.push({ column: item.column, grain: null, part: null });
  }
  if (numerator.length === 0 && frame.groups.length === 0)
    throw new ReadFailure('It is not clear which rows the share is of.', ['share']);
  if (state.measures.some((item) => item.fn !== 'rows' && item.fn !== 'distinct'))
    throw new ReadFailure('A share of a sum or an average is not understood yet.', ['share']);
  if (
    numerator.length === 1 &&
    numerator[0]?.condition.kind === 'equals' &&
    numerator[0].condition.joined === 'and' &&
    numerator[0].condition.values.length > 1
  ) {
    frame.groups.push({ column: numerator[0].condition.column, grain: null, part: null });
    state.penalty += 0.2;
    return {
      ...frame,
      task: 'share',
      measures: [],
      numerator: [],
      conditions: base.map((item) => item.condition),
    };
  }
  if (state.extreme !== null) {
    chooseTarget(state);
    const target = state.target ?? state.bare[0]?.column ?? null;
    if (target !== null && !frame.groups.some((group) => group.column === target))
      frame.groups.push({ column: target, grain: null, part: null });
    frame.groups = frame.groups.filter(
      (group, index) => frame.groups.findIndex((other) => other.column === group.column) === index,
    );
    return {
      ...frame,
      task: 'share',
      measures: [],
      numerator: numerator.map((item) => item.condition),
      conditions: base.map((item) => item.condition),
      order: { by: measure('share'), column: null, descending: state.extreme.sign === 1 },
      limit: state.extreme.limit ?? 1,
      sign: state.extreme.sign,
    };
  }
  return {
    ...frame,
    task: 'share',
    measures: [],
    numerator: numerator.map((item) => item.condition),
    conditions: base.map((item) => item.condition),
  };
}

function addTimeGroup(state: ReaderState): void {
  if (state.groups.some((group) => group.grain !== null || group.column.temporal || group.column.year))
    return;
  const columns = state.index.columns;
  const table = state.table?.table;
  const near = table === undefined ? columns : columns.filter((column) => column.table === table);
  const dates = mainDates(
    (near.some((column) => column.temporal) ? near : columns).filter((column) => column.temporal),
  );
  const date = dates[0];
  if (dates.length > 1)
    throw new ReadFailure(
      `There are several dates: ${dates
        .slice(0, 4)
        .map((column) => `"${column.name}"`)
        .join(', ')}; say which.`,
      ['over time'],
      true,
    );
  if (date !== undefined) {
    state.groups.unshift({ column: date, grain: naturalGrain(date), part: null });
    return;
  }
  const year = columns.find((column) => column.year);
  const named = ['time', 'timepoint', 'date']
    .map((name) => columns.find((column) => column.joined === name && column.numeric))
    .find((column) => column !== undefined);
  const other = ['day', 'days', 'week', 'weeks', 'month', 'visit', 'period', 'hour', 'age']
    .map((name) => columns.find((column) => column.joined === name))
    .find((column) => column !== undefined);
  const chosen =
    state.groups.length === 0 && year !== undefined && named !== undefined ? year : (year ?? named ?? other);
  if (chosen === undefined) throw new ReadFailure('No column holds a time.', ['over time']);
  state.groups.unshift({ column: chosen, grain: null, part: null });
}

export function naturalGrain(column: IndexedColumn): 'year' | 'month' | 'day' | 'hour' {
  const span = (Date.parse(String(column.profile.max)) - Date.parse(String(column.profile.min))) / 86_400_000;
  if (!Number.isFinite(span)) return 'month';
  if (span > 3650) return 'year';
  if (span > 92) return 'month';
  return span > 3 || column.profile.type === 'date' ? 'day' : 'hour';
}

/** What "which ..." asks for. */
function chooseTarget(state: ReaderState): void {
  if (state.target !== null || state.mode !== 'which') return;
  const first = state.bare[0];
  if (first === undefined) return;
  const { column } = first;
  const descriptive = !column.numeric || column.category || column.year || column.identifier;
  const before = state.extreme === null || first.at < state.extreme.at;
  if (descriptive && before && first.after === '' && (state.table === null || state.table.at > first.at)) {
    state.target = column;
    state.bare.shift();
  }
}

function finishMeasures(state: ReaderState, frame: Frame): Frame {
  const measures = frame.measures;
  for (const item of state.target === null
    ? state.bare
    : [{ at: -1, column: state.target, after: '' }, ...state.bare]) {
    const { column } = item;
    if (frame.groups.some((group) => group.column === column)) continue;
    if (item.at >= 0 && isRowNoun(state, item) && measures.length > 0) {
      state.penalty += 0.05;
      state.skipped.add(column.name);
      continue;
    }
    const first =
      measures.length === 0 ||
      measures.every((other) => other.operand === null && other.fn === 'rows' && false);
    if (first && column.numeric && !column.year && item.at >= 0) {
      measures.push(measure('default', columnOperand(column)));
      continue;
    }
    if (column.numeric && !column.category && !column.year)
      throw new ReadFailure(`It is not clear what "${column.name}" is for.`, [column.name]);
    const sure =
      item.at < 0 ||
      (item.after === 'between' && state.mode !== 'difference') ||
      state.mode === 'list' ||
      state.compareGroups ||
      ['by', 'each', 'across'].includes(item.after);
    if (!sure && column.numeric)
      throw new ReadFailure(`It is not clear what "${column.name}" is for.`, [column.name]);
    if (!sure) state.penalty += 0.25;
    frame.groups.push({ column, grain: null, part: null });
  }
  if (measures.length === 0) measures.push(measure('rows'));
  splitByOpposites(state, frame);
  splitByNamedValues(state, frame);
  if (measures.some((item) => item.fn === 'default') && measures.every((item) => item.operand !== null)) {
    state.penalty += 0.1;
    const pinned = frame.groups.length === 0 && pinsOneRow(frame.conditions);
    if (pinned)
      return {
        ...frame,
        task: 'list',
        measures: [],
        outputs: measures.flatMap((item) => (item.operand?.kind === 'column' ? [item.operand.column] : [])),
      };
  }
  const fixed = fixDefaults(measures);
  return { ...frame, task: 'measure', measures: fixed, order: orderOf(state, fixed) };
}

/** `Quebec plants`, `of plants`: the column's name said as what the rows are, not to group by. */
function isRowNoun(state: ReaderState, item: Bare): boolean {
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

function orderOf(state: ReaderState, measures: Measure[]): Frame['order'] {
  if (state.order === null && state.direction === null) return null;
  const descending = state.direction ?? state.order?.descending ?? null;
  if (state.order?.measure != null)
    return { by: state.order.measure, column: null, descending: descending ?? false };
  if (state.order?.column != null) {
    const { column } = state.order;
    const same = measures.find((item) => item.operand?.kind === 'column' && item.operand.column === column);
    if (same !== undefined) return { by: same, column: null, descending: descending ?? false };
    return { by: null, column, descending: descending ?? false };
  }
  return { by: measures[0] ?? null, column: null, descending: descending ?? true };
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

/** True when the conditions name one row: a value of a column without repeats. */
function pinsOneRow(conditions: Condition[]): boolean {
  if (
    conditions.some(
      (item) => item.kind === 'equals' && !item.negated && item.values.length === 1 && item.column.unique,
    )
  )
    return true;
  const named = conditions.some(
    (item) => item.kind === 'equals' && !item.negated && item.column.profile.type === 'text',
  );
  const timed = conditions.some(
    (item) =>
      (item.kind === 'time' &&
        item.spec.kind === 'range' &&
        item.spec.years?.from !== null &&
        item.spec.years?.from === item.spec.years?.to &&
        item.column.year) ||
      (item.kind === 'equals' && item.column.year && item.values.length === 1),
  );
  return named && timed;
}

function finishHaving(state: ReaderState, frame: Frame): Frame {
  const target =
    state.target ?? state.bare.find((item) => item.column.category || !item.column.numeric)?.column ?? null;
  const counted = state.measures.find((item) => item.fn === 'distinct' && item.operand?.kind === 'column');
  if (counted?.operand?.kind === 'column') {
    const { column } = counted.operand;
    return {
      ...frame,
      task: 'group_count',
      target: column,
      groups: [{ column, grain: null, part: null }],
      measures: [],
      conditions: frame.conditions,
    };
  }
  if (target !== null && !frame.groups.some((group) => group.column === target))
    frame.groups.unshift({ column: target, grain: null, part: null });
  if (frame.groups.length === 0)
    throw new ReadFailure('It is not clear which groups the comparison is about.', []);
  const measures =
    state.measures.filter((item) => item.fn !== 'default').length > 0
      ? fixDefaults(state.measures)
      : state.having.map((item) => item.measure);
  return { ...frame, task: 'measure', measures, target, order: orderOf(state, measures) };
}

function finishWhen(state: ReaderState, frame: Frame): Frame {
  const dates = mainDates(state.index.columns.filter((column) => column.temporal || column.year));
  const date = dates[0];
  if (date === undefined || dates.length > 1)
    throw new ReadFailure('It is not clear which date is asked for.', ['when']);
  return { ...frame, task: 'list', outputs: [date, ...state.bare.map((item) => item.column)], measures: [] };
}

function finishRows(state: ReaderState, frame: Frame): Frame {
  const outputs = [
    ...(state.target === null ? [] : [state.target]),
    ...state.bare.map((item) => item.column),
  ];
  const phrase =
    state.mode === null &&
    outputs.length > 0 &&
    outputs.every((column) => !column.numeric || column.identifier) &&
    state.conditions.length > 0;
  if (phrase) state.penalty += 0.05;
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
    const numeric = outputs.filter((column) => column.numeric && !column.year);
    if (numeric.length > 1 && numeric.length === outputs.length && pinsOneRow(frame.conditions))
      return { ...frame, task: 'list', outputs };
    if (numeric.length === 1 && outputs.length === 1 && !state.distinct) {
      if (pinsOneRow(frame.conditions)) return { ...frame, task: 'list', outputs };
      const split = {
        ...frame,
        task: 'measure' as const,
        measures: fixDefaults([measure('default', columnOperand(numeric[0] as IndexedColumn))]),
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
      outputs.every((column) => column.category || (column.profile.type === 'text' && !column.unique)));
  const target = state.target !== null && state.mode === 'which';
  return {
    ...frame,
    task: distinct || (target && outputs.length === 1) ? 'distinct' : 'list',
    outputs,
    order: orderOf(state, []),
    limit: state.top,
  };
}

export { keyOf };
