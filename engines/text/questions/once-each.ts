import { column as columnNode, type Expression, type QueryExpression } from './expression.ts';
import type { IndexedColumn } from './schema-index.ts';

const inner = 'each_once';

/**
 * A statistic of what several rows point to: `query` takes it over the rows, where a patient with three visits would
 * weigh three times. The same over each `key` once, within every group.
 */
export function onceEach(query: QueryExpression, key: IndexedColumn): QueryExpression {
  const units: { expression: Expression; alias: string; text: string }[] = [];
  const unit = (expression: Expression): Expression => {
    const text = JSON.stringify(expression);
    let known = units.find((item) => item.text === text);
    if (known === undefined) {
      const wanted = expression.node === 'column' ? expression.name : 'grouped';
      const taken = new Set(units.map((item) => item.alias.toLowerCase()));
      let alias = wanted;
      for (let count = 2; taken.has(alias.toLowerCase()); count += 1) alias = `${wanted}_${count}`;
      known = { expression, alias, text };
      units.push(known);
    }
    return columnNode(inner, known.alias);
  };
  const groups = query.groupBy.map((item) => ({ text: JSON.stringify(item), to: unit(item) }));
  unit(columnNode(key.table.name, key.name));
  const lift = (expression: Expression): Expression => {
    const group = groups.find((item) => item.text === JSON.stringify(expression));
    if (group !== undefined) return group.to;
    switch (expression.node) {
      case 'column':
        return unit(expression);
      case 'aggregate':
        return {
          ...expression,
          args: expression.args.map(lift),
          where: expression.where === null ? null : lift(expression.where),
        };
      case 'arithmetic':
      case 'compare':
        return { ...expression, left: lift(expression.left), right: lift(expression.right) };
      case 'and':
      case 'or':
        return { ...expression, items: expression.items.map(lift) };
      case 'not':
      case 'null':
      case 'in':
      case 'match':
      case 'trunc':
      case 'part':
      case 'bin':
      case 'share_of_total':
        return { ...expression, value: lift(expression.value) };
      case 'previous':
        return { ...expression, value: lift(expression.value), order: lift(expression.order) };
      case 'if':
        return {
          ...expression,
          when: lift(expression.when),
          yields: lift(expression.yields),
          otherwise: expression.otherwise === null ? null : lift(expression.otherwise),
        };
      default:
        return expression;
    }
  };
  const select = query.select.map((item) => ({ ...item, expression: lift(item.expression) }));
  const having = query.having === null ? null : lift(query.having);
  const orderBy = query.orderBy.map((item) => ({ ...item, expression: lift(item.expression) }));
  return {
    ...query,
    select,
    having,
    orderBy,
    groupBy: groups.map((item) => item.to),
    from: {
      query: {
        ...query,
        select: units.map(({ expression, alias }) => ({ expression, alias })),
        distinct: true,
        groupBy: [],
        having: null,
        orderBy: [],
        limit: null,
      },
      name: inner,
    },
    joins: [],
    where: null,
  };
}
