import type { InsightChart } from '@stroma/contracts';
import { type ClassedColumn, classesOfNumbers, classesOfTexts, driversOf } from '@stroma/learn';
import { groupDifference, ranksOf, without } from '@stroma/stats';
import type { InsightPlan, NumberColumn } from '../insights.plan.ts';
import type { InsightReading, Segment } from '../insights.reading.ts';
import { behind } from '../insights.sql.ts';
import {
  counted,
  type Draft,
  draft,
  type Found,
  type Looked,
  percent,
  say,
  sayP,
  withUnit,
} from './drafts.ts';
import type { Redundancy } from './pair-findings.ts';

/** A driver explains at least so much of the measure alone. */
const leastShare = 0.01;
/** Cohen's small effect. */
const leastDifference = 0.2;
const numberClasses = 8;
const textClasses = 13;
const fewestRows = 30;

/** What goes with the chosen measure, and the groups in which it differs most. */
export function measureFindings(
  plan: InsightPlan,
  reading: InsightReading,
  redundancy: Redundancy,
  looked: Looked,
): Found {
  const measure = plan.numbers.find(({ name }) => name === plan.measure);
  if (measure === undefined)
    return {
      drafts: [],
      notFound: [
        'No column of numbers that could serve as a measure: drivers and segments were not looked for.',
      ],
    };
  const segments = segmentFindings(plan, measure, reading, looked);
  const drivers = driverFindings(plan, measure, reading, redundancy, looked);
  return {
    drafts: [...drivers.drafts, ...segments.drafts],
    notFound: [...drivers.notFound, ...segments.notFound],
  };
}

interface Candidate {
  name: string;
  number: NumberColumn | null;
  classed: ClassedColumn;
}

function driverFindings(
  plan: InsightPlan,
  measure: NumberColumn,
  { sample, segments }: InsightReading,
  redundancy: Redundancy,
  looked: Looked,
): Found {
  const values = sample.numbers[plan.numbers.indexOf(measure)] as Float64Array;
  const kept = Uint32Array.from([...values.keys()].filter((row) => !Number.isNaN(values[row] as number)));
  if (kept.length < fewestRows)
    return {
      drafts: [],
      notFound: [`Drivers of ${measure.name} were not looked for: it has fewer than ${fewestRows} values.`],
    };
  const candidates: Candidate[] = [
    ...plan.numbers.flatMap((column, at): Candidate[] =>
      column === measure
        ? []
        : [
            {
              name: column.name,
              number: column,
              classed: classesOfNumbers(picked(sample.numbers[at] as Float64Array, kept), numberClasses),
            },
          ],
    ),
    ...plan.categories.flatMap(({ name }, at): Candidate[] =>
      name === measure.name || plan.numbers.some((column) => column.name === name)
        ? []
        : [
            {
              name,
              number: null,
              classed: classesOfTexts(
                Array.from(kept, (row) => sample.texts[at]?.[row] ?? null),
                textClasses,
              ),
            },
          ],
    ),
  ].filter(
    ({ name, classed }) =>
      classed.classes > 1 && !redundancy.isCopyOf(name, measure.name) && !redundancy.isRepeated(name),
  );
  if (candidates.length === 0)
    return { drafts: [], notFound: [`No other column that could go with ${measure.name}.`] };
  const { ranks } = ranksOf(picked(values, kept));
  const { drivers, together, n } = driversOf(
    ranks,
    candidates.map(({ classed }) => classed),
  );
  const drafts = drivers.flatMap(({ column, alone, beyondOthers, p, pBeyond }): Draft[] => {
    const test = looked.test(p);
    if (alone < leastShare) return [];
    const { name, number } = candidates[column] as Candidate;
    const shared = beyondOthers < leastShare ? ' Most of that other columns tell as well.' : '';
    return [
      draft({
        group: 'drives',
        kind: 'driver',
        severity: alone >= 0.25 ? 'warning' : 'info',
        columns: [name, measure.name],
        title: `${name} goes with ${percent(alone)} of the differences in ${measure.name}`,
        text: `${name} alone explains ${percent(alone)} of the differences in rank of ${measure.name} (${sayP(p)}), and ${percent(beyondOthers)} that none of the other ${candidates.length - 1} columns explains (${sayP(pBeyond)}). All together explain ${percent(together)}.${shared} It goes with it; that it causes it is not shown.`,
        numbers: {
          alone: alone * 100,
          beyond_others: beyondOthers * 100,
          p,
          p_beyond: pBeyond,
          others: candidates.length - 1,
          together: together * 100,
          n,
        },
        effect: { name: 'share of variance of ranks', value: alone },
        p,
        test,
        n,
        sampled: n < measure.n,
        sql: number === null ? behind.byClass(measure, name) : behind.byPart(measure, number),
        chart:
          number === null
            ? categoryChart(plan, name, measure, segments)
            : partChart(
                picked(sample.numbers[plan.numbers.indexOf(number)] as Float64Array, kept),
                picked(values, kept),
                number,
                measure,
              ),
        weight: alone,
      }),
    ];
  });
  const notFound =
    drafts.length > 0
      ? []
      : [
          `No driver: none of ${counted(candidates.length, 'column')} explains 1 % of the differences in ${measure.name}.`,
        ];
  return { drafts, notFound };
}

