import { fileStem, freeTableName, tableNameOf } from '@stroma/kernel';
import type { Context } from '../platform/context.ts';
import type { Sql } from '../platform/db/database.ts';
import { fail } from '../platform/failure.ts';
import type { Platform } from '../platform/platform.ts';
import { findByIdentity, insertVersion, nextVersionNumber } from './datasets/dataset-versions.store.ts';
import {
  type DatasetRow,
  type DatasetWithVersion,
  findDataset,
  insertDataset,
  lockRegistration,
  setCurrentVersion,
  tableNamesLike,
  type VersionRow,
} from './datasets/datasets.store.ts';
import type { ProcessInput } from './process.input.ts';
import type { ReadFileResult } from './read-file.worker.ts';
import { software } from './software.ts';
import type { UploadRow } from './uploads.store.ts';

export interface NewVersion {
  input: ProcessInput;
  upload: UploadRow;
  read: ReadFileResult;
  identity: string;
  lakePrefix: string;
  startedAt: Date;
  endedAt: Date;
  /** Given out before the transaction, so that the job's result can name them. */
  datasetId: string;
  versionId: string;
  /** Where it is not laid down as its file was read. */
  format?: VersionRow['format'];
}

/**
 * Makes the version and, when none is named, its dataset. Throws NOT_READY when another job made it meanwhile:
 * the next attempt then finds it.
 */
export async function registerVersion(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  made: NewVersion,
): Promise<DatasetWithVersion> {
  const { input, identity, datasetId } = made;
  await lockRegistration(tx, ctx);
  if (await findByIdentity(tx, ctx, identity, input.dataset_id))
    fail('NOT_READY', 'The same file was registered a moment ago by another job.');
  const existing = input.dataset_id === null ? null : await findDataset(tx, ctx, input.dataset_id);
  if (input.dataset_id !== null && !existing)
    fail('NOT_FOUND', 'The dataset this file was meant for was deleted.', { dataset_id: input.dataset_id });
  const number = existing ? await nextVersionNumber(tx, ctx, datasetId) : 1;
  const version = await buildVersion(platform, tx, ctx, made, number);
  const dataset = existing
    ? { ...existing.dataset, versionCount: number }
    : await createDataset(tx, ctx, made, version);
  await insertVersion(tx, version);
  if (existing) {
    await setCurrentVersion(tx, ctx, datasetId, version, number);
    await platform.events.publish(tx, ctx, 'dataset.updated', datasetId, { dataset_id: datasetId });
  }
  return { dataset, version };
}

export async function makeCurrent(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  { dataset, version }: DatasetWithVersion,
): Promise<void> {
  if (dataset.currentVersionId === version.id) return;
  await setCurrentVersion(tx, ctx, dataset.id, version);
  await platform.events.publish(tx, ctx, 'dataset.updated', dataset.id, { dataset_id: dataset.id });
}

async function createDataset(
  tx: Sql,
  ctx: Context,
  { upload }: NewVersion,
  version: VersionRow,
): Promise<DatasetRow> {
  const wanted = tableNameOf(upload.fileName);
  const dataset: DatasetRow = {
    id: version.datasetId,
    tenantId: ctx.actor.tenantId,
    name: upload.name ?? fileStem(upload.fileName),
    tableName: freeTableName(wanted, await tableNamesLike(tx, ctx, wanted)),
    description: upload.description,
    fileName: upload.fileName,
    format: version.format,
    sample: upload.sample,
    sensitivity: upload.sample ? 'public' : 'internal',
    rules: [],
    pseudonymKey: null,
    currentVersionId: version.id,
    versionCount: 1,
    rows: version.rows,
    qualityScore: version.qualityScore,
    createdBy: upload.createdBy,
    createdAt: version.createdAt,
    updatedAt: version.createdAt,
    deletedAt: null,
  };
  await insertDataset(tx, dataset);
  return dataset;
}

async function buildVersion(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  made: NewVersion,
  number: number,
): Promise<VersionRow> {
  const { input, upload, read, datasetId, versionId } = made;
  const { report } = read;
  return {
    id: versionId,
    tenantId: ctx.actor.tenantId,
    datasetId,
    number,
    identity: made.identity,
    uploadId: upload.id,
    fileName: upload.fileName,
    rawKey: upload.objectKey ?? '',
    lakePrefix: made.lakePrefix,
    format: made.format ?? report.decisions.format.value,
    rows: report.rows,
    columns: report.columns,
    rejectedRows: report.rejected_rows,
    qualityScore: read.quality,
    issueCount: read.issues,
    parquetBytes: report.parquet_bytes,
    sourceBytes: upload.receivedBytes,
    sourceSha256: report.source_sha256,
    contentSha256: report.content_sha256,
    overrides: input.overrides,
    warnings: report.warnings,
    provenanceId: await recordIngest(platform, tx, ctx, made, number),
    createdBy: upload.createdBy,
    createdAt: made.endedAt,
  };
}

function recordIngest(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  { input, upload, read, startedAt, endedAt, datasetId, versionId }: NewVersion,
  number: number,
): Promise<string> {
  const { report } = read;
  const { tables: _tables, ...decisions } = report.decisions;
  const address = `/api/v1/data/datasets/${datasetId}`;
  return platform.provenance.record(tx, ctx, {
    kind: 'ingest',
    label: `Reading ${upload.fileName}`,
    parameters: { overrides: input.overrides, decisions },
    seed: null,
    software,
    startedAt,
    endedAt,
    inputs: [
      {
        id: upload.id,
        kind: 'raw_file',
        label: upload.fileName,
        sha256: report.source_sha256,
        link: `${address}/download?format=raw&version_id=${versionId}`,
      },
    ],
    outputs: [
      {
        id: versionId,
        kind: 'dataset_version',
        label: `${upload.name ?? fileStem(upload.fileName)}, version ${number}`,
        sha256: report.content_sha256,
        link: `${address}/versions`,
      },
    ],
  });
}
