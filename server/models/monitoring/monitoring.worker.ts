import type { MonitorFindings } from '@stroma/contracts';
import { serveTask } from '../../platform/threads/serve-task.ts';
import { type ComparedOnOutcomes, type CompareTask, compareTask } from './compared-versions.ts';
import { type JoinedOutcomes, type JoinOutcomesTask, joinTask } from './joined-outcomes.ts';
import { type MonitorTask, watchTask } from './watched-windows.ts';

/** One file for all of them, so that a thread that is warm serves each. */
export type MonitoringTask =
  | { kind: 'watch'; task: MonitorTask }
  | { kind: 'compare'; task: CompareTask }
  | { kind: 'join'; task: JoinOutcomesTask };

type Answer = MonitorFindings | ComparedOnOutcomes | JoinedOutcomes;

serveTask(({ kind, task }: MonitoringTask, ctx): Promise<Answer> => {
  switch (kind) {
    case 'watch':
      return watchTask(task, ctx);
    case 'compare':
      return compareTask(task, ctx);
    case 'join':
      return joinTask(task);
  }
});
