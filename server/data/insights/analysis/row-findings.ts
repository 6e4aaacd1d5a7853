import { oddRows } from '@stroma/learn';
import { madToSd, median, medianDeviation, present } from '@stroma/stats';
import type { InsightPlan } from '../insights.plan.ts';
import type { ReadSample } from '../insights.reading.ts';
import { behind } from '../insights.sql.ts';
import { counted, type Draft, draft, type Found, say, sayP } from './drafts.ts';

const shown = 10;
const mostRows = 4_096;

/** Rows whose combination of values is odd; one finding, the most odd first. */
export function rowFindings(plan: InsightPlan, sample: ReadSample): Found {
  const usable = plan.numbers
    .map((column, at) => ({ column, values: (sample.numbers[at] as Float64Array).subarray(0, mostRows) }))
    .filter(({ column, values }) => !column.isFlag && present(values).length >= 0.5 * values.length);
  if (usable.length < 2)
    return {
      drafts: [],
      notFound: ['Odd combinations of values need two columns of numbers; they were not looked for.'],
    };
  const filled = usable.map(({ values }) => withMedian(values));
  const rows = filled[0]?.length ?? 0;
  const found = oddRows(filled, { seed: plan.seed, level: 0.05 });
  if (found.length === 0)
    return {
      drafts: [],
      notFound: [`No odd combination of values among ${counted(rows, 'row')} (isolation forest).`],
    };
  const first = found[0] as (typeof found)[number];
  const top = found.slice(0, shown);
  const names = usable.map(({ column }) => column.name);
  const why = reasons(filled, names, first.row);
  return { drafts: [oneDraft(plan, sample, { found, top, names, why, rows })], notFound: [] };
}

function oneDraft(
  plan: InsightPlan,
  sample: ReadSample,
  {
    found,
    top,
    names,
    why,
    rows,
  }: {
    found: ReturnType<typeof oddRows>;
    top: ReturnType<typeof oddRows>;
    names: string[];
    why: ReturnType<typeof reasons>;
    rows: number;
  },
): Draft {
  const first = top[0] as (typeof top)[number];
  const numbersOfRows = top.map(({ row }) => sample.rows[row] as number);
  const share = found.length / rows;
  const words = why
    .map(({ name, z }) => `${name} ${z > 0 ? 'above' : 'below'} its median by ${say(Math.abs(z))}`)
    .join(', ');
  return draft({
    group: 'odd',
    kind: 'odd_rows',
    severity: share > 0.01 ? 'info' : 'warning',
    columns: names,
    title: `${counted(found.length, 'row holds', 'rows hold')} an odd combination of values`,
    text: `Of ${counted(rows, 'row')}${plan.sampleEvery > 1 || rows < plan.rows ? ` looked at (of ${say(plan.rows)})` : ''}, ${found.length} ${found.length === 1 ? 'is' : 'are'} set apart by few cuts through ${names.length} columns (isolation forest, seed ${plan.seed}; ${sayP(first.pAdjusted)} for the first, were the columns joined by correlation alone). Most odd is row ${numbersOfRows[0]}, score ${say(first.score)}: ${words} robust standard deviations.`,
    numbers: {
      rows,
      all_rows: plan.rows,
      found: found.length,
      columns: names.length,
      seed: plan.seed,
      p: first.pAdjusted,
      row: numbersOfRows[0] ?? null,
      score: first.score,
      ...Object.fromEntries(why.map(({ z }, at) => [`z_${at + 1}`, Math.abs(z)])),
    },
    value: first.score,
    effect: { name: 'isolation score', value: first.score },
    p: first.pAdjusted,
    n: rows,
    sampled: rows < plan.rows,
    sql: behind.rows(numbersOfRows, [...new Set([...plan.keys, ...names])]),
    row_numbers: numbersOfRows,
    row_columns: [...new Set([...plan.keys, ...why.map(({ name }) => name), ...names])].slice(0, 8),
    weight: first.score,
  });
}

function withMedian(values: Float64Array): Float64Array {
  const middle = median(present(values));
  return values.map((value) => (Number.isNaN(value) ? middle : value));
}

/** The columns in which a row lies farthest from the median, in robust standard deviations. */
function reasons(columns: readonly Float64Array[], names: readonly string[], row: number) {
  return columns
    .map((values, at) => {
      const centre = median(values);
      const sd = madToSd * medianDeviation(values, centre);
      return { name: names[at] as string, z: sd > 0 ? ((values[row] as number) - centre) / sd : 0 };
    })
    .filter(({ z }) => z !== 0)
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z))
    .slice(0, 3);
}
