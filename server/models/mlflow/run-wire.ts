import type { RunStatus } from '@stroma/contracts';
import type { ExperimentRow } from '../experiments/experiments.store.ts';
import type { RunDocuments } from '../experiments/run-documents.ts';
import {
  type FoundRun,
  type InputRow,
  type Logged,
  metricNumberOf,
  type Point,
} from '../experiments/runs.store.ts';

/** The form experiments and runs have on the wire of MLflow; whole numbers are numbers there, not text. */
const wireStatus: Readonly<Record<RunStatus, string>> = {
  scheduled: 'SCHEDULED',
  running: 'RUNNING',
  finished: 'FINISHED',
  failed: 'FAILED',
  killed: 'KILLED',
};

export const statusOf = (wire: string): RunStatus => wire.toLowerCase() as RunStatus;

export const pairsOf = (of: Record<string, string>) =>
  Object.entries(of).map(([key, value]) => ({ key, value }));

export const experimentWire = (row: ExperimentRow) => ({
  experiment_id: row.id,
  name: row.name,
  artifact_location: `mlflow-artifacts:/${row.id}`,
  lifecycle_stage: row.deletedAt === null ? 'active' : 'deleted',
  creation_time: row.createdAt.getTime(),
  last_update_time: row.updatedAt.getTime(),
  tags: pairsOf(row.tags),
});

export const artifactUri = (experimentId: string, runId: string) =>
  `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;

export const runInfoWire = ({ run, experiment }: FoundRun) => ({
  run_id: run.id,
  run_uuid: run.id,
  run_name: run.name,
  experiment_id: run.experimentId,
  user_id: run.createdBy,
  status: wireStatus[run.status],
  start_time: run.startedAt.getTime(),
  ...(run.endedAt === null ? {} : { end_time: run.endedAt.getTime() }),
  artifact_uri: artifactUri(run.experimentId, run.id),
  lifecycle_stage: run.deletedAt === null && experiment.deletedAt === null ? 'active' : 'deleted',
});

export const pointWire = ({ key, value, at, step }: Point) => ({
  key,
  value: metricNumberOf(value),
  timestamp: at,
  step,
});

export function runWire(
  found: FoundRun,
  { params, tags, metrics, inputs }: Logged,
  told: Awaited<ReturnType<RunDocuments['inputs']>>,
  models: readonly string[],
) {
  return {
    info: runInfoWire(found),
    data: {
      metrics: Object.entries(metrics).map(([key, point]) => pointWire({ key, ...point })),
      params: pairsOf(params),
      tags: pairsOf(tags),
    },
    inputs: { dataset_inputs: inputs.map((input) => inputWire(input, told)) },
    outputs: { model_outputs: models.map((model_id) => ({ model_id, step: 0 })) },
  };
}

function inputWire(input: InputRow, told: Awaited<ReturnType<RunDocuments['inputs']>>) {
  const { name, digest, source_type, source, dataset_id } = told(input);
  const isHidden = input.datasetId !== null && dataset_id === null;
  return {
    tags: pairsOf(input.tags),
    dataset: {
      name,
      digest,
      source_type,
      source,
      ...(isHidden || input.schema === null ? {} : { schema: input.schema }),
      ...(isHidden || input.profile === null ? {} : { profile: input.profile }),
    },
  };
}
