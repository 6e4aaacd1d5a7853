import type { BiasReport, FairnessReport, RecordGap } from '@stroma/contracts';
import type { ReportRow } from '../reports/model-reports.store.ts';
import { estimatesOf, missingFigures } from './report-estimates.ts';

/** A fairness report with what is known of its version and its data. */
export interface TestedReport {
  row: ReportRow;
  about: Pick<BiasReport['report'], 'number' | 'dataset_name' | 'dataset_sha256' | 'made_by'>;
}

export interface BiasStatements {
  mitigation: string;
  conclusion: string;
  limits: string;
}

type Untested = BiasReport['untested'][number];

const reportOf = ({ row }: TestedReport): FairnessReport => row.document as FairnessReport;

function aboutReport(tested: TestedReport): BiasReport['report'] {
  const { row, about } = tested;
  const report = reportOf(tested);
  return {
    ...about,
    report_id: row.id,
    provenance_id: row.provenanceId,
    version_id: row.versionId,
    dataset_id: row.datasetId,
    dataset_version_id: row.datasetVersionId,
    made_at: row.createdAt.toISOString(),
    rows: report.rows,
    level: report.level,
    smallest: report.smallest,
    bounds: report.bounds,
    selected: report.kind === 'class' ? report.positive_label : null,
    threshold: report.kind === 'class' ? report.threshold : null,
    verdict: report.verdict,
  };
}

/** What a bias report says beside who made it and when: every figure as the fairness reports have it. */
export function biasDocument(
  tested: TestedReport,
  before: TestedReport | null,
  said: BiasStatements,
): Pick<
  BiasReport,
  'report' | 'overall' | 'by' | 'untested' | 'mitigation' | 'conclusion' | 'limits' | 'missing'
> {
  const report = reportOf(tested);
  return {
    report: aboutReport(tested),
    overall: estimatesOf(report.overall),
    by: report.by.map(({ columns, groups, criteria, verdict }) => ({
      columns,
      crossed: columns.length > 1,
      verdict,
      groups: groups.map((measured) => ({
        group: measured.group,
        rows: measured.rows,
        figures: estimatesOf(measured),
      })),
      criteria,
    })),
    untested: report.by.flatMap((by) => untestedOf(by, report.kind)),
    mitigation:
      before === null
        ? null
        : {
            note: said.mitigation,
            report: aboutReport(before),
            changes: changesOf(reportOf(before), report),
          },
    conclusion: said.conclusion,
    limits: said.limits,
    missing: gapsOf(report, before, said),
  };
}

const expectedCriteria = {
  class: ['demographic_parity', 'equal_opportunity', 'equalized_odds', 'predictive_parity', 'calibration'],
  number: ['mean_prediction', 'mean_residual', 'error_size', 'coverage'],
} as const;

/** Groups too small, criteria that fewer than two groups can tell, figures without a row, and what rows do not settle. */
function untestedOf(by: FairnessReport['by'][number], kind: FairnessReport['kind']): Untested[] {
  const { columns, small_groups, small_group_count, criteria } = by;
  const told = new Set(criteria.map(({ name }) => name));
  const of = (what: string, reason: Untested['reason'], more: Partial<Untested> = {}): Untested => ({
    columns,
    what,
    group: null,
    rows: null,
    reason,
    ...more,
  });
  const left = small_group_count - small_groups.length;
  return [
    ...small_groups.map(({ group, rows }) => of('group', 'few_rows', { group, rows })),
    ...(left > 0 ? [of(String(left), 'more_groups')] : []),
    ...expectedCriteria[kind].filter((name) => !told.has(name)).map((name) => of(name, 'not_told')),
    ...criteria.filter(({ verdict }) => verdict === 'unclear').map(({ name }) => of(name, 'unclear')),
    ...by.groups.flatMap((measured) =>
      missingFigures(measured).map((name) =>
        of(name, 'no_figure', { group: measured.group, rows: measured.rows }),
      ),
    ),
  ];
}

type Changes = NonNullable<BiasReport['mitigation']>['changes'];

function changesOf(before: FairnessReport, after: FairnessReport): Changes {
  return after.by.flatMap(({ columns, criteria }) => {
    const earlier = before.by.find((by) => by.columns.join('\n') === columns.join('\n'));
    return criteria.flatMap(({ name, difference, verdict }) => {
      const was = earlier?.criteria.find((each) => each.name === name);
      if (was === undefined) return [];
      return [
        {
          columns,
          criterion: name,
          before: { ...was.difference, verdict: was.verdict },
          after: { ...difference, verdict },
        },
      ];
    });
  });
}

function gapsOf(
  { by, verdict }: FairnessReport,
  before: TestedReport | null,
  { mitigation, conclusion, limits }: BiasStatements,
): RecordGap[] {
  const gaps: [string, boolean][] = [
    ['conclusion', conclusion === ''],
    ['limits', limits === ''],
    ['crossed_groups', by.every(({ columns }) => columns.length < 2)],
    ['mitigation', verdict === 'beyond' && before === null],
    ['mitigation_note', before !== null && mitigation === ''],
  ];
  return gaps.flatMap(([missing, isMissing]) => (isMissing ? [{ point: '3', missing, about: null }] : []));
}
