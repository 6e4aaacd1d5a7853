import { aggregate, and, emptyQuery, type QueryExpression } from './expression.ts';
import { conditionColumns, type Frame, type Group, ReadFailure } from './frame.ts';
import { type JoinPlan, joinTables } from './joins.ts';
import { onceEach } from './once-each.ts';
import { buildChange, buildDifference, buildShare } from './plan-comparisons.ts';
import { conditionExpression } from './plan-conditions.ts';
import { buildCorrelation, buildDistribution } from './plan-distributions.ts';
import { buildMeasures, groupColumn, havingOf } from './plan-measures.ts';
import { type Built, type Planned, selected, shapeOf } from './plan-names.ts';
import { buildDistinct, buildRows, columnsOf } from './plan-rows.ts';
import type { PreparedTables } from './schema-index.ts';
import type { AnswerColumn } from './types.ts';
import { countedOnce } from './view-grain.ts';

/** From what the question means to the query that answers it. */
export function plan(frame: Frame, index: PreparedTables): Planned {
  const conditions = [...frame.conditions, ...frame.numerator, ...(frame.sides ?? [])];
  const joins = joinTables(frame, [...columnsOf(frame), ...conditions.flatMap(conditionColumns)], index);
  const query: QueryExpression = { ...emptyQuery(joins.base.name), joins: joins.joins };
  query.where = and(frame.conditions.map(conditionExpression));
  const counted = countedOnce(frame, index);
  const built = build(frame, query, joins);
  if (counted !== null) built.query = onceEach(built.query, counted);
  if (built.query.select.length === 0)
    throw new ReadFailure('There is nothing to show of what is asked.', []);
  const inner = conditions.flatMap((item) => (item.kind === 'member' ? item.tables : []));
  const tables = [...new Set([joins.base.name, ...joins.joins.map((join) => join.table), ...inner])];
  return { ...built, tables };
}

function build(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  switch (frame.task) {
    case 'measure':
    case 'extreme_groups':
      return buildMeasures(frame, query);
    case 'share':
      return buildShare(frame, query);
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
      return buildDifference(frame, query);
    case 'change':
      return buildChange(frame, query);
    case 'exists':
      return buildExists(frame, query);
    case 'group_count':
      return buildGroupCount(frame, query);
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

function buildGroupCount(frame: Frame, query: QueryExpression): Built {
  const group = groupColumn(frame.groups[0] as Group);
  query.select = [selected(group)];
  query.groupBy = [group.expression];
  query.having = havingOf(frame);
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
