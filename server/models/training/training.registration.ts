import { createHash } from 'node:crypto';
import type { ModelEvaluation } from '@stroma/contracts';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import { saveArtifact } from '../experiments/artifacts.store.ts';
import { findExperimentByName, insertExperiment } from '../experiments/experiments.store.ts';
import { codeTag, type ModelParts } from '../experiments/run-documents.ts';
import {
  type InputRow,
  insertParams,
  insertPoints,
  insertRun,
  saveInputs,
  saveTags,
} from '../experiments/runs.store.ts';
import { findModel, findModelByName, insertModel, type ModelRow } from '../registry/models.store.ts';
import { usualPolicy } from '../registry/registered-models.service.ts';
import { engine } from './engine.ts';
import type { LearnedModel } from './learning/automl-learning.ts';
import type { TrainInput } from './training.input.ts';
import type { TrainingTools } from './training.jobs.ts';
import { insertTrained, updateTraining } from './training.store.ts';
import type { Origin } from './training.tables.ts';
import { paramsOf, pointsOf } from './training-record.ts';

export interface TrainedIds {
  /** Of the model of that name, or one that is made. */
  modelId: string;
  versionId: string;
  runId: string;
  modelKey: string;
  evaluationKey: string;
  artifactKey: string;
}

export interface Trained {
  input: TrainInput;
  ctx: Context;
  job: RunningJob;
  table: ReadableTable;
  learned: LearnedModel;
  ids: TrainedIds;
  startedAt: Date;
  /** What models it is made of have learned from. */
  origins: readonly Origin[];
}

/** A version of a model lies below its run, as the files that are logged to runs do. */
export function newTrainedIds(ctx: Context, job: RunningJob, model: ModelRow | null): TrainedIds {
  const runId = newId('run');
  const folder = `models/${ctx.actor.tenantId}/${runId}`;
  return {
    modelId: model?.id ?? newId('model'),
    versionId: newId('modelVersion'),
    runId,
    modelKey: `${folder}/model-${job.attempt}`,
    evaluationKey: `${folder}/evaluation-${job.attempt}`,
    artifactKey: `${folder}/${newId('artifact')}`,
  };
}

const artifactPath = 'model/stroma-model.json';

/** What of a model everybody may see who sees its run: that it is there, and by which content. Nothing of the data. */
const describe = ({ learned }: Trained): string =>
  JSON.stringify({
    format: 'stroma model 1',
    engine,
    problem_type: learned.learned.problem_type,
    columns: learned.signature.length,
    model_sha256: learned.sha256,
    model_bytes: learned.bytes,
  });

