import { type Condition, type Frame, ReadFailure } from './frame.ts';
import { fixDefaults, measureOf } from './measure-defaults.ts';
import { columnOfDimension } from './reader-comparisons.ts';
import { columnOperand, grainGroup, measure } from './reader-parts.ts';
import type { Bare, ReaderState } from './reader-state.ts';

export function finishPair(state: ReaderState, frame: Frame, task: 'correlation' | 'pairs'): Frame {
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

export function finishDistribution(state: ReaderState, frame: Frame): Frame {
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

export function finishDifference(state: ReaderState, frame: Frame): Frame {
  const task = state.mode === 'ratio' ? 'ratio' : 'difference';
  if (state.comparative !== null && state.measures.length === 0) {
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
    if (state.measures.length === 0)
      state.measures.push(measure(state.comparativeFn ?? 'avg', columnOperand(column)));
  }
  const conditions = state.conditions.map((item) => item.condition);
  const counted = /\bhow many more\b/i.test(state.tokens.map((token) => token.lower).join(' '));
  const usual = counted ? 'sum' : 'avg';
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
      state.measures.push(measure(usual, columnOperand((numeric[0] as Bare).column)));
    const counts = state.measures.length === 0 && (task === 'ratio' || counted);
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
  const opposite = oppositePair(conditions) ?? twoPeriods(conditions);
  if (opposite !== null) {
    if (state.measures.length === 0 && numeric.length === 1)
      state.measures.push(measure(usual, columnOperand((numeric[0] as Bare).column)));
    if (state.measures.length === 0 && task === 'difference' && !counted)
      throw new ReadFailure('It is not clear what the difference is of.', ['difference']);
    return {
      ...frame,
      task,
      measures: fixDefaults(state.measures.length > 0 ? state.measures : [measure('rows')]),
      sides: opposite,
      conditions: conditions.filter(
        (item) => !opposite.includes(item) && !(item.kind === 'any' && item.items.includes(opposite[0])),
      ),
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

/** "In 2012 than in 2013": two times of one column. */
function twoPeriods(conditions: Condition[]): [Condition, Condition] | null {
  const both = conditions.find((item) => item.kind === 'any' && item.items.length === 2);
  if (both?.kind !== 'any') return null;
  const [first, second] = both.items;
  return first?.kind === 'time' && second?.kind === 'time' && first.spec.label !== second.spec.label
    ? [first, second]
    : null;
}

/** `smokers and non-smokers`: two conditions that are each other's opposite. */
export function oppositePair(conditions: Condition[]): [Condition, Condition] | null {
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

/** "Year over year" says from when to when. */
function steppedBy(state: ReaderState): 'year' | 'month' | null {
  const said = state.atoms
    .filter((atom) => atom.kind === 'operator' && atom.operator.op === 'change')
    .map((atom) => state.textOf(atom).toLowerCase());
  if (said.some((text) => /\byear\b.*\byear\b|^yoy\b|^(?:yearly|annual) change/.test(text))) return 'year';
  return said.some((text) => /\bmonth\b.*\bmonth\b|^mom\b|^monthly change/.test(text)) ? 'month' : null;
}

export function finishChange(state: ReaderState, frame: Frame): Frame {
  const conditions = state.conditions.map((item) => item.condition);
  const numeric = state.bare.filter((item) => item.column.numeric && !item.column.year);
  if (state.groups.some((group) => group.grain !== null || group.column.year || group.column.temporal)) {
    if (state.measures.length === 0 && numeric.length === 1)
      state.measures.push(measureOf(state, numeric[0] as Bare));
    if (state.measures.length !== 1) throw new ReadFailure('It is not clear what changes.', ['change']);
    return { ...frame, task: 'change', measures: fixDefaults(state.measures), conditions };
  }
  const grain = steppedBy(state);
  if (grain !== null) {
    const group = grainGroup(state, { op: 'grain', grain });
    if (group !== null) {
      state.groups.push(group);
      return finishChange(state, { ...frame, groups: state.groups });
    }
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
      state.measures.push(measureOf(state, numeric[0] as Bare));
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
