import { type Condition, type Frame, type Measure, ReadFailure } from './frame.ts';
import { columnOperand, keyOf, labelsOf, mainDates, measure } from './reader.ts';
import { columnOfDimension } from './reader-conditions.ts';
import type { Bare, ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** Makes one frame of everything that was read, or says what is missing. */
export function finish(state: ReaderState): Frame {
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
  frame.conditions = state.conditions.map((item) => item.condition);
  if (state.overTime) addTimeGroup(state);
  if (state.mode === 'exists') return { ...frame, task: 'exists' };
  if (state.extreme !== null) return finishExtreme(state, frame);
  chooseTarget(state);
  if (state.having.length > 0) return finishHaving(state, frame);
  if (state.mode === 'when') return finishWhen(state, frame);
  if (state.measures.length > 0 || state.groups.length > 0) return finishMeasures(state, frame);
  return finishRows(state, frame);
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

function resolveLeftovers(state: ReaderState): void {
  if (state.howAdjective !== null) {
    const { dimensions } = state.howAdjective;
    if (state.extreme === null || state.extreme.dimensions.length === 0) {
      if (dimensions.length === 0)
        throw new ReadFailure('It is not clear which column is asked for.', ['how']);
      const column = columnOfDimension(state, dimensions, null, dimensions[0] as string);
      state.measures.push(measure('default', columnOperand(column)));
    }
  }
  for (const item of state.pending) {
    const bare = state.bare.findIndex((other) => other.column.numeric);
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

function finishPair(state: ReaderState, frame: Frame, task: 'correlation' | 'pairs'): Frame {
  const said = [
    ...state.bare.map((item) => item.column),
    ...state.measures.flatMap((item) => (item.operand?.kind === 'column' ? [item.operand.column] : [])),
  ];
  const numeric = [...new Set(said.filter((column) => column.numeric))];
  const groups = said.filter((column) => !column.numeric);
  for (const column of groups)
    if (!frame.groups.some((group) => group.column === column))
      frame.groups.push({ column, grain: null, part: null });
  if (numeric.length !== 2 || (groups.length > 0 && state.groups.length !== frame.groups.length))
    throw new ReadFailure(
      numeric.length > 2 ? 'A correlation is of two columns.' : 'A correlation needs two columns of numbers.',
      [],
      false,
    );
  if (groups.length > 0)
    throw new ReadFailure(`"${groups[0]?.name}" is not a column of numbers.`, [groups[0]?.name ?? '']);
  return {
    ...frame,
    task,
    outputs: numeric,
    conditions: state.conditions.map((item) => item.condition),
    measures: [],
  };
}

function finishDistribution(state: ReaderState, frame: Frame): Frame {
  const column =
    state.bare[0]?.column ??
    (state.measures[0]?.operand?.kind === 'column' ? state.measures[0].operand.column : null);
  const conditions = state.conditions.map((item) => item.condition);
  if (column === null) {
    if (state.groups.length > 0)
      return { ...frame, task: 'measure', measures: [measure('rows')], conditions };
    throw new ReadFailure('It is not clear of which column the distribution is asked.', ['distribution']);
  }
  if (state.bare.length > 1)
    throw new ReadFailure('A distribution is of one column.', [state.bare[1]?.column.name ?? '']);
  return { ...frame, task: 'distribution', measures: [], outputs: [column], conditions };
}

function finishDifference(state: ReaderState, frame: Frame): Frame {
  const task = state.mode === 'ratio' ? 'ratio' : 'difference';
  if (state.comparative !== null) {
    const { dimensions } = state.comparative;
    const bare = state.bare.shift();
    const column =
      dimensions.length > 0
        ? columnOfDimension(
            state,
            dimensions,
            bare === undefined ? null : [{ column: bare.column, score: 1, coverage: 1, typo: false }],
            dimensions[0] as string,
          )
        : bare?.column;
    if (column === undefined) throw new ReadFailure('It is not clear what is compared.', []);
    if (state.measures.length === 0) state.measures.push(measure('avg', columnOperand(column)));
  }
  const conditions = state.conditions.map((item) => item.condition);
  const place = conditions.findIndex(
    (item) => item.kind === 'equals' && item.values.length === 2 && !item.negated,
  );
  const numeric = state.bare.filter((item) => item.column.numeric && item.column.yes === null);
  if (place >= 0) {
    const pair = conditions[place] as Extract<Condition, { kind: 'equals' }>;
    const sides: [Condition, Condition] = [
      { ...pair, values: pair.values.slice(0, 1), joined: 'none' },
      { ...pair, values: pair.values.slice(1), joined: 'none' },
    ];
    if (state.measures.length === 0 && numeric.length === 1)
      state.measures.push(measure('avg', columnOperand((numeric[0] as Bare).column)));
    const counts = state.measures.length === 0 && task === 'ratio';
    if (state.measures.length === 0 && !counts)
      throw new ReadFailure('It is not clear what the difference is of.', ['difference']);
    const measures = counts ? [measure('rows')] : state.measures;
    return {
      ...frame,
      task,
      measures: fixDefaults(measures),
      sides,
      conditions: conditions.filter((_, index) => index !== place),
    };
  }
  const opposite = oppositePair(conditions);
  if (opposite !== null) {
    if (state.measures.length === 0 && numeric.length === 1)
      state.measures.push(measure('avg', columnOperand((numeric[0] as Bare).column)));
    if (state.measures.length === 0 && task === 'difference')
      throw new ReadFailure('It is not clear what the difference is of.', ['difference']);
    return {
      ...frame,
      task,
      measures: fixDefaults(state.measures.length > 0 ? state.measures : [measure('rows')]),
      sides: opposite,
      conditions: conditions.filter((item) => !opposite.includes(item)),
    };
  }
  const two =
    state.groups.length === 1
      ? state.groups[0]?.column
      : state.bare
          .filter((item) => !item.column.numeric || item.column.yes !== null)
          .map((item) => item.column)[0];
  if (two !== undefined && two.profile.distinct === 2 && two.values.length === 2) {
    const measures =
      state.measures.length > 0
        ? state.measures
        : numeric.length === 1
          ? [measure('avg', columnOperand((numeric[0] as Bare).column))]
          : [];
    if (measures.length > 0)
      return {
        ...frame,
        task: 'measure',
        groups: [{ column: two, grain: null, part: null }],
        measures: fixDefaults(measures),
        conditions,
      };
  }
  if (
    state.groups.length > 0 &&
    (state.measures.length > 0 || numeric.length === 1) &&
    state.measures.length + numeric.length === 1 &&
    task === 'difference'
  ) {
    const measures =
      state.measures.length > 0
        ? state.measures
        : [measure('avg', columnOperand((numeric[0] as Bare).column))];
    return { ...frame, task: 'measure', measures: fixDefaults(measures), conditions };
  }
  const operands = [
    ...state.measures.flatMap((item) => (item.operand === null ? [] : [item.operand])),
    ...numeric.map((item) => columnOperand(item.column)),
  ];
  const fns = new Set(state.measures.map((item) => item.fn));
  const [left, right] = operands;
  if (operands.length === 2 && left !== undefined && right !== undefined && fns.size <= 1) {
    const sign = task === 'ratio' ? '/' : '-';
    const fn = state.measures[0]?.fn ?? 'avg';
    if (state.measures.length === 0) state.penalty += 0.12;
    return {
      ...frame,
      task: 'measure',
      measures: [measure(fn === 'default' ? 'avg' : fn, { kind: 'arithmetic', sign, left, right })],
      conditions,
    };
  }
  throw new ReadFailure(`It is not clear what the ${task} is between.`, [task]);
}

/** `smokers and non-smokers`: two conditions that are each other's opposite. */
function oppositePair(conditions: Condition[]): [Condition, Condition] | null {
  for (const first of conditions)
    for (const second of conditions)
      if (
        first !== second &&
        first.kind === 'equals' &&
        second.kind === 'equals' &&
        first.column === second.column &&
        first.negated !== second.negated &&
        !first.negated
      )
        return conditions.indexOf(first) < conditions.indexOf(second) ? [first, second] : [second, first];
  return null;
}

function finishChange(state: ReaderState, frame: Frame): Frame {
  const conditions = state.conditions.map((item) => item.condition);
  const numeric = state.bare.filter((item) => item.column.numeric && !item.column.year);
  if (state.groups.some((group) => group.grain !== null || group.column.year || group.column.temporal)) {
    if (state.measures.length === 0 && numeric.length === 1)
      state.measures.push(measure('default', columnOperand((numeric[0] as Bare).column)));
    if (state.measures.length !== 1) throw new ReadFailure('It is not clear what changes.', ['change']);
    return { ...frame, task: 'change', measures: fixDefaults(state.measures), conditions };
  }
  const [first, second] = numeric;
  if (first !== undefined && second !== undefined && numeric.length === 2 && state.measures.length === 0) {
    state.penalty += 0.1;
    const operand = {
      kind: 'arithmetic',
      sign: '-',
      left: columnOperand(second.column),
      right: columnOperand(first.column),
    } as const;
    return { ...frame, task: 'measure', measures: [measure('avg', operand)], conditions };
  }
  const time = conditions.find((item) => item.kind === 'time');
  if (
    time?.kind === 'time' &&
    time.spec.kind === 'range' &&
    time.spec.years?.from != null &&
    time.spec.years.to !== null &&
    time.spec.years.from !== time.spec.years.to
  ) {
    if (state.measures.length === 0 && numeric.length === 1)
      state.measures.push(measure('default', columnOperand((numeric[0] as Bare).column)));
    if (state.measures.length !== 1) throw new ReadFailure('It is not clear what changes.', ['change']);
    const { from, to } = time.spec.years;
    const at = (year: number): Condition => ({
      ...time,
      spec: {
        kind: 'range',
        from: `${year}-01-01`,
        to: `${year + 1}-01-01`,
        years: { from: year, to: year },
        label: String(year),
      },
    });
    return {
      ...frame,
      task: 'difference',
      measures: fixDefaults(state.measures),
      sides: [at(to), at(from)],
      conditions: conditions.filter((item) => item !== time),
    };
  }
  throw new ReadFailure('It is not clear from when to when, or between what, the change is.', ['change']);
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

function fixDefaults(measures: Measure[]): Measure[] {
  return measures.map((item) =>
    item.fn === 'default' ? { ...item, fn: isAdditive(item) ? 'sum' : 'avg' } : item,
  );
}

const additive =
  /^(?:count|counts|cases|ncases|ncontrols|sales|revenue|amount|quantity|qty|total|deaths|births|units|visits|passengers)$|(?:_amount|_total|_count|_qty|_quantity)$/i;

function isAdditive(item: Measure): boolean {
  return item.operand?.kind === 'column' && additive.test(item.operand.column.name);
}

function finishMeasures(state: ReaderState, frame: Frame): Frame {
  const measures = frame.measures;
  for (const item of state.target === null
    ? state.bare
    : [{ at: -1, column: state.target, after: '' }, ...state.bare]) {
    const { column } = item;
    if (frame.groups.some((group) => group.column === column)) continue;
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
      state.mode === 'list' ||
      state.compareGroups ||
      ['by', 'each', 'across'].includes(item.after);
    if (!sure) state.penalty += 0.25;
    frame.groups.push({ column, grain: null, part: null });
  }
  if (measures.length === 0) measures.push(measure('rows'));
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

function finishExtreme(state: ReaderState, frame: Frame): Frame {
  const extreme = state.extreme as NonNullable<typeof state.extreme>;
  chooseTarget(state);
  if (state.having.length > 0)
    throw new ReadFailure('Two rankings in one question are not understood yet.', []);
  const limit = extreme.limit ?? null;
  const sign = extreme.sign;
  const rowNoun = state.table !== null && state.table.at > extreme.at;
  const counts = state.measures.filter((item) => item.fn === 'rows' || item.fn === 'distinct');
  if (
    extreme.operand === null &&
    extreme.dimensions.length === 0 &&
    state.measures.length === 0 &&
    !extreme.counting
  ) {
    const numeric = state.bare.findIndex(
      (item) => item.column.numeric && item.at > extreme.at && item.column.yes === null,
    );
    if (numeric >= 0) extreme.operand = columnOperand((state.bare.splice(numeric, 1)[0] as Bare).column);
  }
  if (
    extreme.counting ||
    counts.length > 0 ||
    (state.measures.length > 0 && extreme.operand === null && extreme.dimensions.length === 0)
  ) {
    let groups = [...state.groups];
    if (state.target !== null && !groups.some((group) => group.column === state.target))
      groups = [{ column: state.target, grain: null, part: null }, ...groups];
    if (groups.length === 0) {
      const candidates = state.bare.filter(
        (item) => item.column.category || !item.column.numeric || item.column.year,
      );
      groups = candidates.map((item) => ({ column: item.column, grain: null, part: null }));
      state.bare = state.bare.filter((item) => !candidates.includes(item));
    }
    if (state.bare.length > 0)
      throw new ReadFailure(`It is not clear what "${state.bare[0]?.column.name}" is for.`, [
        state.bare[0]?.column.name ?? '',
      ]);
    if (groups.length === 0 && state.index.tables.length > 1 && state.tables.length >= 1) {
      const entity = state.tables[0]?.name ?? '';
      groups = labelsOf(state, entity).map((column) => ({ column, grain: null, part: null }));
      if (state.tables.length > 1 && extreme.counting)
        counts.push({ ...measure('rows'), table: state.tables[1] ?? null });
    }
    if (groups.length === 0) throw new ReadFailure('It is not clear which groups are ranked.', []);
    const measures =
      counts.length > 0
        ? counts
        : state.measures.length > 0
          ? fixDefaults(state.measures)
          : [measure('rows')];
    const top = measures[0] as Measure;
    return {
      ...frame,
      task: 'extreme_groups',
      measures,
      groups,
      order: { by: top, column: null, descending: sign === 1 },
      limit,
      sign,
    };
  }
  if (extreme.operand === null && extreme.dimensions.length === 0) {
    if (limit !== null && state.table !== null && state.order === null) {
      state.penalty += 0.1;
      return { ...frame, task: 'list', outputs: state.bare.map((item) => item.column), limit };
    }
    if (limit !== null && state.order !== null)
      return {
        ...frame,
        task: 'list',
        outputs: state.bare.map((item) => item.column),
        order: orderOf(state, []),
        limit,
      };
    throw new ReadFailure('It is not clear by what to rank.', []);
  }
  const said = state.tokens
    .slice(state.atoms[extreme.at]?.from, state.atoms[extreme.at]?.to)
    .map((token) => token.text)
    .join(' ');
  const bySaid = extreme.operand !== null;
  const operand = extreme.operand ?? columnOperand(columnOfDimension(state, extreme.dimensions, null, said));
  const ranked = operand.kind === 'column' ? operand.column : null;
  const groupFn = sign === 1 ? 'max' : 'min';
  if (state.measures.some((item) => item.fn !== 'default'))
    throw new ReadFailure('An average of extremes is not understood yet.', []);
  if (state.target !== null && !state.target.unique && !rowNoun && state.target !== ranked) {
    const groups = [
      { column: state.target, grain: null, part: null },
      ...state.groups.filter((group) => group.column !== state.target),
    ];
    const fn =
      bySaid && limit === null
        ? groupFn
        : ranked !== null && additive.test(ranked.name)
          ? 'sum'
          : bySaid && limit !== null
            ? 'avg'
            : 'avg';
    if (fn === 'avg') state.penalty += 0.1;
    const top = measure(
      state.atoms[extreme.at]?.kind === 'operator' &&
        state.operatorAt(extreme.at)?.op === 'most' &&
        ranked !== null &&
        ranked.profile.type === 'integer'
        ? 'sum'
        : fn,
      operand,
    );
    return {
      ...frame,
      task: 'extreme_groups',
      measures: [top],
      groups,
      order: { by: top, column: null, descending: sign === 1 },
      limit,
      sign,
    };
  }
  const outputs = [
    ...(state.target === null ? [] : [state.target]),
    ...state.bare.map((item) => item.column),
  ];
  const scalar =
    state.howAdjective !== null ||
    (outputs.length === 0 &&
      state.table === null &&
      state.mode !== 'list' &&
      limit === null &&
      state.groups.length === 0) ||
    (outputs.length === 0 && state.mode === 'how_much');
  const ownMeasure = outputs.length === 1 && outputs[0] === ranked && state.groups.length === 0;
  if (scalar || ownMeasure || (outputs.length === 0 && bySaid && state.table === null && limit === null))
    return { ...frame, task: 'measure', measures: [measure(groupFn, operand)], groups: state.groups };
  if (
    state.groups.length > 0 &&
    outputs.length === 0 &&
    (bySaid || state.table !== null) &&
    limit === null &&
    state.mode !== 'which'
  )
    return { ...frame, task: 'measure', measures: [measure(groupFn, operand)], groups: state.groups };
  if (state.groups.length > 0) throw new ReadFailure('A ranking within groups is not understood yet.', []);
  if (
    outputs.length === 0 &&
    bySaid &&
    state.table !== null &&
    state.mode === 'which' &&
    state.table.at > extreme.at
  ) {
    // "what is the highest weight among patients" asks for the number.
    return { ...frame, task: 'measure', measures: [measure(groupFn, operand)] };
  }
  return {
    ...frame,
    task: 'extreme_rows',
    measures: [measure(groupFn, operand)],
    outputs,
    order: { by: measure(groupFn, operand), column: null, descending: sign === 1 },
    limit,
    sign,
  };
}

function finishRows(state: ReaderState, frame: Frame): Frame {
  const outputs = [
    ...(state.target === null ? [] : [state.target]),
    ...state.bare.map((item) => item.column),
  ];
  const listing = state.mode === 'list' || state.mode === 'which' || state.distinct;
  if (outputs.length === 0 && state.table === null && state.conditions.length === 0)
    throw new ReadFailure('There is nothing in it that these tables hold.', []);
  if (
    !listing ||
    (outputs.length >= 1 &&
      state.mode !== 'list' &&
      outputs.every((column) => column.numeric && column.yes === null && !column.category))
  ) {
    const numeric = outputs.filter((column) => column.numeric && !column.year);
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
    if (!listing) throw new ReadFailure('It is not clear what is asked: a count, an average, a list?', []);
  }
  const distinct =
    state.distinct ||
    (outputs.length > 0 &&
      state.table === null &&
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