/** Experiment, run, version, evaluation, provenance and audit: all of them, in the transaction that ends the job. */
export async function registerTrained(
  { parts, versions }: TrainingTools,
  trained: Trained,
): Promise<JobOutcome> {
  const { platform, access } = parts;
  const { input, ctx, job, table, learned, ids } = trained;
  const description = describe(trained);
  const artifact = await platform.objects.put(ids.artifactKey, Buffer.from(description));
  const evaluation = evaluationOf(trained);
  await platform.objects.put(ids.evaluationKey, Buffer.from(JSON.stringify(evaluation)));
  const { modelId, versionId, runId } = ids;
  return {
    result: { training_id: job.jobId, model_id: modelId, version_id: versionId, run_id: runId },
    async commit(tx) {
      const now = new Date();
      const model = await modelFor(parts, tx, trained, now);
      const experimentId = await experimentFor(parts, tx, trained, model, now);
      await recordRun(tx, trained, experimentId, now);
      await saveArtifact(tx, {
        tenantId: ctx.actor.tenantId,
        runId: ids.runId,
        path: artifactPath,
        objectKey: ids.artifactKey,
        bytes: artifact.bytes,
        sha256: artifact.sha256,
        createdBy: ctx.actor.id,
        createdAt: now,
      });
      const { version } = await versions.registerIn(tx, ctx, model, {
        id: ids.versionId,
        source: `runs:/${ids.runId}/model`,
        runLink: null,
        description: input.own?.kind === 'imported' ? input.own.description : '',
        tags: {},
        folder: 'model',
        facts: {
          run_id: ids.runId,
          experiment_id: experimentId,
          code_version: engine,
          data_sha256: table.content_sha256,
          params: Object.fromEntries(paramsOf(input)),
          metrics: Object.fromEntries(pointsOf(learned.learned, now).map(({ key, value }) => [key, value])),
          inputs: inputsOf(trained),
          artifacts: [{ path: artifactPath, bytes: artifact.bytes, sha256: artifact.sha256 }],
        },
        training: {
          software: engine,
          startedAt: trained.startedAt,
          endedAt: now,
          parameters: provenanceOf(trained),
        },
      });
      await insertTrained(tx, {
        versionId: version.id,
        tenantId: ctx.actor.tenantId,
        modelId: model.id,
        kind: input.kind,
        datasetId: table.dataset_id,
        datasetVersionId: table.version_id,
        view: table.view,
        columns: [...learned.signature.map(({ name }) => name), input.target],
        origins: [...trained.origins],
        modelKey: ids.modelKey,
        modelBytes: learned.bytes,
        modelSha256: learned.sha256,
        evaluationKey: ids.evaluationKey,
        rows: learned.rows,
        createdAt: now,
      });
      const result = {
        model_id: model.id,
        version_id: version.id,
        number: version.number,
        run_id: ids.runId,
        experiment_id: experimentId,
        provenance_id: version.provenanceId,
      };
      await updateTraining(tx, ctx, job.jobId, { result, stateKey: null, finishedAt: now });
      await access.audit.record(tx, ctx, {
        action: 'run.ended',
        object: { kind: 'run', id: ids.runId },
        outcome: 'success',
        after: {
          status: 'finished',
          params: Object.fromEntries(paramsOf(input)),
          inputs: inputsOf(trained).map(({ contentSha256 }) => contentSha256),
          model_sha256: learned.sha256,
        },
        details: { name: model.name, job_id: job.jobId, version_id: version.id },
      });
    },
  };
}

/** All of the evaluation but what its registration and its reader add. */
export type StoredEvaluation = Omit<
  ModelEvaluation,
  'model_id' | 'model_name' | 'number' | 'run_id' | 'provenance_id' | 'version_id'
>;

function evaluationOf({ input, table, learned, startedAt }: Trained): StoredEvaluation {
  return {
    ...learned.learned,
    kind: input.kind,
    signature: learned.signature,
    dataset: {
      dataset_id: table.dataset_id,
      name: table.name,
      version_id: table.version_id,
      number: table.number,
      rows: learned.rows,
      content_sha256: table.content_sha256,
      restricted: table.restriction !== null,
    },
    parameters: {
      preset: input.kind === 'automl' ? input.preset : null,
      time_limit_s: input.time_limit_s,
      seed: input.seed,
    },
    model_bytes: learned.bytes,
    model_sha256: learned.sha256,
    engine,
    trained_at: startedAt.toISOString(),
  };
}

const provenanceOf = ({ input, table, learned }: Trained): Record<string, unknown> => {
  const {
    kind,
    target,
    leave_out,
    problem_type,
    metric,
    preset,
    time_limit_s,
    learner,
    settings,
    split,
    own,
  } = input;
  return {
    kind,
    target,
    leave_out,
    problem_type,
    metric,
    preset,
    time_limit_s,
    learner,
    settings,
    ...(split === undefined ? {} : { split }),
    ...(own === undefined ? {} : { own }),
    view: table.view,
    fits: learned.learned.fits,
    learned_by: learned.learned.learned_by,
    model_sha256: learned.sha256,
  };
};

type RunInput = Omit<InputRow, 'tenantId' | 'runId' | 'schema' | 'profile'>;

const inputOf = (table: Omit<Origin, 'view' | 'columns'>): RunInput => ({
  name: `${table.name}, version ${table.number}`,
  digest: table.content_sha256.slice(0, 36),
  sourceType: 'stroma',
  source: JSON.stringify({ dataset_id: table.dataset_id, version_id: table.version_id }),
  tags: { 'mlflow.data.context': 'training' },
  versionId: table.version_id,
  datasetId: table.dataset_id,
  contentSha256: table.content_sha256,
});

