import type { Ordering } from './expression.ts';
import { and, column as columnNode, type Expression, type QueryExpression } from './expression.ts';
import { conditionColumns, type Frame, operandColumns, operandExpression } from './frame.ts';
import type { JoinPlan } from './joins.ts';
import { groupColumn } from './plan-measures.ts';
import {
  answerColumn,
  type Built,
  type Named,
  operandName,
  operandTitle,
  plainColumn,
  selected,
  separate,
  shapeOf,
} from './plan-names.ts';
import type { IndexedColumn } from './schema-index.ts';
import type { QuestionTable } from './types.ts';

export function columnsOf(frame: Frame): IndexedColumn[] {
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

const mostRows = 1000;

export function buildRows(frame: Frame, query: QueryExpression, joins: JoinPlan): Built {
  const operand = frame.measures[0]?.operand ?? null;
  const ranked = frame.task === 'extreme_rows' && operand !== null ? operandColumns(operand) : [];
  let shown = [...frame.outputs];
  const whole = shown.length === 0;
  if (whole) shown = wholeRow(joins.base, frame, joins);
  const groups = frame.task === 'extreme_rows' ? frame.groups.map(groupColumn) : [];
  shown = shown.filter(
    (column) => !frame.groups.some((group) => group.column === column && group.grain === null),
  );
  for (const column of ranked) if (!shown.includes(column)) shown.push(column);
  const items: Named[] = [...shown.map(plainColumn)];
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
    // A patient with several rows is named once.
    query.distinct =
      !whole &&
      frame.limit === null &&
      groups.length === 0 &&
      shown.some((column) => column.entity) &&
      !shown.some((column) => column.unique);
    if (groups.length > 0) {
      const within = groups.map((group) => group.expression);
      separate([...groups, ...items]);
      query.select = [...groups, ...items].map(selected);
      query.limit = { count: frame.limit ?? 1, withTies: true, within };
      // The window ranks by the value; the rows are read group by group.
      query.orderBy = [query.orderBy[0] as Ordering, ...tieBreak(items, value)];
      columns.unshift(...groups.map((group) => answerColumn(group, 'group', group.temporal)));
    }
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

export function buildDistinct(frame: Frame, query: QueryExpression): Built {
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
