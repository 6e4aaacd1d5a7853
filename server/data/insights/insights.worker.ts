import { serveTask } from '../../platform/threads/serve-task.ts';
import { type Analysis, type AnalysisInput, analyse } from './analysis/analyse.ts';

serveTask<AnalysisInput, Analysis>((input) => analyse(input));
