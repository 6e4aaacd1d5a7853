import { hash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnChange } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import { type DatasetWithVersion, findDataset } from '../datasets/datasets.store.ts';
import { versionIdentity } from '../datasets/version-identity.ts';
import { lakeFiles } from '../process.jobs.ts';
import type { ReadFileInput, ReadFileResult } from '../read-file.worker.ts';
import { appendRows } from './append-rows.ts';
import { changeConnection, findConnection } from './connections.store.ts';
import type { ImportRowsInput, ImportRowsOutput } from './import-rows.worker.ts';
import { type ImportUnderWay, type ImportWalls, isAdding, isLoose } from './import-under-way.ts';
import { type ImportInput, importKind } from './imports.input.ts';
import { endFailed, endUnchanged, registerImport } from './imports.registration.ts';
import { type Imports, requireWriting } from './imports.service.ts';
import { findImport, type ImportRow } from './imports.store.ts';
import type { ReadBefore, Staged } from './kinds/source-kind.ts';

const rowsWorker = new URL('./import-rows.worker.ts', import.meta.url);
const reader = new URL('../read-file.worker.ts', import.meta.url);
const fetchingMs = 5 * 3600 * 1000;

/** Brings rows from a source into a dataset. The version, the cursor and the record of it are one commit. */
export function importJob(walls: ImportWalls): JobDefinition<ImportInput> {
  return {
    kind: importKind,
    title: ({ name }) => `Importing ${name}`,
    timeoutSeconds: 6 * 3600,
    retries: 3,
    concurrency: walls.platform.config.STROMA_JOB_CONCURRENCY,
    run: (input, ctx, job) => runImport(walls, input, ctx, job),
    onFailed: (input, ctx, job, error, tx) => endFailed(walls, tx, ctx, input, job.jobId, error),
  };
}

/** Looks every minute whose time has come. */
export function importClockJob(imports: Imports): JobDefinition<object> {
  return {
    kind: 'connections.clock',
    title: () => 'Starting the imports whose time has come',
    cron: '* * * * *',
    timeoutSeconds: 60,
    retries: 0,
    concurrency: 1,
    run: async (_input, ctx) => ({ result: { sent: await imports.sendDue(ctx, new Date()) } }),
  };
}

