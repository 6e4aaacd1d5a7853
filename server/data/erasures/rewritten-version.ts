import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStem } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { findByIdentity } from '../datasets/dataset-versions.store.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { versionIdentity } from '../datasets/version-identity.ts';
import { lakeFiles } from '../process.jobs.ts';
import type { ReadFileInput, ReadFileResult } from '../read-file.worker.ts';
import { makeCurrent, registerVersion } from '../register-version.ts';
import { software } from '../software.ts';
import { insertUpload, type UploadRow } from '../uploads.store.ts';
import type { RemoveRowsInput, RemoveRowsOutput } from './remove-rows.worker.ts';

const remover = new URL('./remove-rows.worker.ts', import.meta.url);
const reader = new URL('../read-file.worker.ts', import.meta.url);

export interface Rewritten {
  removed: number;
  /** Null when no row would be left. */
  version: { id: string; register(tx: Sql): Promise<void> } | null;
}

/** Rows that go, and what cells of the others become; SQL over a row. */
export interface Rewriting {
  tests: readonly string[];
  replaced: readonly { column: string; sql: string }[];
}

interface Parts {
  platform: Platform;
  documents: Pick<LakeDocuments, 'path'>;
  ctx: Context;
  jobId: string;
  erasureId: string;
  /** Of what is written: the same when it is begun again, so that nothing of the first time is left over. */
  uploadId: string;
  /** Takes the person's words out of a name. */
  replace: (text: string) => string;
}

/**
 * The current version of a dataset as it is to be without a person, read in as every file is; what is written to
 * the store comes with `register`. Its file is the remaining rows as Parquet: the one that was sent holds the person.
 */
export async function rewriteVersion(
  parts: Parts,
  found: DatasetWithVersion,
  rewriting: Rewriting,
): Promise<Rewritten> {
  const { platform, ctx } = parts;
  const folder = join(platform.scratchFolder, `erase-${randomBytes(8).toString('hex')}`);
  await mkdir(join(folder, 'read'), { recursive: true, mode: 0o700 });
  try {
    const made = join(folder, 'remaining.parquet');
    const memoryMb = platform.config.STROMA_INGEST_MEMORY_MB;
    const { rows, removed } = await platform.threads.run<RemoveRowsInput, RemoveRowsOutput>(
      remover,
      {
        parquet: await parts.documents.path(found.version, 'data.parquet'),
        tests: rewriting.tests,
        replaced: rewriting.replaced,
        target: made,
        folder,
        memoryMb,
      },
      { signal: ctx.signal },
    );
    if (rows === 0) return { removed, version: null };
    return { removed, version: await readIn(parts, found, { made, folder, memoryMb }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readIn(
  { platform, ctx, jobId, erasureId, uploadId, replace }: Parts,
  { dataset, version }: DatasetWithVersion,
  { made, folder, memoryMb }: { made: string; folder: string; memoryMb: number },
): Promise<NonNullable<Rewritten['version']>> {
  const startedAt = new Date();
  const readFolder = join(folder, 'read');
  const upload: UploadRow = {
    id: uploadId,
    tenantId: ctx.actor.tenantId,
    fileName: `${replace(fileStem(version.fileName))}.parquet`,
    status: 'queued',
    sizeBytes: null,
    receivedBytes: 0,
    datasetId: dataset.id,
    overrides: {},
    sample: false,
    description: '',
    name: replace(dataset.name),
    objectKey: null,
    sha256: null,
    jobId,
    createdBy: version.createdBy,
    createdAt: startedAt,
    updatedAt: startedAt,
  };
  const read = await platform.threads.run<ReadFileInput, ReadFileResult>(
    reader,
    { sourcePath: made, fileName: upload.fileName, outputFolder: readFolder, overrides: {}, memoryMb },
    { signal: ctx.signal },
  );
  const identity = versionIdentity(read.report.source_sha256, read.report.decisions);
  const there = await findByIdentity(platform.db.sql, ctx, identity, dataset.id);
  if (there !== null)
    return { id: there.version.id, register: (tx) => makeCurrent(platform, tx, ctx, there) };
  const lakePrefix = `lake/${ctx.actor.tenantId}/${read.report.content_sha256}/${identity.slice(0, 16)}`;
  const known = { bytes: read.report.parquet_bytes, sha256: read.report.content_sha256 };
  for (const name of lakeFiles)
    await platform.objects.putFile(
      `${lakePrefix}/${name}`,
      join(readFolder, name),
      name === 'data.parquet' ? known : undefined,
    );
  const copy = join(folder, 'raw');
  await copyFile(made, copy);
  const stored = await platform.objects.putFile(`raw/${ctx.actor.tenantId}/${upload.id}`, copy);
  const whole: UploadRow = {
    ...upload,
    objectKey: stored.key,
    sha256: stored.sha256,
    receivedBytes: stored.bytes,
    sizeBytes: stored.bytes,
  };
  const versionId = newId('version');
  return {
    id: versionId,
    async register(tx) {
      const endedAt = new Date();
      await insertUpload(tx, whole);
      await platform.provenance.record(tx, ctx, {
        kind: 'erasure',
        label: 'Erasing the rows of a person',
        parameters: { erasure_id: erasureId },
        seed: null,
        software,
        startedAt,
        endedAt,
        inputs: [
          {
            id: version.id,
            kind: 'dataset_version',
            label: `${replace(dataset.name)}, version ${version.number}`,
            sha256: version.contentSha256,
            link: `/api/v1/data/datasets/${dataset.id}/versions`,
          },
        ],
        outputs: [
          {
            id: whole.id,
            kind: 'raw_file',
            label: whole.fileName,
            sha256: whole.sha256,
            link: `/api/v1/data/datasets/${dataset.id}/download?format=raw&version_id=${versionId}`,
          },
        ],
      });
      await registerVersion(platform, tx, ctx, {
        input: {
          upload_id: whole.id,
          file_name: whole.fileName,
          dataset_id: dataset.id,
          overrides: {},
          again: false,
        },
        upload: whole,
        read,
        identity,
        lakePrefix,
        startedAt,
        endedAt,
        datasetId: dataset.id,
        versionId,
      });
    },
  };
}