const picked = (values: Float64Array, rows: Uint32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row] as number);

function segmentFindings(
  plan: InsightPlan,
  measure: NumberColumn,
  { segments, whole }: InsightReading,
  looked: Looked,
): Found {
  if (whole === null || plan.categories.length === 0)
    return { drafts: [], notFound: [`No column of categories by which ${measure.name} could differ.`] };
  const drafts = segments.flatMap((segment): Draft[] => {
    const category = plan.categories[segment.category];
    if (category === undefined || category.name === measure.name || segment.n < 5 || whole.n - segment.n < 5)
      return [];
    const rest = without(whole, segment);
    const difference = groupDifference(segment, rest);
    if (difference === null) return [];
    const test = looked.test(difference.p);
    // Of two classes one is the mirror of the other.
    if (category.distinct === 2 && difference.difference < 0) return [];
    if (Math.abs(difference.g) < leastDifference) return [];
    const value = segment.value ?? 'missing';
    const { unit } = measure;
    return [
      draft({
        group: 'drives',
        kind: 'segment',
        severity: Math.abs(difference.g) >= 0.8 ? 'warning' : 'info',
        columns: [category.name, measure.name],
        title: `${measure.name} is ${difference.difference > 0 ? 'higher' : 'lower'} where ${category.name} is ${value}`,
        text: `Where ${category.name} is ${value} (${counted(segment.n, 'row')}), the mean of ${measure.name} is ${withUnit(segment.mean, unit)}, against ${withUnit(rest.mean, unit)} in the other ${say(rest.n)}: a difference of ${withUnit(difference.difference, unit)} (95 % interval ${say(difference.lower)} to ${say(difference.upper)}), Hedges' g ${say(difference.g)}, Welch's test ${sayP(difference.p)}.`,
        numbers: {
          n: segment.n,
          mean: segment.mean,
          rest_mean: rest.mean,
          rest_n: rest.n,
          difference: difference.difference,
          lower: difference.lower,
          upper: difference.upper,
          interval: 95,
          g: difference.g,
          p: difference.p,
        },
        value: segment.mean,
        effect: { name: "Hedges' g", value: difference.g },
        p: difference.p,
        test,
        n: whole.n,
        sql: behind.byClass(measure, category.name),
        chart: categoryChart(plan, category.name, measure, segments, value),
        weight: Math.abs(difference.g),
      }),
    ];
  });
  const notFound =
    drafts.length > 0
      ? []
      : [
          `No segment of ${counted(plan.categories.length, 'column')} of categories differs in ${measure.name} by a fifth of a standard deviation.`,
        ];
  return { drafts, notFound };
}

const mostBars = 20;

function categoryChart(
  plan: InsightPlan,
  column: string,
  measure: NumberColumn,
  segments: readonly Segment[],
  marked?: string,
): InsightChart {
  const at = plan.categories.findIndex(({ name }) => name === column);
  const points = segments
    .filter(({ category, n }) => category === at && n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, mostBars)
    .map(({ value, n, mean, sd }) => {
      const half = (1.96 * sd) / Math.sqrt(n);
      return {
        x: value ?? 'missing',
        y: mean,
        marked: (value ?? 'missing') === marked,
        lower: mean - half,
        upper: mean + half,
      };
    });
  return {
    kind: 'bar',
    x_title: column,
    y_title: `mean of ${measure.name}${measure.unit === null ? '' : ` (${measure.unit})`}`,
    x_type: 'category',
    points,
  };
}

/** Mean of the measure in eight parts of a column, with its 95 % interval. */
function partChart(
  x: Float64Array,
  y: Float64Array,
  column: NumberColumn,
  measure: NumberColumn,
): InsightChart {
  const order = [...x.keys()]
    .filter((at) => !Number.isNaN(x[at] as number))
    .sort((a, b) => (x[a] as number) - (x[b] as number));
  const points: InsightChart['points'] = [];
  for (let part = 0; part < numberClasses; part++) {
    const rows = order.slice(
      Math.floor((part * order.length) / numberClasses),
      Math.floor(((part + 1) * order.length) / numberClasses),
    );
    if (rows.length < 2) continue;
    const mean = rows.reduce((sum, row) => sum + (y[row] as number), 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + ((y[row] as number) - mean) ** 2, 0) / (rows.length - 1);
    const half = 1.96 * Math.sqrt(variance / rows.length);
    points.push({
      x: x[rows[rows.length >> 1] as number] as number,
      y: mean,
      marked: false,
      lower: mean - half,
      upper: mean + half,
    });
  }
  return {
    kind: 'points',
    x_title: `${column.name}${column.unit === null ? '' : ` (${column.unit})`}`,
    y_title: `mean of ${measure.name}${measure.unit === null ? '' : ` (${measure.unit})`}`,
    x_type: 'number',
    points,
  };
}