async function runImport(
  walls: ImportWalls,
  input: ImportInput,
  ctx: Context,
  job: RunningJob,
): Promise<JobOutcome> {
  const { platform, visibility } = walls;
  const { sql } = platform.db;
  const row = await findImport(sql, ctx, input.import_id);
  const connection = row === null ? null : await findConnection(sql, ctx, row.connectionId);
  if (row === null || connection === null)
    return fail('NOT_FOUND', 'The import was deleted.', { import_id: input.import_id });
  if (!ctx.actor.permissions.has('connections:write'))
    fail(
      'FORBIDDEN',
      'Whoever set up this import may not import any more. Set its time again as somebody who may.',
    );
  requireWriting(ctx);
  const target = row.datasetId === null ? null : await findDataset(sql, ctx, row.datasetId);
  if (row.datasetId !== null && target === null)
    fail('NOT_FOUND', 'The dataset of this import was deleted. Restore it, or import anew.', {
      dataset_id: row.datasetId,
    });
  if (target !== null) await visibility.require(ctx, 'datasets:write', target.dataset);
  const folder = join(platform.scratchFolder, `import-${randomBytes(8).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await bring(walls, {
      ...{ input, ctx, job, row, connection, target, folder },
      startedAt: new Date(),
      files: null,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bring(walls: ImportWalls, begun: ImportUnderWay): Promise<JobOutcome> {
  const { platform } = walls;
  const staged = await fetchRows(walls, begun);
  const run: ImportUnderWay = { ...begun, files: filesOf(staged) };
  const { ctx, job, folder, target } = run;
  job.progress(0.5, 'reading');
  const made = join(folder, 'made.parquet');
  const brought = await platform.threads.run<ImportRowsInput, ImportRowsOutput>(
    rowsWorker,
    await rowsInput(walls, run, staged, made),
    { signal: ctx.signal, onProgress: (fraction, phase) => job.progress(0.5 + fraction * 0.2, phase) },
  );
  if (brought.stopped) throw stopped(brought.changes);
  if (isAdding(run) && target !== null && brought.rows === 0)
    return {
      result: resultOf(run, target.dataset.id, target.version.id, brought),
      commit: (tx) => endUnchanged(walls, tx, run, brought, target),
    };
  if (!brought.appended || target === null) return await store(walls, run, brought, made);
  const finished = await appendRows(walls, run, target, brought, made);
  return {
    result: resultOf(run, finished.datasetId, finished.versionId, brought),
    commit: (tx) => registerImport(walls, tx, run, finished),
  };
}

const resultOf = (
  { input }: ImportUnderWay,
  datasetId: string,
  versionId: string,
  { rows, total }: ImportRowsOutput,
) => ({
  import_id: input.import_id,
  dataset_id: datasetId,
  version_id: versionId,
  rows: total,
  rows_read: rows,
});

async function fetchRows({ platform, sources }: ImportWalls, run: ImportUnderWay): Promise<Staged> {
  const { ctx, job, row, connection, folder } = run;
  const secrets = await sources.secretsOf(connection);
  const window =
    row.cursorColumn === null ? null : { column: row.cursorColumn, from: row.cursor?.value ?? null };
  const began = new Date();
  const staged = await sources.with(
    ctx,
    { settings: connection.settings, secrets, timeoutMs: fetchingMs },
    (source) =>
      source.fetch({
        selection: row.selection,
        window,
        before: readBefore(run),
        folder,
        // How many there will be is not known: the share creeps towards its end.
        onRows: (rows) => job.progress(0.5 * (1 - 1 / (1 + rows / 200_000)), `${rows} rows`),
      }),
  );
  await changeConnection(platform.db.sql, ctx, connection.id, { testedAt: began, problem: null });
  return staged;
}

function filesOf(staged: Staged): ImportUnderWay['files'] {
  if (staged.kind !== 'files' || staged.seen === undefined) return null;
  return { seen: staged.seen, partial: staged.partial === true };
}

/** What of a folder is there already. Where the version is not the one its files made, all of them are read again. */
function readBefore({ row, target }: ImportUnderWay): ReadBefore | null {
  if (row.files === null || target === null) return null;
  const adding = row.mode === 'incremental';
  return adding || row.files.version_id === target.version.id ? { files: row.files.known, adding } : null;
}

async function rowsInput(
  { platform, documents }: ImportWalls,
  run: ImportUnderWay,
  staged: Staged,
  made: string,
): Promise<ImportRowsInput> {
  const { row, target, input, folder } = run;
  const local = async () => {
    const { path, more = [] } = await documents.paths((target as DatasetWithVersion).version);
    return [path, ...more];
  };
  return {
    staged,
    base: isAdding(run) ? await local() : null,
    known: row.columns,
    loose: isLoose(run),
    onChange: input.accept_changes ? 'continue' : row.onChange,
    cursor:
      row.cursorColumn === null
        ? null
        : { column: row.cursorColumn, from: row.cursor?.value ?? null, boundary: row.cursor?.boundary ?? {} },
    target: made,
    folder,
    memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
  };
}

async function store(
  walls: ImportWalls,
  run: ImportUnderWay,
  brought: ImportRowsOutput,
  made: string,
): Promise<JobOutcome> {
  const { platform } = walls;
  const { ctx, job, folder, target } = run;
  const readFolder = join(folder, 'read');
  await mkdir(readFolder);
  const fileName = `${run.row.datasetName.replaceAll(/[\\/]/g, '-')}.parquet`;
  const read = await platform.threads.run<ReadFileInput, ReadFileResult>(
    reader,
    {
      sourcePath: made,
      fileName,
      outputFolder: readFolder,
      overrides: {},
      memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
    },
    { signal: ctx.signal, onProgress: (fraction, phase) => job.progress(0.7 + fraction * 0.25, phase) },
  );
  job.progress(0.95, 'storing');
  const { report } = read;
  const identity = identityOf(run.row, versionIdentity(report.source_sha256, report.decisions));
  if (target?.version.identity === identity)
    return {
      result: resultOf(run, target.dataset.id, target.version.id, brought),
      commit: (tx) => endUnchanged(walls, tx, run, brought, target),
    };
  const lakePrefix = `lake/${ctx.actor.tenantId}/${report.content_sha256}/${identity.slice(0, 16)}`;
  const known = { bytes: report.parquet_bytes, sha256: report.content_sha256 };
  for (const name of lakeFiles)
    await platform.objects.putFile(
      `${lakePrefix}/${name}`,
      join(readFolder, name),
      name === 'data.parquet' ? known : undefined,
    );
  const uploadId = newId('upload');
  const copy = join(folder, 'raw');
  await copyFile(made, copy);
  const raw = await platform.objects.putFile(`raw/${ctx.actor.tenantId}/${uploadId}`, copy);
  const finished = {
    uploadId,
    fileName,
    raw,
    read,
    identity,
    lakePrefix,
    brought,
    datasetId: target?.dataset.id ?? newId('dataset'),
    versionId: newId('version'),
  };
  return {
    result: resultOf(run, finished.datasetId, finished.versionId, brought),
    commit: (tx) => registerImport(walls, tx, run, finished),
  };
}

/** The same rows from two sources are two versions: each grows by its own. */
const identityOf = ({ id }: ImportRow, identity: string): string => hash('sha256', `${id} ${identity}`);

function stopped(changes: readonly ColumnChange[]): StromaError {
  const told = changes
    .slice(0, 5)
    .map(({ change, column, before, after }) =>
      change === 'retyped' ? `"${column}" was ${before} and is ${after}` : `"${column}" was ${change}`,
    );
  const more = changes.length > 5 ? ` and ${changes.length - 5} more` : '';
  return new StromaError(
    'SOURCE_CHANGED',
    `The columns of the source changed: ${told.join(', ')}${more}. Run the import with the new columns, or let it go on by itself.`,
    { changes },
  );
}
