import { StromaError } from '@stroma/kernel';
import { serveTask } from './serve-task.ts';

serveTask<{ task: string; upTo?: number }, number>(({ task, upTo = 0 }, { progress }) => {
  if (task === 'fail') throw new StromaError('EMPTY_FILE', 'Nothing.', { bytes: 0 });
  if (task === 'throw') throw new Error('plain');
  progress(0.5, 'Adding');
  while (task === 'spin');
  return (upTo * (upTo + 1)) / 2;
});
