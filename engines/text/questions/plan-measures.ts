import { aggregate, and, column as columnNode, type Expression, type QueryExpression } from './expression.ts';
import {
  type Frame,
  type Group,
  type Measure,
  type Operand,
  operandExpression,
  ReadFailure,
} from './frame.ts';
import {
  answerColumn,
  type Built,
  type Named,
  operandName,
  operandTitle,
  selected,
  separate,
  shapeOf,
  unitOf,
} from './plan-names.ts';

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

/** The expressions of a measure: one for most, several for a summary. */
export function measureColumns(item: Measure): Named[] {
  if (item.fn === 'rows') {
    return [{ expression: aggregate('count', []), alias: 'count', title: 'Count', unit: null }];
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

export function groupColumn(group: Group): Named & { temporal: boolean } {
  const value = columnNode(group.column.table.name, group.column.name);
  const base = { title: group.column.name, unit: group.column.unit };
  if (group.grain === 'year' && group.column.temporal)
    return {
      ...base,
      expression: { node: 'part', part: 'year', value },
      alias: 'year',
      title: 'Year',
      unit: null,
      temporal: true,
    };
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
  if (group.part === 'decade')
    return {
      ...base,
      expression: {
        node: 'bin',
        value: group.column.temporal ? { node: 'part', part: 'year', value } : value,
        width: 10,
        origin: 0,
      },
      alias: 'decade',
      title: 'Decade',
      temporal: true,
    };
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

const sameMeasure = (a: Measure, b: Measure): boolean =>
  a.fn === b.fn &&
  a.p === b.p &&
  (a.operand === null
    ? b.operand === null
    : b.operand !== null && operandName(a.operand) === operandName(b.operand));

export function buildMeasures(frame: Frame, query: QueryExpression): Built {
  const groups = frame.groups.map(groupColumn);
  const measures = frame.measures.flatMap((item) => measureColumns(item));
  separate([...groups, ...measures]);
  query.select = [...groups, ...measures].map(selected);
  query.groupBy = groups.map((group) => group.expression);
  query.having = havingOf(frame);
  const first = measures[0] as Named;
  const title = `${measures.map((item) => item.title).join(', ')}${groups.length > 0 ? ` by ${groups.map((group) => group.title).join(' and ')}` : ''}`;
  const columns = [
    ...groups.map((group, place) =>
      answerColumn(group, frame.groups[place]?.label === true ? 'label' : 'group', group.temporal),
    ),
    ...measures.map((item) => answerColumn(item, 'measure')),
  ];
  if (groups.length === 0) return { query, shape: shapeOf('number', columns, frame, title) };
  const by = frame.order?.by ?? null;
  const place = by === null ? -1 : frame.measures.findIndex((item) => sameMeasure(item, by));
  const ordered =
    by === null ? null : place >= 0 ? (measures[place] ?? first) : (measureColumns(by)[0] as Named);
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

export function havingOf(frame: Frame): Expression | null {
  return and(
    frame.having.flatMap((item) => {
      const { expression } = measureColumns(item.measure)[0] as Named;
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
