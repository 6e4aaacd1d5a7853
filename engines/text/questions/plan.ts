import {
  aggregate,
  and,
  column as columnNode,
  type Expression,
  emptyQuery,
  type Literal,
  or,
  type QueryExpression,
  type Selected,
} from './expression.ts';
import {
  type Condition,
  conditionColumns,
  type Frame,
  type Group,
  type Measure,
  type Operand,
  operandColumns,
  operandExpression,
  ReadFailure,
} from './frame.ts';
import { type JoinPlan, joinTables } from './joins.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { AnswerColumn, AnswerShape, QuestionTable } from './types.ts';

export interface Planned {
  query: QueryExpression;
  shape: AnswerShape;
  tables: string[];
}

export const nameOf = (name: string): string =>
  name
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, '_')
    .toLowerCase()
    .replace(/[([].*?[)\]]/g, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '') || 'value';

const prefixes: Record<string, string> = {
  avg: 'average',
  sum: 'total',
  median: 'median',
  min: 'minimum',
  max: 'maximum',
  sd: 'sd',
  variance: 'variance',
  range: 'range',
  iqr: 'iqr',
};
const titles: Record<string, string> = {
  avg: 'Average',
  sum: 'Total',
  median: 'Median',
  min: 'Minimum',
  max: 'Maximum',
  sd: 'Standard deviation',
  variance: 'Variance',
  range: 'Range',
  iqr: 'Interquartile range',
};

const signNames = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'per' } as const;
export function operandName(operand: Operand): string {
  return operand.kind === 'column'
    ? nameOf(operand.column.name)
    : `${operandName(operand.left)}_${signNames[operand.sign]}_${operandName(operand.right)}`;
}
export function operandTitle(operand: Operand): string {
  return operand.kind === 'column'
    ? operand.column.name
    : `${operandTitle(operand.left)} ${operand.sign} ${operandTitle(operand.right)}`;
}

const unitOf = (operand: Operand | null): string | null =>
  operand?.kind === 'column' ? operand.column.unit : null;

interface Named {
  expression: Expression;
  alias: string;
  title: string;
  unit: string | null;
}

/** The expressions of a measure: one for most, several for a summary. */
function measureColumns(item: Measure, plan: JoinPlan): Named[] {
  if (item.fn === 'rows') {
    const key = plan.countKey(item.table);
    return [
      {
        expression:
          key === null
            ? aggregate('count', [])
            : aggregate('count', [columnNode(key.table.name, key.name)], { distinct: true }),
        alias: 'count',
        title: 'Count',
        unit: null,
      },
    ];
  }
  const operand = item.operand as Operand;
  const value = operandExpression(operand);
  const name = operandName(operand);
  const title = operandTitle(operand);
  const unit = unitOf(operand);
  const one = (fn: Parameters<typeof aggregate>[0], p?: number): Expression =>
    aggregate(fn, [value], p === undefined ? {} : { p });
  switch (item.fn) {
    case 'distinct':
      return [
        {
          expression: aggregate('count', [value], { distinct: true }),
          alias: 'count',
          title: `Different ${title}`,
          unit: null,
        },
      ];
    case 'range':
      return [
        { expression: one('min'), alias: `minimum_${name}`, title: `Minimum of ${title}`, unit },
        { expression: one('max'), alias: `maximum_${name}`, title: `Maximum of ${title}`, unit },
        {
          expression: { node: 'arithmetic', op: '-', left: one('max'), right: one('min') },
          alias: `range_${name}`,
          title: `Range of ${title}`,
          unit,
        },
      ];
    case 'iqr':
      return [
        {
          expression: {
            node: 'arithmetic',
            op: '-',
            left: one('quantile', 0.75),
            right: one('quantile', 0.25),
          },
          alias: `iqr_${name}`,
          title: `Interquartile range of ${title}`,
          unit,
        },
      ];
    case 'quartiles':
      return [
        { expression: aggregate('count', [value]), alias: 'count', title: 'Count', unit: null },
        { expression: one('avg'), alias: `average_${name}`, title: `Average of ${title}`, unit },
        { expression: one('sd'), alias: `sd_${name}`, title: `Standard deviation of ${title}`, unit },
        { expression: one('min'), alias: `minimum_${name}`, title: `Minimum of ${title}`, unit },
        { expression: one('quantile', 0.25), alias: `q1_${name}`, title: `First quartile of ${title}`, unit },
        { expression: one('median'), alias: `median_${name}`, title: `Median of ${title}`, unit },
        { expression: one('quantile', 0.75), alias: `q3_${name}`, title: `Third quartile of ${title}`, unit },
        { expression: one('max'), alias: `maximum_${name}`, title: `Maximum of ${title}`, unit },
      ];
    case 'quantile': {
      const p = item.p ?? 0.5;
      return [
        {
          expression: one('quantile', p),
          alias: `p${String(Math.round(p * 1000) / 10).replace('.', '_')}_${name}`,
          title: `${Math.round(p * 1000) / 10}th percentile of ${title}`,
          unit,
        },
      ];
    }
    case 'avg':
    case 'default':
      return [{ expression: one('avg'), alias: `average_${name}`, title: `Average of ${title}`, unit }];
    case 'sum':
    case 'median':
    case 'min':
    case 'max':
    case 'sd':
    case 'variance':
      return [
        {
          expression: one(item.fn),
          alias: `${prefixes[item.fn]}_${name}`,
          title: `${titles[item.fn]} of ${title}`,
          unit: item.fn === 'variance' ? null : unit,
        },
      ];
    default:
      throw new ReadFailure(`A ${item.fn} cannot be asked there.`, []);
  }
}

