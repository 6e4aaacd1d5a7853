import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ModelExplanation, Prediction, PredictionRow } from '@stroma/contracts';
import { readModelText } from '@stroma/learn';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';
import { openKept } from '../training/kept/kept-model.ts';
import { keptOnnx } from '../training/kept/kept-onnx.ts';
import type { SavedKept } from '../training/kept/saved-models.ts';
import type { StoredEvaluation } from '../training/training.registration.ts';
import { type Asked, explainModel, type HeldModel, predictRows } from './model-answers.ts';

export interface ServingTask {
  /** Of the version: its model never changes. */
  key: string;
  /** Where the model and what is known of it lie, for a thread that does not hold it; null to find out whether it does. */
  files: { model: string; evaluation: string } | null;
  most: { models: number; bytes: number };
  ask:
    | { kind: 'predict'; rows: readonly PredictionRow[]; explain: boolean }
    | { kind: 'explain'; asked: Asked }
    | { kind: 'onnx'; model_id: string };
}

/** Null: the thread does not hold the model. */
export type ServingAnswer =
  | { kind: 'predict'; predictions: Prediction[]; labels: string[]; target: string }
  | { kind: 'explain'; explanation: ModelExplanation }
  | { kind: 'onnx'; bytes: Uint8Array }
  | null;

/** Models of this thread, the last asked of last. */
const held = new Map<string, HeldModel & { bytes: number; saved: SavedKept }>();

serveTask(async (task: ServingTask, { signal }: TaskContext): Promise<ServingAnswer> => {
  const model = await hold(task);
  if (model === null) return null;
  const { ask } = task;
  if (ask.kind === 'predict')
    return {
      kind: 'predict',
      predictions: await predictRows(model, ask.rows, ask.explain, signal),
      labels: [...model.model.saved.problem.labels],
      target: model.model.saved.target,
    };
  if (ask.kind === 'explain')
    return { kind: 'explain', explanation: await explainModel(model, ask.asked, signal) };
  return { kind: 'onnx', bytes: await keptOnnx(model.saved, ask.model_id) };
});

async function hold({ key, files, most }: ServingTask): Promise<(HeldModel & { saved: SavedKept }) | null> {
  const known = held.get(key);
  if (known !== undefined) {
    held.delete(key);
    held.set(key, known);
    return known;
  }
  if (files === null) return null;
  const text = gunzipSync(readFileSync(files.model)).toString('utf8');
  const { signature } = JSON.parse(readFileSync(files.evaluation, 'utf8')) as StoredEvaluation;
  const saved = readModelText(text) as SavedKept;
  const loaded = { model: await openKept(saved), saved, signature, bytes: text.length };
  held.set(key, loaded);
  let bytes = [...held.values()].reduce((sum, own) => sum + own.bytes, 0);
  for (const [oldest, own] of held) {
    if (oldest === key || (held.size <= most.models && bytes <= most.bytes)) break;
    held.delete(oldest);
    await own.model.close?.();
    bytes -= own.bytes;
  }
  return loaded;
}
