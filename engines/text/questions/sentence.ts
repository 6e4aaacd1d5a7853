import type { Literal } from './expression.ts';
import type { Condition, Frame, Group, Measure } from './frame.ts';
import { operandTitle } from './plan-names.ts';

const functions: Record<string, string> = {
  avg: 'average',
  sum: 'total',
  median: 'median',
  min: 'minimum',
  max: 'maximum',
  sd: 'standard deviation',
  variance: 'variance',
  range: 'range',
  iqr: 'interquartile range',
  quartiles: 'summary',
  default: 'average',
  share: 'share',
};

function measureWords(measure: Measure): string {
  if (measure.fn === 'rows')
    return measure.table === null
      ? 'number of rows'
      : `number of ${measure.table.label ?? measure.table.name}`;
  if (measure.operand === null) return functions[measure.fn] ?? measure.fn;
  const name = operandTitle(measure.operand);
  if (measure.fn === 'distinct') return `number of different ${name}`;
  if (measure.fn === 'quantile')
    return `${Math.round((measure.p ?? 0.5) * 1000) / 10}th percentile of ${name}`;
  return `${functions[measure.fn] ?? measure.fn} of ${name}`;
}

const literalWords = (literal: Literal): string => String(literal.value);

const comparisons: Record<string, string> = {
  '=': 'is',
  '<>': 'is not',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
};

export function conditionWords(condition: Condition): string {
  switch (condition.kind) {
    case 'equals': {
      const values = condition.values.map(literalWords);
      const list =
        values.length > 1
          ? `${condition.negated ? 'none' : 'one'} of ${values.join(', ')}`
          : (values[0] as string);
      return `${condition.column.name} is ${condition.negated && values.length === 1 ? 'not ' : ''}${list}`;
    }
    case 'compare':
      return `${operandTitle(condition.operand)} ${condition.negated ? 'not ' : ''}${comparisons[condition.cmp]} ${typeof condition.value === 'number' ? condition.value : operandTitle(condition.value)}`;
    case 'between':
      return `${operandTitle(condition.operand)} is ${condition.negated ? 'not ' : ''}from ${condition.low} to ${condition.high}`;
    case 'relative':
      return `${condition.column.name} is ${condition.cmp === '>' ? 'above' : 'below'} its average over all rows`;
    case 'null':
      return `${condition.column.name} is ${condition.negated ? 'recorded' : 'missing'}`;
    case 'match': {
      const how = { contains: 'contains', starts: 'starts with', ends: 'ends with' }[condition.how];
      return `${condition.column.name} ${condition.negated ? 'not ' : ''}${how} ${condition.texts.join(' or ')}`;
    }
    case 'time':
      return `${condition.column.name} is ${condition.negated ? 'not ' : ''}${/^(since|before|after|until)/.test(condition.spec.label) ? '' : 'in '}${condition.spec.label}`;
    case 'member':
      return condition.words;
    case 'any':
      return condition.items.map(conditionWords).join(' or ');
  }
}

function groupWords(group: Group): string {
  if (group.grain !== null && group.column.temporal) return `${group.grain} of ${group.column.name}`;
  if (group.part !== null) return `${group.part.replaceAll('_', ' ')} of ${group.column.name}`;
  return group.column.name;
}

const listed = (items: string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

function head(frame: Frame): string {
  const measures = listed(frame.measures.map(measureWords));
  switch (frame.task) {
    case 'measure':
      return measures;
    case 'extreme_groups': {
      const groups = listed(frame.groups.map(groupWords));
      const direction = frame.sign === 1 ? 'highest' : 'lowest';
      return frame.limit === null
        ? `${groups} with the ${direction} ${measures}`
        : `the ${frame.limit} ${groups} with the ${direction} ${measures}`;
    }
    case 'extreme_rows': {
      const direction = frame.sign === 1 ? 'highest' : 'lowest';
      const what =
        frame.outputs.length > 0 ? `${listed(frame.outputs.map((column) => column.name))} of the` : 'the';
      const operand = frame.measures[0]?.operand;
      return `${what} ${frame.limit === null ? 'row' : `${frame.limit} rows`} with the ${direction} ${operand == null ? '' : operandTitle(operand)}`;
    }
    case 'share':
      if (frame.numerator.length === 0) return `${frame.percent ? 'percentage' : 'share'} of all rows`;
      return `${frame.percent ? 'percentage' : 'share'} of rows where ${frame.numerator.map(conditionWords).join(' and ')}`;
    case 'list':
      return frame.outputs.length > 0
        ? `${listed(frame.outputs.map((column) => column.name))} of each row`
        : 'the rows';
    case 'distinct':
      return `the different values of ${listed(frame.outputs.map((column) => column.name))}`;
    case 'correlation':
      return `correlation (Pearson) of ${listed(frame.outputs.map((column) => column.name))}`;
    case 'pairs':
      return `${listed(frame.outputs.map((column) => column.name))} of each row`;
    case 'distribution':
      return `number of rows for each value of ${frame.outputs[0]?.name ?? ''}`;
    case 'difference':
    case 'ratio': {
      const [left, right] = frame.sides ?? [];
      const joint =
        frame.task === 'ratio'
          ? 'divided by that'
          : frame.percent
            ? 'in percent more than that'
            : 'minus that';
      return `${measures} where ${left === undefined ? '' : conditionWords(left)}, ${joint} where ${right === undefined ? '' : conditionWords(right)}`;
    }
    case 'change':
      return `${measures} and its change from the one before`;
    case 'exists':
      return 'whether there are rows';
    case 'group_count':
      return `number of ${frame.target?.name ?? 'groups'}`;
  }
}

/** Restates a frame in one sentence that leaves nothing out. */
export function sentenceOf(frame: Frame): string {
  if (frame.says !== undefined) return frame.says;
  const parts = [head(frame)];
  const grouped = frame.groups.length > 0 && !['extreme_groups', 'group_count'].includes(frame.task);
  if (grouped) parts.push(`for each ${listed(frame.groups.map(groupWords))}`);
  if (frame.conditions.length > 0) parts.push(`where ${frame.conditions.map(conditionWords).join(' and ')}`);
  for (const item of frame.having) {
    const high = item.high === null ? '' : ` and at most ${item.high}`;
    parts.push(
      `keeping those whose ${measureWords(item.measure)} ${comparisons[item.cmp]} ${item.value}${high}`,
    );
  }
  if (frame.order !== null && frame.task !== 'extreme_groups' && frame.task !== 'extreme_rows') {
    const by = frame.order.by !== null ? measureWords(frame.order.by) : (frame.order.column?.name ?? '');
    parts.push(`ordered by ${by}, ${frame.order.descending ? 'largest' : 'smallest'} first`);
  } else if (grouped && frame.order === null)
    parts.push(`ordered by ${listed(frame.groups.map(groupWords))}`);
  const text = `${parts.join(', ')}${frame.drawsOn === undefined || frame.drawsOn === '' ? '' : ` (${frame.drawsOn})`}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
