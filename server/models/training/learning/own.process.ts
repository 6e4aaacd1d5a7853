import { StromaError } from '@stroma/kernel';
import type { LearnedModel, TrainingNews } from './automl-learning.ts';
import type { FromOwnProcess } from './own-process.ts';
import type { OwnRun, OwnTask } from './own-task.ts';

/**
 * The process one training runs in: `node own.process.ts` with an IPC channel. It may be ended at any moment, which a
 * thread inside ONNX Runtime may not.
 */
const say = (message: FromOwnProcess): void => {
  process.send?.(message);
};

const run: OwnRun = {
  progress: (fraction, phase) => say({ kind: 'progress', fraction, phase }),
  told: (progress) => say({ kind: 'told', news: { kind: 'progress', progress } }),
  kept: (path) => say({ kind: 'told', news: { kind: 'state', path } }),
};

async function learn(task: OwnTask): Promise<LearnedModel> {
  const { work } = task;
  switch (work.kind) {
    case 'automl': {
      const { networkLearners } = await import('@stroma/learn/networks');
      const { learnAutoml } = await import('./automl-learning.ts');
      const tell = (news: unknown) => say({ kind: 'told', news: news as TrainingNews });
      const { signal } = new AbortController();
      return learnAutoml(work.task, { signal, progress: run.progress, tell }, networkLearners);
    }
    case 'network':
      return (await import('./network-learning.ts')).learnNetwork(task, work, run);
    case 'imported':
      return (await import('./imported-learning.ts')).takeImported(task, work, run);
    case 'transfer':
      if (work.tuning !== null && work.base.from === 'model')
        return (await import('./tuned-learning.ts')).learnTuned(task, work, work.base, work.tuning, run);
      return (await import('./transfer-learning.ts')).learnTransfer(task, work, run);
    case 'ensemble':
      return (await import('./ensemble-learning.ts')).makeEnsemble(task, work, run);
  }
}

process.once('message', (task: OwnTask) => {
  void learn(task)
    .then(
      (output): FromOwnProcess => ({ kind: 'done', output }),
      (error: unknown): FromOwnProcess => ({
        kind: 'failed',
        code: error instanceof StromaError ? error.code : null,
        message: error instanceof Error ? error.message : String(error),
        details: error instanceof StromaError ? error.details : {},
        stack: error instanceof Error ? (error.stack ?? '') : '',
      }),
    )
    .then((answer) => process.send?.(answer, undefined, undefined, () => process.exit(0)));
});
// Who asked is gone.
process.on('disconnect', () => process.exit(0));