/** The dataset itself, and those of the models it is made of. */
function inputsOf({ table, origins }: Pick<Trained, 'table' | 'origins'>): RunInput[] {
  const others = origins.filter(
    ({ version_id }, at) =>
      version_id !== table.version_id && origins.findIndex((own) => own.version_id === version_id) === at,
  );
  return [table, ...others].map(inputOf);
}

/** The model that was there, or a new one that is narrowed as the dataset is; with a name of its own if need be. */
async function modelFor(
  { access }: ModelParts,
  tx: Sql,
  { input, ctx, table, ids, origins }: Trained,
  now: Date,
): Promise<ModelRow> {
  const known = await findModel(tx, ctx.actor.tenantId, ids.modelId);
  if (known !== null) return known;
  const isTaken = (await findModelByName(tx, ctx, input.name)) !== null;
  const row: ModelRow = {
    id: ids.modelId,
    tenantId: ctx.actor.tenantId,
    name: isTaken ? `${input.name.slice(0, 230)} (${ids.modelId.slice(-8)})` : input.name,
    description: '',
    tags: {},
    policy: usualPolicy,
    predictionLog: null,
    lastNumber: 0,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  await insertModel(tx, row);
  await access.resources.inherit(tx, ctx, row.id, datasetsOf(table, origins));
  await access.audit.record(tx, ctx, {
    action: 'model.created',
    object: { kind: 'model', id: row.id },
    outcome: 'success',
    after: { name: row.name },
    details: { name: row.name },
  });
  return row;
}

/** One experiment for each model; where its name is taken by one that is deleted, another. */
async function experimentFor(
  { access }: ModelParts,
  tx: Sql,
  { ctx, table, origins }: Trained,
  model: ModelRow,
  now: Date,
): Promise<string> {
  const known = await findExperimentByName(tx, ctx, model.name);
  const isOurs = known !== null && known.deletedAt === null && known.tags[ofModel] === model.id;
  if (isOurs) return known.id;
  const id = newId('experiment');
  const name = known === null ? model.name : `${model.name} (${id.slice(-8)})`;
  await insertExperiment(tx, {
    id,
    tenantId: ctx.actor.tenantId,
    name,
    description: '',
    tags: { [ofModel]: model.id },
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  });
  await access.resources.inherit(tx, ctx, id, datasetsOf(table, origins));
  await access.audit.record(tx, ctx, {
    action: 'experiment.created',
    object: { kind: 'experiment', id },
    outcome: 'success',
    after: { name },
    details: { name },
  });
  return id;
}

const datasetsOf = (table: ReadableTable, origins: readonly Origin[]): string[] => [
  ...new Set([table.dataset_id, ...origins.map(({ dataset_id }) => dataset_id)]),
];

const ofModel = 'stroma.model';

async function recordRun(tx: Sql, trained: Trained, experimentId: string, now: Date): Promise<void> {
  const { input, ctx, job, ids, startedAt } = trained;
  const { tenantId } = ctx.actor;
  const name = `${input.kind}-${createHash('sha256').update(job.jobId).digest('hex').slice(0, 8)}`;
  await insertRun(tx, {
    id: ids.runId,
    tenantId,
    experimentId,
    name,
    status: 'finished',
    startedAt,
    endedAt: now,
    createdBy: ctx.actor.id,
    deletedAt: null,
  });
  await saveTags(
    tx,
    ctx,
    ids.runId,
    new Map([
      ['mlflow.runName', name],
      ['mlflow.source.name', 'stroma'],
      ['mlflow.source.type', 'JOB'],
      [codeTag, engine],
      ['stroma.job', job.jobId],
    ]),
  );
  await insertParams(tx, ctx, ids.runId, paramsOf(input));
  await insertPoints(tx, ctx, ids.runId, pointsOf(trained.learned.learned, now));
  const inputs = inputsOf(trained);
  await saveInputs(
    tx,
    inputs.map((own) => ({ ...own, tenantId, runId: ids.runId, schema: null, profile: null })),
  );
}