function timeCondition(condition: Extract<Condition, { kind: 'time' }>): Expression {
  const { column, spec } = condition;
  const value = columnNode(column.table.name, column.name);
  if (spec.kind === 'part') {
    const target: Expression = column.temporal ? { node: 'part', part: spec.part, value } : value;
    const literals = spec.values.map((number): Literal => ({ node: 'number', value: number }));
    if (column.profile.type === 'text') {
      const stored = column.values.find((item) =>
        item.toLowerCase().startsWith(spec.label.toLowerCase().slice(0, 3)),
      );
      if (stored === undefined)
        throw new ReadFailure(`No value of "${column.name}" is ${spec.label}.`, [spec.label]);
      return {
        node: 'compare',
        op: condition.negated ? '<>' : '=',
        left: value,
        right: { node: 'text', value: stored },
      };
    }
    if (literals.length === 1)
      return {
        node: 'compare',
        op: condition.negated ? '<>' : '=',
        left: target,
        right: literals[0] as Literal,
      };
    return { node: 'in', value: target, options: literals, negated: condition.negated };
  }
  const parts: Expression[] = [];
  if (column.temporal) {
    if (spec.from !== null)
      parts.push({ node: 'compare', op: '>=', left: value, right: { node: 'date', value: spec.from } });
    if (spec.to !== null)
      parts.push({ node: 'compare', op: '<', left: value, right: { node: 'date', value: spec.to } });
  } else {
    if (spec.years === null)
      throw new ReadFailure(`The column "${column.name}" holds years, not dates.`, [spec.label]);
    const { from, to } = spec.years;
    if (from !== null && from === to)
      parts.push({ node: 'compare', op: '=', left: value, right: { node: 'number', value: from } });
    else {
      if (from !== null)
        parts.push({ node: 'compare', op: '>=', left: value, right: { node: 'number', value: from } });
      if (to !== null)
        parts.push({ node: 'compare', op: '<=', left: value, right: { node: 'number', value: to } });
    }
  }
  const joined = and(parts) as Expression;
  return condition.negated ? { node: 'not', value: joined } : joined;
}

