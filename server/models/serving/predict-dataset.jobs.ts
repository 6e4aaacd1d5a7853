import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { api } from '@stroma/contracts';
import type { z } from 'zod';
import type { TileDataset } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { PredictionReviews } from '../governance/prediction-reviews.service.ts';
import type { PredictDatasetTask, PredictedDataset } from './predict-dataset.worker.ts';
import type { ServedModels, ServedVersion } from './served-models.ts';

export const predictDatasetKind = 'ml.predict-dataset';

interface PredictDatasetInput {
  model_id: string;
  /** Of the version. */
  number: number;
  dataset_id: string;
  /** Of the new dataset. */
  name: string;
  title: string;
}

export interface BatchTools {
  parts: ModelParts;
  served: ServedModels;
  threads: Threads;
  reviews: Pick<PredictionReviews, 'holdDataset'>;
}

type Body = z.output<typeof api.predictions.predictDataset.body>;

const worker = new URL('./predict-dataset.worker.ts', import.meta.url);

/** Throws what the job would meet at once. */
export async function startPredictDataset(
  { parts, served }: BatchTools,
  ctx: Context,
  modelId: string,
  { version, dataset_id, name }: Body,
): Promise<{ job_id: string }> {
  const found = await served.find(ctx, modelId, version, 'predict');
  const { dataset } = await sourcesOf(parts, ctx, found, dataset_id);
  const input: PredictDatasetInput = {
    model_id: modelId,
    number: found.version.number,
    dataset_id,
    name: name ?? `${dataset.name}, predicted by ${found.model.name}`.slice(0, 250),
    title: `${dataset.name} by ${found.model.name} ${found.version.number}`,
  };
  return { job_id: await parts.platform.jobs.send(ctx, predictDatasetKind, input) };
}

/** What is predicted, and what the version learned from: who sees the predictions must be free to see both. */
async function sourcesOf(
  { data }: ModelParts,
  ctx: Context,
  { trained }: ServedVersion,
  datasetId: string,
): Promise<{ dataset: TileDataset; learnedFrom: TileDataset[] }> {
  const origins = [trained.datasetId, ...trained.origins.map(({ dataset_id }) => dataset_id)];
  const seen = await data.tiles.see(ctx, [datasetId, ...origins]);
  const dataset =
    seen.get(datasetId) ?? fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: datasetId });
  const learnedFrom = [...new Set(origins)].map(
    (id) =>
      seen.get(id) ??
      fail(
        'UNPROCESSABLE',
        'A dataset this version learned from was deleted, so nobody can say who may see predictions of a whole dataset.',
      ),
  );
  data.derived.requireWhole([dataset, ...learnedFrom], 'predicting all of it');
  return { dataset, learnedFrom };
}

export function predictDatasetJob(tools: BatchTools): JobDefinition<PredictDatasetInput> {
  return {
    kind: predictDatasetKind,
    title: ({ title }) => `Predicting ${title}`,
    timeoutSeconds: 6 * 3600,
    retries: 1,
    concurrency: 1,
    async run(input, ctx, job) {
      const folder = join(tools.parts.platform.scratchFolder, `predict-${randomBytes(8).toString('hex')}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        return await predictDataset(tools, input, ctx, job, folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function predictDataset(
  { parts, served, threads, reviews }: BatchTools,
  input: PredictDatasetInput,
  ctx: Context,
  job: RunningJob,
  folder: string,
): Promise<JobOutcome> {
  const { platform, data, access } = parts;
  const startedAt = new Date();
  const found = await served.find(ctx, input.model_id, String(input.number), 'predict');
  const { model, version, trained } = found;
  const { dataset, learnedFrom } = await sourcesOf(parts, ctx, found, input.dataset_id);
  const table = await data.openTable(ctx, dataset.dataset_id, dataset.version_id);
  const target = join(folder, 'predicted.parquet');
  const predicted = await threads.run<PredictDatasetTask, PredictedDataset>(
    worker,
    {
      table: {
        parquet: await table.path(),
        restriction: table.restriction,
        columns: table.columns,
        folder,
        memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
      },
      model: await platform.objects.localPath(trained.modelKey),
      target,
    },
    { signal: ctx.signal, onProgress: (fraction, phase) => job.progress(fraction * 0.7, phase) },
  );
  job.progress(0.75, 'storing');
  const label = `${model.name}, version ${version.number}`;
  const stored = await data.derived.store(ctx, job, {
    parquet: target,
    datasetId: null,
    name: input.name,
    fileName: 'predictions.parquet',
    description: `${dataset.name}, version ${dataset.number}, with what ${label} says of each row.`,
    words: `${predictDatasetKind} ${version.id} ${dataset.version_id}`,
    sources: [
      { dataset, isKept: !learnedFrom.some(({ dataset_id }) => dataset_id === dataset.dataset_id) },
      ...learnedFrom
        .filter(({ dataset_id }) => dataset_id !== dataset.dataset_id)
        .map((own) => ({ dataset: own, isKept: false, isNamed: false })),
    ],
    besides: [
      {
        id: version.id,
        kind: 'model_version',
        label,
        sha256: version.factsSha256,
        link: `/ml/models/${model.id}/versions/${version.number}`,
      },
    ],
    derivation: {
      kind: 'prediction',
      label: `Predicting ${dataset.name} with ${label}`,
      parameters: { model_sha256: trained.modelSha256, columns: predicted.columns, unseen: predicted.unseen },
    },
    startedAt,
  });
  const predictedInto = {
    dataset_id: stored.datasetId,
    version_id: stored.versionId,
    rows: stored.rows,
  };
  const review = await reviews.holdDataset(ctx, found, predictedInto);
  return {
    result: {
      ...predictedInto,
      already_known: stored.isKnown,
      requires_review: review !== null,
      ...(review !== null && { review_id: review.reviewId }),
    },
    async commit(tx) {
      await stored.commit(tx);
      await review?.commit(tx);
      await access.audit.record(tx, ctx, {
        action: 'predictions.made',
        object: { kind: 'model_version', id: version.id },
        outcome: 'success',
        details: {
          name: model.name,
          number: version.number,
          source_dataset_id: dataset.dataset_id,
          source_version_id: dataset.version_id,
          dataset_id: stored.datasetId,
          rows: stored.rows,
          already_known: stored.isKnown,
        },
      });
    },
  };
}
