import { aggregate, and, column as columnNode, type QueryExpression } from './expression.ts';
import type { Frame } from './frame.ts';
import { groupColumn } from './plan-measures.ts';
import { answerColumn, type Built, type Named, nameOf, selected, separate, shapeOf } from './plan-names.ts';
import type { IndexedColumn } from './schema-index.ts';

export function buildCorrelation(frame: Frame, query: QueryExpression): Built {
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
function binWidth(low: number, high: number): number {
  const raw = (high - low) / 15;
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10;
  return Number((step * power).toPrecision(12));
}

export function buildDistribution(frame: Frame, query: QueryExpression): Built {
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