export function conditionExpression(condition: Condition, plan: JoinPlan): Expression {
  switch (condition.kind) {
    case 'equals': {
      const value = columnNode(condition.column.table.name, condition.column.name);
      const first = condition.values[0] as Literal;
      if (condition.values.length > 1)
        return { node: 'in', value, options: condition.values, negated: condition.negated };
      if (first.node === 'boolean') return first.value === condition.negated ? { node: 'not', value } : value;
      return { node: 'compare', op: condition.negated ? '<>' : '=', left: value, right: first };
    }
    case 'compare': {
      const right: Expression =
        typeof condition.value === 'number'
          ? { node: 'number', value: condition.value }
          : operandExpression(condition.value);
      const compared: Expression = {
        node: 'compare',
        op: condition.cmp,
        left: operandExpression(condition.operand),
        right,
      };
      return condition.negated ? { node: 'not', value: compared } : compared;
    }
    case 'between': {
      const left = operandExpression(condition.operand);
      const both: Expression = {
        node: 'and',
        items: [
          { node: 'compare', op: '>=', left, right: { node: 'number', value: condition.low } },
          { node: 'compare', op: '<=', left, right: { node: 'number', value: condition.high } },
        ],
      };
      return condition.negated ? { node: 'not', value: both } : both;
    }
    case 'relative': {
      const { column } = condition;
      const value = columnNode(column.table.name, column.name);
      const inner = {
        ...emptyQuery(column.table.name),
        select: [{ expression: aggregate('avg', [value]), alias: 'average' }],
      };
      return { node: 'compare', op: condition.cmp, left: value, right: { node: 'scalar', query: inner } };
    }
    case 'null':
      return {
        node: 'null',
        value: columnNode(condition.column.table.name, condition.column.name),
        negated: condition.negated,
      };
    case 'match': {
      const value = columnNode(condition.column.table.name, condition.column.name);
      const items = condition.texts.map(
        (text): Expression => ({
          node: 'match',
          how: condition.how,
          value,
          text,
          negated: condition.negated,
        }),
      );
      return (condition.negated ? and(items) : or(items)) as Expression;
    }
    case 'time':
      return timeCondition(condition);
    case 'related':
      return plan.related(condition.table, condition.other, condition.negated);
    case 'any':
      return or(condition.items.map((item) => conditionExpression(item, plan))) as Expression;
  }
}

function groupColumn(group: Group): Named & { temporal: boolean } {
  const value = columnNode(group.column.table.name, group.column.name);
  const base = { title: group.column.name, unit: group.column.unit };
  if (group.grain !== null && group.column.temporal) {
    const text = group.column.profile.type === 'timestamp' || group.grain !== 'day';
    return {
      ...base,
      expression: text ? { node: 'trunc', grain: group.grain, value } : value,
      alias: group.grain,
      title: group.grain[0]?.toUpperCase() + group.grain.slice(1),
      temporal: true,
    };
  }
  if (group.part !== null && group.column.temporal)
    return {
      ...base,
      expression: { node: 'part', part: group.part, value },
      alias: group.part,
      title: group.part.replaceAll('_', ' '),
      temporal: false,
    };
  return {
    ...base,
    expression: value,
    alias: group.column.name,
    temporal: group.column.temporal || group.column.year,
  };
}

const answerColumn = (named: Named, role: AnswerColumn['role'], temporal = false): AnswerColumn => ({
  alias: named.alias,
  role,
  title: named.title,
  unit: named.unit,
  temporal,
});

const selected = (named: Named): Selected => ({ expression: named.expression, alias: named.alias });

/** Gives every selected column an alias of its own. */
function separate(items: Named[]): void {
  const seen = new Set<string>();
  for (const item of items) {
    let alias = item.alias;
    for (let count = 2; seen.has(alias.toLowerCase()); count += 1) alias = `${item.alias}_${count}`;
    item.alias = alias;
    seen.add(alias.toLowerCase());
  }
}

function columnsOf(frame: Frame): IndexedColumn[] {
  const measures = [
    ...frame.measures,
    ...frame.having.map((item) => item.measure),
    ...(frame.order?.by == null ? [] : [frame.order.by]),
  ];
  return [
    ...measures.flatMap((item) => (item.operand === null ? [] : operandColumns(item.operand))),
    ...frame.outputs,
    ...frame.groups.map((group) => group.column),
    ...(frame.order?.column == null ? [] : [frame.order.column]),
  ];
}

