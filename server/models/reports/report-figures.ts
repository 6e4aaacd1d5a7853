import { hash } from 'node:crypto';
import {
  type DriftReport,
  driftSeverityNames,
  type FairnessReport,
  fairnessVerdicts,
} from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { newestReports, type ReportRow } from './model-reports.store.ts';

/** Names under which promotions are checked by reports: a metric that is logged under one of them counts for nothing. */
export const reportPrefix = 'report/';

/** `verdict` 0 within, 1 unclear, 2 beyond; of each criterion the greatest difference between groups of any column. */
export function fairnessFigures({ verdict, by }: FairnessReport): Record<string, number> {
  const figures: Record<string, number> = {
    [`${reportPrefix}fairness/verdict`]: fairnessVerdicts.indexOf(verdict),
  };
  for (const { criteria } of by)
    for (const { name, difference } of criteria) {
      const key = `${reportPrefix}fairness/${name}`;
      figures[key] = Math.max(figures[key] ?? 0, difference.value);
    }
  return figures;
}

/**
 * `severity` 0 none to 3 severe, `columns` the share of columns that drifted, `predictions` their stability index, `worse`
 * 1 where the version is surely worse than on the rows kept back.
 */
export function driftFigures(report: DriftReport): Record<string, number> {
  const { severity, drifted_count, column_count, predictions, score } = report;
  return {
    [`${reportPrefix}drift/severity`]: driftSeverityNames.indexOf(severity),
    [`${reportPrefix}drift/columns`]: drifted_count / Math.max(1, column_count),
    [`${reportPrefix}drift/predictions`]: Math.max(0, ...predictions.map(({ psi }) => psi)),
    ...(score === null ? {} : { [`${reportPrefix}drift/worse`]: Number(score.worse) }),
  };
}

/** Of the newest reports of a version; nothing where there are none. */
export async function figuresOf(db: Sql, ctx: Context, versionId: string): Promise<Record<string, number>> {
  const found = await newestReports(db, ctx, versionId);
  return Object.assign({}, ...found.map(({ figures }) => figures));
}

/** The same for reports of the same rows, seen alike, and the same groups, of whichever version. */
export function toldHash({ kind, datasetVersionId, view, parameters }: ReportRow): string {
  const { protected: columns = null, positive = null, cuts = null, smallest = null } = parameters;
  return hash('sha256', canonicalJson({ kind, datasetVersionId, view, columns, positive, cuts, smallest }));
}
