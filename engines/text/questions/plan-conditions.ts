import {
  aggregate,
  and,
  column as columnNode,
  type Expression,
  emptyQuery,
  type Literal,
  or,
} from './expression.ts';
import { type Condition, operandExpression, ReadFailure } from './frame.ts';

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

export function conditionExpression(condition: Condition): Expression {
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
    case 'member':
      return {
        node: 'in_query',
        value: columnNode(condition.column.table.name, condition.column.name),
        query: condition.query,
        negated: condition.negated,
      };
    case 'any':
      return or(condition.items.map(conditionExpression)) as Expression;
  }
}