/** From what the question means to the query that answers it. */
export function plan(frame: Frame, index: PreparedTables): Planned {
  const conditions = [...frame.conditions, ...frame.numerator, ...(frame.sides ?? [])];
  const joins = joinTables(frame, columnsOf(frame), conditions.flatMap(conditionColumns), index);
  const query: QueryExpression = { ...emptyQuery(joins.base.name), joins: joins.joins };
  query.where = and([
    ...joins.plain(frame.conditions).map((item) => conditionExpression(item, joins)),
    ...joins.semijoins(frame.conditions, (item) => conditionExpression(item, joins)),
  ]);
  const built = build(frame, query, joins);
  const tables = [...new Set([joins.base.name, ...joins.joins.map((join) => join.table), ...joins.others])];
  return { ...built, tables };
}

function shapeOf(
  kind: AnswerShape['kind'],
  columns: AnswerColumn[],
  frame: Frame,
  title: string,
): AnswerShape {
  const measured = frame.measures.flatMap((item) =>
    item.operand === null ? [] : operandColumns(item.operand),
  );
  return {
    kind,
    columns,
    measured: [...new Set(measured)].map((column) => ({
      table: column.table.name,
      column: column.name,
      missing: column.profile.nulls,
    })),
    filtered: frame.conditions.length > 0,
    title,
  };
}

type Built = Omit<Planned, 'tables'>;

function build(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  switch (frame.task) {
    case 'measure':
    case 'extreme_groups':
      return buildMeasures(frame, query, joins);
    case 'share':
      return buildShare(frame, query, joins);
    case 'list':
    case 'extreme_rows':
      return buildRows(frame, query, joins);
    case 'distinct':
      return buildDistinct(frame, query);
    case 'correlation':
      return buildCorrelation(frame, query);
    case 'pairs':
      return buildRows(frame, query, joins);
    case 'distribution':
      return buildDistribution(frame, query);
    case 'difference':
    case 'ratio':
      return buildDifference(frame, query, joins);
    case 'change':
      return buildChange(frame, query, joins);
    case 'exists':
      return buildExists(frame, query);
    case 'group_count':
      return buildGroupCount(frame, query, joins);
  }
}

const sameMeasure = (a: Measure, b: Measure): boolean =>
  a.fn === b.fn &&
  a.p === b.p &&
  (a.operand === null
    ? b.operand === null
    : b.operand !== null && operandName(a.operand) === operandName(b.operand));

function buildMeasures(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const groups = frame.groups.map(groupColumn);
  const measures = frame.measures.flatMap((item) => measureColumns(item, joins));
  separate([...groups, ...measures]);
  query.select = [...groups, ...measures].map(selected);
  query.groupBy = groups.map((group) => group.expression);
  query.having = havingOf(frame, joins);
  const first = measures[0] as Named;
  const title = `${measures.map((item) => item.title).join(', ')}${groups.length > 0 ? ` by ${groups.map((group) => group.title).join(' and ')}` : ''}`;
  const columns = [
    ...groups.map((group) => answerColumn(group, 'group', group.temporal)),
    ...measures.map((item) => answerColumn(item, 'measure')),
  ];
  if (groups.length === 0) return { query, shape: shapeOf('number', columns, frame, title) };
  const by = frame.order?.by ?? null;
  const place = by === null ? -1 : frame.measures.findIndex((item) => sameMeasure(item, by));
  const ordered =
    by === null ? null : place >= 0 ? (measures[place] ?? first) : (measureColumns(by, joins)[0] as Named);
  const orderExpression =
    ordered === null
      ? null
      : measures.includes(ordered)
        ? ({ node: 'alias', name: ordered.alias } as Expression)
        : ordered.expression;
  if (orderExpression !== null)
    query.orderBy.push({
      expression:
        frame.task === 'extreme_groups' && frame.limit === null
          ? (ordered as Named).expression
          : orderExpression,
      descending: frame.order?.descending ?? true,
    });
  if (frame.order?.column != null)
    query.orderBy.push({
      expression: columnNode(frame.order.column.table.name, frame.order.column.name),
      descending: frame.order.descending,
    });
  for (const group of groups)
    if (!query.orderBy.some((item) => item.expression === group.expression))
      query.orderBy.push({ expression: group.expression, descending: false });
  if (frame.task === 'extreme_groups') {
    query.limit =
      frame.limit === null ? { count: 1, withTies: true } : { count: frame.limit, withTies: false };
    const missing = groups
      .map((group): Expression => ({ node: 'null', value: group.expression, negated: true }))
      .filter((_, place2) => (frame.groups[place2]?.column.profile.nulls ?? 0) > 0);
    query.where = and([
      ...(query.where === null ? [] : query.where.node === 'and' ? query.where.items : [query.where]),
      ...missing,
    ]);
  } else if (frame.limit !== null) query.limit = { count: frame.limit, withTies: false };
  const series = frame.groups.length >= 1 && groups.some((group) => group.temporal);
  return { query, shape: shapeOf(series ? 'series' : 'groups', columns, frame, title) };
}

