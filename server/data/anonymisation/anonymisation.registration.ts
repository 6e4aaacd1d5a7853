import type { AnonymisationResult } from '@stroma/contracts';
import type { Sql } from '../../platform/db/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SeenDataset } from '../datasets/dataset-visibility.ts';
import { setDatasetAccess } from '../datasets/datasets.store.ts';
import { registerVersion } from '../register-version.ts';
import { software } from '../software.ts';
import { tellVersion } from '../told-version.ts';
import { insertUpload, type UploadRow } from '../uploads.store.ts';
import type { AnonymiseWalls, Finished, Run } from './anonymisation.jobs.ts';
import type { ColumnPlan } from './anonymisation.plan.ts';
import { rulesForCopy } from './anonymisation.rules.ts';

/** What stays of an anonymisation: the file, the version, who sees it, where it came from and who did it. */
export async function register(
  { platform, audit }: AnonymiseWalls,
  tx: Sql,
  run: Run,
  { upload, read, stored, result }: Finished,
): Promise<void> {
  const { input, ctx, job, seen } = run;
  const endedAt = new Date();
  await insertUpload(tx, upload);
  await recordDerivation(platform, tx, run, upload, result, endedAt);
  const { dataset, version } = await registerVersion(platform, tx, ctx, {
    input: {
      upload_id: upload.id,
      file_name: upload.fileName,
      dataset_id: input.target.kind === 'version' ? seen.dataset.id : null,
      overrides: {},
      again: false,
    },
    upload,
    read,
    identity: stored.identity,
    lakePrefix: stored.lakePrefix,
    startedAt: run.startedAt,
    endedAt,
    datasetId: result.dataset_id,
    versionId: result.version_id,
  });
  if (input.target.kind === 'dataset') await inheritAccess(tx, run, dataset.id, version.columns);
  await audit.record(tx, ctx, {
    action: 'data.anonymised',
    object: { kind: 'dataset', id: dataset.id },
    outcome: 'success',
    after: { content_sha256: version.contentSha256 },
    details: {
      source_dataset_id: seen.dataset.id,
      source_version_id: seen.version.id,
      version_id: version.id,
      removed_columns: result.removed_columns,
      changed_columns: result.changed_columns,
      suppressed_rows: result.suppressed_rows,
      k: input.model?.k ?? null,
      key: input.key,
    },
  });
  await tellVersion(platform, tx, ctx, job.jobId, { dataset, version });
}

async function recordDerivation(
  platform: Platform,
  tx: Sql,
  { input, ctx, seen, plan, startedAt }: Run,
  upload: UploadRow,
  result: AnonymisationResult,
  endedAt: Date,
): Promise<void> {
  const address = `/api/v1/data/datasets/${seen.dataset.id}`;
  await platform.provenance.record(tx, ctx, {
    kind: 'anonymisation',
    label: `Anonymising ${seen.dataset.name}`,
    parameters: {
      columns: plan.map(({ column, action }) => ({ column, action: withoutLists(action) })),
      model: input.model,
      key: input.key,
      levels: result.levels,
      suppressed_rows: result.suppressed_rows,
    },
    seed: null,
    software,
    startedAt,
    endedAt,
    inputs: [
      {
        id: seen.version.id,
        kind: 'dataset_version',
        label: `${seen.dataset.name}, version ${seen.version.number}`,
        sha256: seen.version.contentSha256,
        link: `${address}/versions`,
      },
    ],
    outputs: [
      {
        id: upload.id,
        kind: 'raw_file',
        label: upload.fileName,
        sha256: upload.sha256,
        link: `/api/v1/data/datasets/${result.dataset_id}/download?format=raw&version_id=${result.version_id}`,
      },
    ],
  });
}

/** A hierarchy given as a list holds values of the data: how long it is must do. */
function withoutLists(action: ColumnPlan['action']): Record<string, unknown> {
  if (!('hierarchy' in action) || action.hierarchy === null) return { ...action };
  const { kind } = action.hierarchy;
  return kind === 'rows' || kind === 'csv' || kind === 'tree'
    ? { ...action, hierarchy: { kind } }
    : { ...action };
}

/** As sensitive as its source unless said otherwise, with its rules. */
async function inheritAccess(
  tx: Sql,
  { input, ctx, seen, plan }: Run,
  datasetId: string,
  columns: SeenDataset['version']['columns'],
): Promise<void> {
  const { dataset } = seen;
  const wanted = input.target.kind === 'dataset' ? input.target.sensitivity : undefined;
  const { rules } = rulesForCopy(dataset.rules, plan, columns);
  await setDatasetAccess(tx, ctx, datasetId, {
    sensitivity: wanted ?? dataset.sensitivity,
    rules,
    pseudonymKey: null,
  });
}
