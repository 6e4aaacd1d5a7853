import type { ColumnChange } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { StoredObject } from '../../platform/objects/object-store.ts';
import { findByIdentity } from '../datasets/dataset-versions.store.ts';
import { type DatasetWithVersion, findDataset } from '../datasets/datasets.store.ts';
import type { ReadFileResult } from '../read-file.worker.ts';
import { makeCurrent, registerVersion } from '../register-version.ts';
import { software } from '../software.ts';
import { tellVersion } from '../told-version.ts';
import { insertUpload, type UploadRow } from '../uploads.store.ts';
import { changeConnection } from './connections.store.ts';
import type { ImportRowsOutput } from './import-rows.worker.ts';
import { type ImportUnderWay, type ImportWalls, isAdding, isLoose } from './import-under-way.ts';
import type { ImportInput } from './imports.input.ts';
import { changeImport, findImport, insertRun, lockImport } from './imports.store.ts';
import { knownColumns } from './schema-changes.ts';

export interface FinishedImport {
  uploadId: string;
  fileName: string;
  raw: StoredObject;
  read: ReadFileResult;
  identity: string;
  lakePrefix: string;
  /** Where it lies in parts. */
  format?: 'import';
  brought: ImportRowsOutput;
  datasetId: string;
  versionId: string;
}

/** The version, where it came from, how far the import is now and who did it: all or nothing. */
export async function registerImport(
  walls: ImportWalls,
  tx: Sql,
  run: ImportUnderWay,
  made: FinishedImport,
): Promise<void> {
  const { platform, audit } = walls;
  const { ctx, job, row, target, startedAt } = run;
  await requireUnmoved(tx, run);
  const endedAt = new Date();
  const known = target === null ? null : await findByIdentity(tx, ctx, made.identity, target.dataset.id);
  let registered: DatasetWithVersion;
  if (known !== null) {
    await makeCurrent(platform, tx, ctx, known);
    registered = known;
  } else {
    const upload = uploadOf(run, made);
    await insertUpload(tx, upload);
    await recordDerivation(walls, tx, run, made, endedAt);
    registered = await registerVersion(platform, tx, ctx, {
      input: {
        upload_id: upload.id,
        file_name: upload.fileName,
        dataset_id: row.datasetId,
        overrides: {},
        again: false,
      },
      upload,
      read: made.read,
      identity: made.identity,
      lakePrefix: made.lakePrefix,
      startedAt,
      endedAt,
      datasetId: made.datasetId,
      versionId: made.versionId,
      ...(made.format === undefined ? {} : { format: made.format }),
    });
  }
  const { dataset, version } = registered;
  await audit.record(tx, ctx, {
    action: target === null ? 'dataset.created' : 'dataset.version-added',
    object: { kind: 'dataset', id: dataset.id },
    outcome: 'success',
    after: { content_sha256: version.contentSha256 },
    details: {
      name: dataset.name,
      version_id: version.id,
      version: version.number,
      rows: version.rows,
      import_id: row.id,
    },
  });
  await moveOn(walls, tx, run, made.brought, registered, 'succeeded', endedAt);
  await tellVersion(platform, tx, ctx, job.jobId, registered);
}

/** Nothing new came: no version, and the import is as far as it was. */
export async function endUnchanged(
  walls: ImportWalls,
  tx: Sql,
  run: ImportUnderWay,
  brought: ImportRowsOutput,
  target: DatasetWithVersion,
): Promise<void> {
  await requireUnmoved(tx, run);
  await moveOn(walls, tx, run, brought, target, 'unchanged', new Date());
}

/** Throws NOT_READY when another run of the import, or a new version, came between: the next attempt begins from it. */
async function requireUnmoved(tx: Sql, { ctx, row, target }: ImportUnderWay): Promise<void> {
  const now = await lockImport(tx, ctx, row.id);
  if (now === null) fail('NOT_FOUND', 'The import was deleted meanwhile.', { import_id: row.id });
  if (now.revision !== row.revision) fail('NOT_READY', 'Another run of this import ended meanwhile.');
  if (target === null) return;
  const current = await findDataset(tx, ctx, target.dataset.id);
  if (current?.version.id !== target.version.id)
    fail('NOT_READY', 'The dataset got another version meanwhile.');
}

async function moveOn(
  { platform, audit }: ImportWalls,
  tx: Sql,
  run: ImportUnderWay,
  brought: ImportRowsOutput,
  { dataset, version }: DatasetWithVersion,
  status: 'succeeded' | 'unchanged',
  endedAt: Date,
): Promise<void> {
  const { changes, cursor, columns } = brought;
  const { ctx, job, row, startedAt, files } = run;
  await changeImport(tx, ctx, row.id, {
    datasetId: dataset.id,
    cursor,
    columns: knownColumns(row.columns, columns, isLoose(run)),
    files: files === null ? null : { version_id: version.id, known: files.seen },
    revision: row.revision + 1,
  });
  const runId = newId('importRun');
  await insertRun(tx, {
    id: runId,
    tenantId: ctx.actor.tenantId,
    connectionId: row.connectionId,
    importId: row.id,
    jobId: job.jobId,
    status,
    rowsRead: brought.rows,
    rowsTotal: version.rows,
    leftOut: brought.leftOut,
    misfits: brought.misfits,
    cursorFrom: row.cursor?.value ?? null,
    cursorTo: cursor?.value ?? null,
    contentSha256: version.contentSha256,
    changes,
    datasetId: dataset.id,
    versionId: version.id,
    startedAt,
    endedAt,
  });
  await audit.record(tx, ctx, {
    action: 'import.succeeded',
    object: { kind: 'import', id: row.id },
    outcome: 'success',
    details: {
      run_id: runId,
      connection_id: row.connectionId,
      dataset_id: dataset.id,
      version_id: version.id,
      rows_read: brought.rows,
      job_id: job.jobId,
    },
  });
  if (changes.length > 0) await tellChanges({ platform, audit }, tx, ctx, row, dataset.id, changes);
}