function havingOf(frame: Frame, joins: JoinPlan): Expression | null {
  return and(
    frame.having.flatMap((item) => {
      const { expression } = measureColumns(item.measure, joins)[0] as Named;
      const low: Expression = {
        node: 'compare',
        op: item.cmp,
        left: expression,
        right: { node: 'number', value: item.value },
      };
      return item.high === null
        ? [low]
        : [
            low,
            {
              node: 'compare',
              op: '<=' as const,
              left: expression,
              right: { node: 'number' as const, value: item.high },
            },
          ];
    }),
  );
}

function buildShare(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const groups = frame.groups.map(groupColumn);
  const scale = (expression: Expression): Expression =>
    frame.percent
      ? { node: 'arithmetic', op: '*', left: { node: 'number', value: 100 }, right: expression }
      : expression;
  const alias = frame.percent ? 'percentage' : 'share';
  const unit = frame.percent ? '%' : null;
  const title = frame.percent ? 'Percentage' : 'Share';
  let measures: Named[];
  if (frame.numerator.length === 0) {
    const count = measureColumns(
      { fn: 'rows', operand: null, p: null, table: frame.table },
      joins,
    )[0] as Named;
    measures = [
      count,
      { expression: scale({ node: 'share_of_total', value: count.expression }), alias, title, unit },
    ];
  } else {
    const when = and(frame.numerator.map((item) => conditionExpression(item, joins))) as Expression;
    const flag: Expression = {
      node: 'if',
      when,
      yields: { node: 'number', value: 1 },
      otherwise: { node: 'number', value: 0 },
    };
    measures = [{ expression: scale(aggregate('avg', [flag])), alias, title, unit }];
  }
  separate([...groups, ...measures]);
  query.select = [...groups, ...measures].map(selected);
  query.groupBy = groups.map((group) => group.expression);
  const last = measures.at(-1) as Named;
  if (frame.order !== null)
    query.orderBy.push({
      expression: (frame.numerator.length === 0 ? (measures[0] as Named) : last).expression,
      descending: frame.order.descending,
    });
  query.orderBy.push(...groups.map((group) => ({ expression: group.expression, descending: false })));
  if (frame.limit !== null) query.limit = { count: frame.limit, withTies: frame.limit === 1 };
  const columns = [
    ...groups.map((group) => answerColumn(group, 'group', group.temporal)),
    ...measures.map((item) => answerColumn(item, 'measure')),
  ];
  if (frame.numerator.length === 0)
    columns.splice(groups.length, 1, { ...(columns[groups.length] as AnswerColumn), role: 'label' });
  return {
    query,
    shape: shapeOf(
      groups.length === 0 ? 'number' : 'groups',
      columns,
      frame,
      `${title}${groups.length > 0 ? ` by ${groups.map((group) => group.title).join(' and ')}` : ''}`,
    ),
  };
}

const mostRows = 1000;

function plainColumn(column: IndexedColumn): Named {
  return {
    expression: columnNode(column.table.name, column.name),
    alias: column.name,
    title: column.name,
    unit: column.unit,
  };
}

