import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import { type FoundVersion, findVersions } from '../registry/model-versions.store.ts';
import { findReport, newestReport, type ReportRow } from '../reports/model-reports.store.ts';
import { toldHash } from '../reports/report-figures.ts';
import type { TestedReport } from './bias-document.ts';
import { refuseSight, seesAlike } from './record-sight.ts';

/** The one that is named, or the newest. Throws NOT_FOUND, UNPROCESSABLE where there is none, FORBIDDEN. */
export async function fairnessReport(
  parts: ModelParts,
  ctx: Context,
  { version }: FoundVersion,
  id: string | undefined,
): Promise<ReportRow> {
  const { sql } = parts.platform.db;
  const row =
    id === undefined ? await newestReport(sql, ctx, version.id, 'fairness') : await findReport(sql, ctx, id);
  if (row === null || row.kind !== 'fairness' || row.versionId !== version.id)
    return fail(
      id === undefined ? 'UNPROCESSABLE' : 'NOT_FOUND',
      id === undefined
        ? `Version ${version.number} has no fairness report yet. Ask for one on rows it has not learned from.`
        : `Version ${version.number} has no such fairness report.`,
      { number: version.number, report_id: id ?? null },
    );
  return seen(parts, ctx, row);
}

/** One of the same rows and groups, of any version of the model. Throws NOT_FOUND, UNPROCESSABLE, FORBIDDEN. */
export async function reportBefore(
  parts: ModelParts,
  ctx: Context,
  { model }: FoundVersion,
  after: ReportRow,
  id: string,
): Promise<ReportRow> {
  const { sql } = parts.platform.db;
  const row = await findReport(sql, ctx, id);
  const [of] = row === null ? [] : await findVersions(sql, ctx.actor.tenantId, [row.versionId]);
  if (row === null || row.kind !== 'fairness' || of?.model.id !== model.id || row.id === after.id)
    return fail('NOT_FOUND', 'The model has no such fairness report from before.', { report_id: id });
  if (toldHash(row) !== toldHash(after))
    fail(
      'UNPROCESSABLE',
      'Both reports have to tell of the same version of a dataset, the same columns, cuts and class. Ask for a report on the same rows and groups.',
      { report_id: after.id, before_report_id: id },
    );
  return seen(parts, ctx, row);
}

async function seen(parts: ModelParts, ctx: Context, row: ReportRow): Promise<ReportRow> {
  const sight = { dataset_id: row.datasetId, view: row.view };
  return (await seesAlike(parts.data, ctx, sight)) ? row : refuseSight();
}

/** With what is known of their versions and data. */
export async function testedReports(
  parts: ModelParts,
  ctx: Context,
  rows: readonly ReportRow[],
): Promise<TestedReport[]> {
  const named = await new RunDocuments(parts).names(rows.map(({ createdBy }) => createdBy));
  const ids = rows.map(({ versionId }) => versionId);
  const versions = await findVersions(parts.platform.db.sql, ctx.actor.tenantId, ids);
  return Promise.all(
    rows.map(async (row) => {
      const table = await parts.data.openTable(ctx, row.datasetId, row.datasetVersionId);
      return {
        row,
        about: {
          number: versions.find(({ version }) => version.id === row.versionId)?.version.number ?? 0,
          dataset_name: table.name,
          dataset_sha256: table.content_sha256,
          made_by: named(row.createdBy),
        },
      };
    }),
  );
}
