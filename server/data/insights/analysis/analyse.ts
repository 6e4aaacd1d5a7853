import { createHash } from 'node:crypto';
import type { Finding } from '@stroma/contracts';
import type { TableProfile } from '@stroma/kernel';
import { falseDiscovery } from '@stroma/stats';
import type { InsightPlan } from '../insights.plan.ts';
import type { InsightReading } from '../insights.reading.ts';
import { type Draft, Looked } from './drafts.ts';
import { measureFindings } from './measure-findings.ts';
import { pairFindings } from './pair-findings.ts';
import { qualityFindings } from './quality-findings.ts';
import { recommendations } from './recommendations.ts';
import { rowFindings } from './row-findings.ts';
import { level } from './significance-level.ts';
import { timeFindings } from './time-findings.ts';
import { valueFindings } from './value-findings.ts';

export interface AnalysisInput {
  plan: InsightPlan;
  reading: InsightReading;
  profile: TableProfile;
}

/** A finding whose rows are still to be read. */
export type Kept = Omit<Finding, 'rows'> & Pick<Draft, 'row_numbers' | 'row_columns'>;

export interface Analysis {
  findings: Kept[];
  notFound: string[];
  tests: number;
}

/** So many of each kind are told; the rest would bury them. */
const most: Record<Finding['kind'], number> = {
  trend: 8,
  seasonality: 6,
  level_change: 8,
  variance_change: 5,
  odd_values: 8,
  odd_period: 20,
  odd_rows: 1,
  driver: 8,
  segment: 8,
  association: 10,
  redundant_columns: 8,
  quality: 12,
  recommendation: 12,
};
const severities = { critical: 2, warning: 1, info: 0 };

/** Everything that is found in what was read: pure, and the same for the same reading, plan and seed. */
export function analyse({ plan, reading, profile }: AnalysisInput): Analysis {
  const looked = new Looked();
  const pairs = pairFindings(plan, reading.sample, looked);
  const time =
    plan.time === null || reading.series === null
      ? {
          drafts: [],
          notFound: ['No column of dates or times: trends, seasons and sudden changes were not looked for.'],
        }
      : timeFindings(plan, reading.series, plan.time, looked);
  const measure = measureFindings(plan, reading, pairs, looked);
  const rows = rowFindings(plan, reading.sample);
  const values = valueFindings(plan, reading.odd);
  const drafts = [
    ...time.drafts,
    ...values,
    ...rows.drafts,
    ...measure.drafts,
    ...pairs.drafts,
    ...qualityFindings(profile),
  ];
  const adjusted = falseDiscovery(looked.p);
  const findings = keep(drafts, adjusted);
  const todo = keep(recommendations(findings, plan.measure), adjusted);
  const none =
    values.length === 0 && plan.numbers.some(({ isFlag }) => !isFlag)
      ? ['No single value lies far from the others of its column.']
      : [];
  return {
    findings: [...findings, ...todo],
    notFound: [
      ...time.notFound,
      ...none,
      ...rows.notFound,
      ...measure.notFound,
      ...pairs.notFound,
      ...plan.notes,
    ],
    tests: looked.p.length,
  };
}

function keep(drafts: readonly Draft[], adjusted: readonly number[]): Kept[] {
  const told = new Map<Finding['kind'], number>();
  const ids = new Set<string>();
  return drafts
    .map((each) => ({
      ...each,
      p_adjusted: each.test === null ? (each.p ?? null) : (adjusted[each.test] as number),
    }))
    .filter(({ test, p_adjusted }) => test === null || (p_adjusted ?? 1) <= level)
    .sort(
      (a, b) =>
        severities[b.severity] - severities[a.severity] ||
        b.weight - a.weight ||
        (a.title < b.title ? -1 : 1),
    )
    .filter(({ kind }) => {
      const count = (told.get(kind) ?? 0) + 1;
      told.set(kind, count);
      return count <= most[kind];
    })
    .map(({ weight: _weight, test: _test, ...kept }) => ({ ...kept, finding_id: idOf(kept, ids) }));
}

/** Of what it is about, so that a link to it holds when the same is generated again. */
function idOf(
  { kind, columns, title, period }: Pick<Draft, 'kind' | 'columns' | 'title' | 'period'>,
  used: Set<string>,
): string {
  const about = createHash('sha256')
    .update(JSON.stringify([kind, columns, period, title]))
    .digest('hex')
    .slice(0, 10);
  let id = `${kind}-${about}`;
  for (let again = 2; used.has(id); again++) id = `${kind}-${about}-${again}`;
  used.add(id);
  return id;
}