function buildRows(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const operand = frame.measures[0]?.operand ?? null;
  const ranked = frame.task === 'extreme_rows' && operand !== null ? operandColumns(operand) : [];
  let shown = [...frame.outputs];
  const whole = shown.length === 0;
  if (whole) shown = wholeRow(joins.base, frame, joins);
  for (const column of ranked) if (!shown.includes(column)) shown.push(column);
  const items = shown.map(plainColumn);
  if (operand !== null && operand.kind !== 'column')
    items.push({
      expression: operandExpression(operand),
      alias: operandName(operand),
      title: operandTitle(operand),
      unit: null,
    });
  separate(items);
  query.select = items.map(selected);
  const columns = items.map((item, place) =>
    answerColumn(
      item,
      ranked.includes(shown[place] as IndexedColumn) || frame.task === 'pairs' ? 'measure' : 'label',
      shown[place]?.temporal ?? false,
    ),
  );
  if (frame.task === 'extreme_rows' && operand !== null) {
    const value = operandExpression(operand);
    const parts = query.where === null ? [] : query.where.node === 'and' ? query.where.items : [query.where];
    query.where = and([...parts, { node: 'null', value, negated: true }]);
    query.orderBy = [{ expression: value, descending: frame.sign === 1 }, ...tieBreak(items, value)];
    query.limit =
      frame.limit === null ? { count: 1, withTies: true } : { count: frame.limit, withTies: false };
    return {
      query,
      shape: shapeOf(
        'rows',
        columns,
        frame,
        `${frame.sign === 1 ? 'Highest' : 'Lowest'} ${operandTitle(operand)}`,
      ),
    };
  }
  if (frame.order?.column != null)
    query.orderBy = [
      {
        expression: columnNode(frame.order.column.table.name, frame.order.column.name),
        descending: frame.order.descending,
      },
    ];
  query.orderBy.push(...tieBreak(items, query.orderBy[0]?.expression ?? null));
  query.limit = { count: frame.limit ?? mostRows, withTies: false };
  return {
    query,
    shape: shapeOf(
      frame.task === 'pairs' ? 'pairs' : 'rows',
      columns,
      frame,
      items
        .slice(0, 3)
        .map((item) => item.title)
        .join(', '),
    ),
  };
}

function tieBreak(items: Named[], first: Expression | null) {
  const key = JSON.stringify(first);
  return items
    .filter((item) => JSON.stringify(item.expression) !== key)
    .slice(0, 6)
    .map((item) => ({ expression: item.expression, descending: false }));
}

/** The columns by which a row is recognised, then the rest. */
function wholeRow(table: QuestionTable, frame: Frame, joins: JoinPlan): IndexedColumn[] {
  const columns = joins.columnsOf(table);
  const labels = columns.filter(
    (column) => column.unique && (column.profile.type === 'text' || column.identifier),
  );
  const about = [...frame.conditions.flatMap(conditionColumns), ...columnsOf(frame)].filter(
    (column) => column.table === table,
  );
  if (labels.length > 0 && frame.task === 'extreme_rows')
    return [...new Set([...labels.slice(0, 2), ...about.filter((column) => !column.numeric)])];
  return [...new Set([...labels, ...columns])].slice(0, 60);
}

function buildDistinct(frame: Frame, query: QueryExpression): Built {
  const items = frame.outputs.map(plainColumn);
  separate(items);
  query.select = items.map(selected);
  query.distinct = true;
  const nulls = frame.outputs
    .filter((column) => column.profile.nulls > 0)
    .map(
      (column): Expression => ({
        node: 'null',
        value: columnNode(column.table.name, column.name),
        negated: true,
      }),
    );
  query.where = and([
    ...(query.where === null ? [] : query.where.node === 'and' ? query.where.items : [query.where]),
    ...nulls,
  ]);
  query.orderBy = items.map((item) => ({
    expression: item.expression,
    descending: frame.order?.descending ?? false,
  }));
  query.limit = { count: frame.limit ?? mostRows, withTies: false };
  return {
    query,
    shape: shapeOf(
      'values',
      items.map((item) => answerColumn(item, 'label')),
      frame,
      `Different ${items.map((item) => item.title).join(', ')}`,
    ),
  };
}

