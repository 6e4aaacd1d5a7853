import { createHash } from 'node:crypto';
import { freeTableName, tableNameOf } from '@stroma/kernel';
import type { IngestReport } from '@stroma/lake';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { insertVersion, nextVersionNumber } from '../datasets/dataset-versions.store.ts';
import {
  type DatasetRow,
  findDataset,
  insertDataset,
  lockRegistration,
  setCurrentVersion,
  tableNamesLike,
  type VersionRow,
} from '../datasets/datasets.store.ts';
import type { PartList } from '../datasets/version-parts.ts';
import { software } from '../software.ts';
import type { LandOutput } from './landing.worker.ts';
import type { TopicRow } from './topics.store.ts';

export interface Landed {
  topic: TopicRow;
  versionId: string;
  lakePrefix: string;
  from: number;
  to: number;
  parts: PartList['parts'];
  output: LandOutput;
  report: IngestReport;
  startedAt: Date;
  /** The version it goes on from; null for the first. */
  base: VersionRow | null;
}

/** The report of a version that no file was read for: every event was held against the columns when it came. */
export function reportOf(parts: PartList['parts'], output: LandOutput): IngestReport {
  const given = { reason: 'The columns of the topic say so.', given: true };
  const sums = parts.map(({ sha256 }) => sha256);
  const sha256 =
    sums.length === 1 ? (sums[0] ?? '') : createHash('sha256').update(sums.join('\n')).digest('hex');
  return {
    rows: output.rows,
    columns: output.columns,
    rejected_rows: 0,
    rejects: [],
    decisions: {
      format: { value: 'ndjson', ...given },
      compression: { value: 'none', ...given },
      encoding: { value: 'utf-8', ...given },
      delimiter: null,
      quote: null,
      escape: null,
      line_end: { value: 'lf', ...given },
      skip_lines: null,
      header_lines: null,
      footer_lines: null,
      decimal: null,
      thousands: null,
      date_order: null,
      null_values: null,
      row_order: { value: null, ...given },
      table: { value: 0, ...given },
      tables: [],
      columns: output.columns.map(({ name, type }) => ({
        name,
        original_name: null,
        type: { value: type, ...given },
      })),
    },
    warnings: [],
    source_sha256: sha256,
    content_sha256: sha256,
    parquet_bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Makes the version, and with the first the dataset, in the caller's transaction. */
export async function registerLanded(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  landed: Landed,
): Promise<void> {
  const { topic, base } = landed;
  await lockRegistration(tx, ctx);
  const existing = base === null ? null : await findDataset(tx, ctx, topic.datasetId);
  if (base !== null && existing === null)
    fail('NOT_FOUND', 'The dataset of this topic was deleted.', { dataset_id: topic.datasetId });
  if (existing !== null && existing.version.id !== base?.id)
    fail('CONFLICT', 'The dataset of this topic has another version since.');
  const number = base === null ? 1 : await nextVersionNumber(tx, ctx, topic.datasetId);
  const version = await versionOf(platform, tx, ctx, landed, number);
  if (base === null) await insertDataset(tx, await datasetOf(tx, ctx, topic, version));
  await insertVersion(tx, version);
  if (base === null) return;
  await setCurrentVersion(tx, ctx, topic.datasetId, version, number);
  await platform.events.publish(tx, ctx, 'dataset.updated', topic.datasetId, { dataset_id: topic.datasetId });
  await platform.events.publish(tx, ctx, 'data.ingestion', topic.datasetId, {
    topic_id: topic.id,
    dataset_id: topic.datasetId,
    version_id: version.id,
    first_offset: landed.from,
    next_offset: landed.to,
  });
}

async function versionOf(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  { topic, versionId, lakePrefix, from, to, output, report, startedAt, base }: Landed,
  number: number,
): Promise<VersionRow> {
  const endedAt = new Date();
  const address = `/api/v1/data/datasets/${topic.datasetId}`;
  const provenanceId = await platform.provenance.record(tx, ctx, {
    kind: 'ingest',
    label: `Landing the topic ${topic.name}`,
    parameters: { topic_id: topic.id, first_offset: from, next_offset: to, columns: topic.columns },
    seed: null,
    software,
    startedAt,
    endedAt,
    inputs: [
      {
        id: topic.id,
        kind: 'source',
        label: `Topic ${topic.name}`,
        sha256: null,
        link: `/api/v1/data/topics/${topic.id}`,
      },
    ],
    outputs: [
      {
        id: versionId,
        kind: 'dataset_version',
        label: `${topic.name}, version ${number}`,
        sha256: report.content_sha256,
        link: `${address}/versions`,
      },
    ],
  });
  return {
    id: versionId,
    tenantId: ctx.actor.tenantId,
    datasetId: topic.datasetId,
    number,
    identity: createHash('sha256')
      .update(`${topic.id} ${from} ${to} ${base?.id ?? ''}`)
      .digest('hex'),
    uploadId: topic.id,
    fileName: `${topic.name}.parquet`,
    rawKey: `${lakePrefix}/part.parquet`,
    lakePrefix,
    format: 'stream',
    rows: output.rows,
    columns: output.columns,
    rejectedRows: 0,
    qualityScore: output.quality,
    issueCount: output.issues,
    parquetBytes: report.parquet_bytes,
    sourceBytes: report.parquet_bytes,
    sourceSha256: report.source_sha256,
    contentSha256: report.content_sha256,
    overrides: {},
    warnings: [],
    provenanceId,
    createdBy: topic.createdBy,
    createdAt: endedAt,
  };
}

async function datasetOf(tx: Sql, ctx: Context, topic: TopicRow, version: VersionRow): Promise<DatasetRow> {
  const wanted = tableNameOf(topic.name);
  return {
    id: topic.datasetId,
    tenantId: ctx.actor.tenantId,
    name: topic.name,
    tableName: freeTableName(wanted, await tableNamesLike(tx, ctx, wanted)),
    description: topic.description,
    fileName: version.fileName,
    format: version.format,
    sample: false,
    sensitivity: 'internal',
    rules: [],
    pseudonymKey: null,
    currentVersionId: version.id,
    versionCount: 1,
    rows: version.rows,
    qualityScore: version.qualityScore,
    createdBy: topic.createdBy,
    createdAt: version.createdAt,
    updatedAt: version.createdAt,
    deletedAt: null,
  };
}
