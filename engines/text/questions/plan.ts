import { aggregate, and, emptyQuery, type QueryExpression } from './expression.ts';
import { conditionColumns, type Frame, type Group, ReadFailure } from './frame.ts';
import { type JoinPlan, joinTables } from './joins.ts';
import { buildChange, buildDifference, buildShare } from './plan-comparisons.ts';
import { conditionExpression } from './plan-conditions.ts';
import { buildCorrelation, buildDistribution } from './plan-distributions.ts';
import { buildMeasures, groupColumn, havingOf } from './plan-measures.ts';
import { type Built, type Planned, selected, shapeOf } from './plan-names.ts';
import { buildDistinct, buildRows, columnsOf } from './plan-rows.ts';
import type { PreparedTables } from './schema-index.ts';
import type { AnswerColumn } from './types.ts';

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
  if (built.query.select.length === 0)
    throw new ReadFailure('There is nothing to show of what is asked.', []);
  const tables = [...new Set([joins.base.name, ...joins.joins.map((join) => join.table), ...joins.others])];
  return { ...built, tables };
}

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
