import { aggregate, and, type Expression, type QueryExpression } from './expression.ts';
import { type Condition, type Frame, type Measure, ReadFailure } from './frame.ts';
import { conditionExpression } from './plan-conditions.ts';
import { groupColumn, measureColumns } from './plan-measures.ts';
import { answerColumn, type Built, type Named, nameOf, selected, separate, shapeOf } from './plan-names.ts';
import type { AnswerColumn } from './types.ts';

export function buildShare(frame: Frame, query: QueryExpression): Built {
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
    const count = measureColumns({ fn: 'rows', operand: null, p: null, table: frame.table })[0] as Named;
    measures = [
      count,
      { expression: scale({ node: 'share_of_total', value: count.expression }), alias, title, unit },
    ];
  } else {
    const when = and(frame.numerator.map((item) => conditionExpression(item))) as Expression;
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

export function buildDifference(frame: Frame, query: QueryExpression): Built {
  const [left, right] = frame.sides as [Condition, Condition];
  const item = frame.measures[0] as Measure;
  const groups = frame.groups.map(groupColumn);
  const base = measureColumns(item)[0] as Named;
  const filtered = (side: Condition): Expression => withFilter(base.expression, conditionExpression(side));
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
    expression: compared(frame, filtered(left), filtered(right)),
    alias: ratio ? 'ratio' : frame.percent ? 'percentage_change' : 'difference',
    title: `${ratio ? 'Ratio' : frame.percent ? 'Percentage change' : 'Difference'} of ${base.title.toLowerCase()}`,
    unit: ratio ? null : frame.percent ? '%' : base.unit,
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

function compared(frame: Frame, left: Expression, right: Expression): Expression {
  if (frame.task === 'ratio') return { node: 'arithmetic', op: '/', left, right };
  const difference: Expression = { node: 'arithmetic', op: '-', left, right };
  if (!frame.percent) return difference;
  const change: Expression = { node: 'arithmetic', op: '/', left: difference, right };
  return { node: 'arithmetic', op: '*', left: { node: 'number', value: 100 }, right: change };
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

export function buildChange(frame: Frame, query: QueryExpression): Built {
  const groups = frame.groups.map(groupColumn);
  if (groups.length !== 1)
    throw new ReadFailure('A change over time within groups is not understood yet.', []);
  const group = groups[0] as Named & { temporal: boolean };
  const base = measureColumns(frame.measures[0] as Measure)[0] as Named;
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
