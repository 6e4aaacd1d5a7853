import { createHash, hash } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../platform/ids.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import type { PartList } from '../datasets/version-parts.ts';
import type { LandInput, LandOutput } from '../streams/landing.worker.ts';
import { partsToMerge } from '../streams/parts-to-merge.ts';
import type { ImportRowsOutput } from './import-rows.worker.ts';
import type { ImportUnderWay, ImportWalls } from './import-under-way.ts';
import type { FinishedImport } from './imports.registration.ts';

const partWorker = new URL('../streams/landing.worker.ts', import.meta.url);
const partFiles = ['part.parquet', 'parts.json', 'report.json', 'profile.json', 'values.json'] as const;

/**
 * A version that is the one before and the rows that were brought: they become a part of their own, and small parts
 * are put together as those of topics are. A row is written again only a few times however long an import goes on.
 */
export async function appendRows(
  { platform, documents }: ImportWalls,
  { ctx, job, row, folder }: ImportUnderWay,
  base: DatasetWithVersion,
  brought: ImportRowsOutput,
  made: string,
): Promise<FinishedImport> {
  const { version } = base;
  const partFolder = join(folder, 'part');
  await mkdir(partFolder);
  const earlier = await documents.parts(version);
  const kept = earlier.slice(0, earlier.length - partsToMerge(earlier));
  const local = (parts: PartList['parts']) =>
    Promise.all(parts.map(({ key }) => platform.objects.localPath(key)));
  const output = await platform.threads.run<LandInput, LandOutput>(
    partWorker,
    {
      added: { parquet: made },
      kept: await local(kept),
      merged: await local(earlier.slice(kept.length)),
      folder: partFolder,
      memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
    },
    { signal: ctx.signal, onProgress: (fraction, phase) => job.progress(0.7 + fraction * 0.25, phase) },
  );
  job.progress(0.95, 'storing');
  const versionId = newId('version');
  const lakePrefix = `lake/${ctx.actor.tenantId}/${row.id}/${versionId}`;
  const parts = [...kept, { key: `${lakePrefix}/part.parquet`, ...output.part }];
  const uploadId = newId('upload');
  const copy = join(folder, 'raw');
  await copyFile(made, copy);
  const raw = await platform.objects.putFile(`raw/${ctx.actor.tenantId}/${uploadId}`, copy);
  const report = {
    ...(await documents.get(version, 'report.json')),
    rows: output.rows,
    columns: output.columns,
    source_sha256: raw.sha256,
    content_sha256: createHash('sha256')
      .update(parts.map(({ sha256 }) => sha256).join('\n'))
      .digest('hex'),
    parquet_bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const save = (name: string, document: unknown) =>
    writeFile(join(partFolder, name), JSON.stringify(document));
  await save('parts.json', { parts } satisfies PartList);
  await save('report.json', report);
  for (const name of partFiles)
    await platform.objects.putFile(`${lakePrefix}/${name}`, join(partFolder, name));
  return {
    uploadId,
    fileName: `${row.datasetName.replaceAll(/[\\/]/g, '-')}.parquet`,
    raw,
    read: { report, quality: output.quality, issues: output.issues },
    identity: hash('sha256', `${row.id} ${version.id} ${raw.sha256}`),
    lakePrefix,
    format: 'import',
    brought,
    datasetId: base.dataset.id,
    versionId,
  };
}