function buildCorrelation(frame: Frame, query: QueryExpression): Built {
  const [x, y] = frame.outputs as [IndexedColumn, IndexedColumn];
  const groups = frame.groups.map(groupColumn);
  const a = columnNode(x.table.name, x.name);
  const b = columnNode(y.table.name, y.name);
  const item: Named = {
    expression: aggregate('correlation', [a, b]),
    alias: 'correlation',
    title: `Correlation of ${x.name} and ${y.name}`,
    unit: null,
  };
  query.select = [...groups, item].map(selected);
  query.groupBy = groups.map((group) => group.expression);
  query.orderBy = groups.map((group) => ({ expression: group.expression, descending: false }));
  const columns = [
    ...groups.map((group) => answerColumn(group, 'group', group.temporal)),
    answerColumn(item, 'measure'),
  ];
  return {
    query,
    shape: {
      ...shapeOf(groups.length > 0 ? 'groups' : 'correlation', columns, frame, item.title),
      measured: [x, y].map((column) => ({
        table: column.table.name,
        column: column.name,
        missing: column.profile.nulls,
      })),
    },
  };
}

/** A round bin width that gives about 15 bins. */
export function binWidth(low: number, high: number): number {
  const raw = (high - low) / 15;
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10;
  return Number((step * power).toPrecision(12));
}

function buildDistribution(frame: Frame, query: QueryExpression): Built {
  const column = frame.outputs[0] as IndexedColumn;
  const value = columnNode(column.table.name, column.name);
  const groups = frame.groups.map(groupColumn);
  const low = Number(column.profile.min);
  const high = Number(column.profile.max);
  const binned =
    column.numeric &&
    column.profile.distinct > 20 &&
    !column.year &&
    Number.isFinite(low) &&
    Number.isFinite(high);
  const width = binned
    ? column.profile.type === 'integer'
      ? Math.max(1, Math.round(binWidth(low, high)))
      : binWidth(low, high)
    : 0;
  const grain = column.temporal ? 'month' : null;
  const of: Named = binned
    ? {
        expression: { node: 'bin', value, width, origin: 0 },
        alias: `${nameOf(column.name)}_from`,
        title: column.name,
        unit: column.unit,
      }
    : grain !== null
      ? { expression: { node: 'trunc', grain, value }, alias: grain, title: column.name, unit: null }
      : { expression: value, alias: column.name, title: column.name, unit: column.unit };
  const count: Named = { expression: aggregate('count', []), alias: 'count', title: 'Count', unit: null };
  const items = [...groups, of, count];
  separate(items);
  query.select = items.map(selected);
  query.groupBy = [...groups, of].map((item) => item.expression);
  query.orderBy = [...groups, of].map((item) => ({ expression: item.expression, descending: false }));
  if (binned)
    query.where = and([
      ...(query.where === null ? [] : query.where.node === 'and' ? query.where.items : [query.where]),
      { node: 'null', value, negated: true },
    ]);
  const columns = [
    ...groups.map((group) => answerColumn(group, 'group')),
    answerColumn(of, 'group', grain !== null),
    answerColumn(count, 'measure'),
  ];
  return {
    query,
    shape: {
      ...shapeOf(binned ? 'histogram' : 'groups', columns, frame, `Distribution of ${column.name}`),
      measured: [{ table: column.table.name, column: column.name, missing: column.profile.nulls }],
    },
  };
}

