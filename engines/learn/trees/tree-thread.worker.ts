import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { TrainingJob } from './boosting/training-memory.ts';
import { TrainingPart } from './boosting/training-part.ts';
import type { ForestJob } from './forests/forest-job.ts';
import { growForest } from './forests/forest-tree.ts';
import { at, lookFor, readMessage, stop, type ThreadStart } from './tree-threads.ts';

export type Question =
  | { kind: 'train'; job: TrainingJob }
  | { kind: 'rest' }
  | { kind: 'forest'; job: ForestJob };

const { signal, port, part, parts } = workerData as ThreadStart;
const words = new Int32Array(signal);
const work: { training: TrainingPart | null } = { training: null };

function answer(question: Question): unknown {
  switch (question.kind) {
    case 'train':
      work.training = new TrainingPart(question.job, part, parts);
      return null;
    case 'forest':
      return growForest(question.job, part, parts, () => Atomics.load(words, at.abandoned) === 0);
    case 'rest':
      work.training = null;
      return null;
  }
}

Atomics.add(words, at.ready, 1);
let epoch = 0;
for (;;) {
  if (work.training !== null) lookFor(words, at.epoch, epoch, false);
  Atomics.wait(words, at.epoch, epoch);
  epoch = Atomics.load(words, at.epoch);
  const what = Atomics.load(words, at.what);
  if (what === stop) break;
  try {
    if (what === readMessage) port.postMessage(answer(receiveMessageOnPort(port)?.message as Question));
    else work.training?.run(what);
  } catch (error) {
    port.postMessage({ failed: error instanceof Error ? error.message : String(error) });
    Atomics.add(words, at.failed, 1);
  }
  Atomics.add(words, at.done, 1);
  Atomics.notify(words, at.done);
}
port.close();