async function tellChanges(
  { platform, audit }: Pick<ImportWalls, 'platform' | 'audit'>,
  tx: Sql,
  ctx: Context,
  { id, connectionId }: { id: string; connectionId: string },
  datasetId: string,
  changes: readonly ColumnChange[],
): Promise<void> {
  await audit.record(tx, ctx, {
    action: 'import.schema-changed',
    object: { kind: 'import', id },
    outcome: 'success',
    after: changes,
    details: { connection_id: connectionId, dataset_id: datasetId, changes: changes.length },
  });
  await platform.events.publish(tx, ctx, 'data.source.changed', id, {
    connection_id: connectionId,
    import_id: id,
    dataset_id: datasetId,
    changes: changes.slice(0, 100).map(({ change, column }) => ({ change, column })),
  });
}

/** How it ended stays with the import; the cursor stays where it was. */
export async function endFailed(
  { platform, audit }: ImportWalls,
  tx: Sql,
  ctx: Context,
  input: ImportInput,
  jobId: string,
  error: { code: string; message: string; details?: Record<string, unknown> },
): Promise<void> {
  const row = await findImport(tx, ctx, input.import_id);
  if (row === null) return;
  const problem = { code: error.code, message: error.message };
  const changes = error.code === 'SOURCE_CHANGED' ? ((error.details?.changes ?? []) as ColumnChange[]) : [];
  const now = new Date();
  await insertRun(tx, {
    id: newId('importRun'),
    tenantId: ctx.actor.tenantId,
    connectionId: row.connectionId,
    importId: row.id,
    jobId,
    status: 'failed',
    cursorFrom: row.cursor?.value ?? null,
    changes,
    error: problem,
    datasetId: row.datasetId,
    startedAt: now,
    endedAt: now,
  });
  const reaching = error.code.startsWith('SOURCE_') && error.code !== 'SOURCE_CHANGED';
  if (reaching) await changeConnection(tx, ctx, row.connectionId, { testedAt: now, problem });
  await audit.record(tx, ctx, {
    action: 'import.failed',
    object: { kind: 'import', id: row.id },
    outcome: 'failure',
    details: { connection_id: row.connectionId, job_id: jobId, code: error.code },
  });
  if (changes.length > 0 && row.datasetId !== null)
    await tellChanges({ platform, audit }, tx, ctx, row, row.datasetId, changes);
}

function uploadOf({ ctx, job, row, connection, startedAt }: ImportUnderWay, made: FinishedImport): UploadRow {
  return {
    id: made.uploadId,
    tenantId: ctx.actor.tenantId,
    fileName: made.fileName,
    status: 'queued',
    sizeBytes: made.raw.bytes,
    receivedBytes: made.raw.bytes,
    datasetId: row.datasetId,
    overrides: {},
    sample: false,
    description: `Imported from ${connection.name}.`,
    name: row.datasetName,
    objectKey: made.raw.key,
    sha256: made.raw.sha256,
    jobId: job.jobId,
    createdBy: ctx.actor.id,
    createdAt: startedAt,
    updatedAt: startedAt,
  };
}

async function recordDerivation(
  { platform }: ImportWalls,
  tx: Sql,
  run: ImportUnderWay,
  made: FinishedImport,
  endedAt: Date,
): Promise<void> {
  const { ctx, row, connection, target, startedAt } = run;
  const { brought } = made;
  const base = isAdding(run) ? target : null;
  await platform.provenance.record(tx, ctx, {
    kind: 'import',
    label: `Importing from ${connection.name}`,
    parameters: {
      connection_id: connection.id,
      connection: connection.name,
      source_kind: connection.settings.kind,
      selection: row.selection,
      mode: row.mode,
      cursor_column: row.cursorColumn,
      cursor_from: row.cursor?.value ?? null,
      cursor_to: brought.cursor?.value ?? null,
      rows_read: brought.rows,
      rows_total: brought.total,
      columns: brought.columns,
    },
    seed: null,
    software,
    startedAt,
    endedAt,
    inputs: [
      {
        id: connection.id,
        kind: 'source',
        label: connection.name,
        sha256: null,
        link: `/api/v1/data/connections/${connection.id}`,
      },
      ...(base === null
        ? []
        : [
            {
              id: base.version.id,
              kind: 'dataset_version' as const,
              label: `${base.dataset.name}, version ${base.version.number}`,
              sha256: base.version.contentSha256,
              link: `/api/v1/data/datasets/${base.dataset.id}/versions`,
            },
          ]),
    ],
    outputs: [
      {
        id: made.uploadId,
        kind: 'raw_file',
        label: made.fileName,
        sha256: made.raw.sha256,
        link: `/api/v1/data/datasets/${made.datasetId}/download?format=raw&version_id=${made.versionId}`,
      },
    ],
  });
}