function buildDifference(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const [left, right] = frame.sides as [Condition, Condition];
  const item = frame.measures[0] as Measure;
  const groups = frame.groups.map(groupColumn);
  const base = measureColumns(item, joins)[0] as Named;
  const filtered = (side: Condition): Expression =>
    withFilter(base.expression, conditionExpression(side, joins));
  const ratio = frame.task === 'ratio';
  const sideName = (side: Condition): string => {
    if (side.kind === 'time') return side.spec.label;
    if (side.kind !== 'equals') return 'side';
    const value = side.values[0];
    const shown = value !== undefined && 'value' in value ? String(value.value) : '';
    return `${side.negated ? 'not_' : ''}${side.column.yes !== null ? `${side.column.name}_${shown}` : shown}`;
  };
  const named = (side: Condition): Named => ({
    expression: filtered(side),
    alias: nameOf(`${base.alias}_${sideName(side)}`),
    title: `${base.title} (${sideName(side)})`,
    unit: base.unit,
  });
  const result: Named = {
    expression: { node: 'arithmetic', op: ratio ? '/' : '-', left: filtered(left), right: filtered(right) },
    alias: ratio ? 'ratio' : 'difference',
    title: `${ratio ? 'Ratio' : 'Difference'} of ${base.title.toLowerCase()}`,
    unit: ratio ? null : base.unit,
  };
  const items = [...groups, result, named(left), named(right)];
  separate(items);
  query.select = items.map(selected);
  query.groupBy = groups.map((group) => group.expression);
  query.orderBy = groups.map((group) => ({ expression: group.expression, descending: false }));
  const columns = [
    ...groups.map((group) => answerColumn(group, 'group', group.temporal)),
    answerColumn(result, 'measure'),
    answerColumn(items.at(-2) as Named, 'label'),
    answerColumn(items.at(-1) as Named, 'label'),
  ];
  return { query, shape: shapeOf('difference', columns, frame, result.title) };
}

function withFilter(expression: Expression, where: Expression): Expression {
  if (expression.node === 'aggregate') return { ...expression, where };
  if (expression.node === 'arithmetic')
    return {
      ...expression,
      left: withFilter(expression.left, where),
      right: withFilter(expression.right, where),
    };
  return expression;
}

function buildChange(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const groups = frame.groups.map(groupColumn);
  if (groups.length !== 1)
    throw new ReadFailure('A change over time within groups is not understood yet.', []);
  const group = groups[0] as Named & { temporal: boolean };
  const base = measureColumns(frame.measures[0] as Measure, joins)[0] as Named;
  const change: Named = {
    expression: {
      node: 'arithmetic',
      op: '-',
      left: base.expression,
      right: { node: 'previous', value: base.expression, order: group.expression },
    },
    alias: 'change',
    title: `Change of ${base.title.toLowerCase()}`,
    unit: base.unit,
  };
  const items = [group, base, change];
  separate(items);
  query.select = items.map(selected);
  query.groupBy = [group.expression];
  query.orderBy = [{ expression: group.expression, descending: false }];
  return {
    query,
    shape: shapeOf(
      'series',
      [answerColumn(group, 'group', true), answerColumn(base, 'measure'), answerColumn(change, 'label')],
      frame,
      change.title,
    ),
  };
}

function buildExists(frame: Frame, query: QueryExpression): Built {
  const count = aggregate('count', []);
  query.select = [
    {
      expression: { node: 'compare', op: '>', left: count, right: { node: 'number', value: 0 } },
      alias: 'answer',
    },
    { expression: count, alias: 'count' },
  ];
  const columns: AnswerColumn[] = [
    { alias: 'answer', role: 'measure', title: 'Answer', unit: null, temporal: false },
    { alias: 'count', role: 'label', title: 'Count', unit: null, temporal: false },
  ];
  return { query, shape: shapeOf('yes_no', columns, frame, 'Are there such rows') };
}

function buildGroupCount(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const group = groupColumn(frame.groups[0] as Group);
  query.select = [selected(group)];
  query.groupBy = [group.expression];
  query.having = havingOf(frame, joins);
  query.where = and([
    ...(query.where === null ? [] : query.where.node === 'and' ? query.where.items : [query.where]),
    { node: 'null', value: group.expression, negated: true },
  ]);
  const outer: QueryExpression = {
    ...emptyQuery('groups'),
    from: { query, name: 'groups' },
    select: [{ expression: aggregate('count', []), alias: 'count' }],
  };
  const columns: AnswerColumn[] = [
    { alias: 'count', role: 'measure', title: 'Count', unit: null, temporal: false },
  ];
  return { query: outer, shape: shapeOf('number', columns, frame, `Number of ${group.title}`) };
}
