import type { InsightPlan } from '../insights.plan.ts';
import type { OddValues } from '../insights.reading.ts';
import { behind } from '../insights.sql.ts';
import { counted, type Draft, draft, percent, say, withUnit } from './drafts.ts';

/** So many values far out are no slips of single ones: the column is made like that. */
const heavyShare = 0.01;

/** Values outside of what their column lets expect. */
export function valueFindings(plan: InsightPlan, odd: readonly OddValues[]): Draft[] {
  return odd.filter(({ below, above }) => below + above > 0).map((each) => oddValues(plan, each));
}

function oddValues(plan: InsightPlan, found: OddValues): Draft {
  const { column, n, lower, upper, below, above, range, most } = found;
  const { name, unit, median } = column;
  const count = below + above;
  const share = count / n;
  const farthest = most[0]?.value ?? Number.NaN;
  const scaled = column.isLogarithmic
    ? Math.abs(Math.log(farthest) - Math.log(median)) / range.sd
    : Math.abs(farthest - median) / range.sd;
  const z = Number.isFinite(scaled) ? scaled : range.z;
  const isHeavy = share > heavyShare;
  const sides = [
    ...(above > 0 ? [`${say(above)} above ${withUnit(upper, unit)}`] : []),
    ...(below > 0 ? [`${say(below)} below ${withUnit(lower, unit)}`] : []),
  ].join(' and ');
  const way = `median ${say(median)}, ${range.scale === 'mad' ? 'MAD' : 'IQR'}${column.isLogarithmic ? ' of logarithms' : ''}, robust z ${say(range.z)} and Tukey's outer fence`;
  return draft({
    group: 'odd',
    kind: 'odd_values',
    severity: isHeavy ? 'info' : z >= 20 ? 'critical' : 'warning',
    columns: [name],
    title: isHeavy
      ? `${name} reaches far out: ${percent(share)} of its values`
      : `${name} holds ${counted(count, 'value')} far from the others`,
    text: `Of ${say(n)} values of ${name}, ${sides}. The farthest is ${withUnit(farthest, unit)}, where ${say(lower)} to ${withUnit(upper, unit)} was expected: ${say(z)} robust standard deviations from the median (${way}).${isHeavy ? ` As ${percent(share)} lie outside, the column is long-tailed rather than wrong.` : ''}`,
    numbers: {
      n,
      count,
      above,
      below,
      farthest,
      lower,
      upper,
      z,
      limit: range.z,
      median,
      share: share * 100,
    },
    value: farthest,
    expected: { lower, upper },
    effect: { name: 'robust standard deviations', value: z },
    n,
    sql: behind.outside(found),
    row_numbers: most.map(({ row }) => row),
    row_columns: [...new Set([...plan.keys, name, ...(plan.time === null ? [] : [plan.time.column])])],
    weight: isHeavy ? 0 : z,
  });
}
