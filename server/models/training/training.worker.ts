import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';
import { learnAutoml, type TrainingTask } from './learning/automl-learning.ts';

serveTask((task: TrainingTask, ctx: TaskContext) => learnAutoml(task, ctx));
