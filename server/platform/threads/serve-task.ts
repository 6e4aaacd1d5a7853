import { parentPort } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';
import type { FromThread, ToThread } from './thread-messages.ts';

export interface TaskContext {
  /** Aborts when the caller no longer wants the answer; the thread is ended a second later. */
  signal: AbortSignal;
  progress(fraction: number, phase: string): void;
  tell(news: unknown): void;
}

/** Makes the file that calls it a worker file: `run` answers each input it is given, one at a time. */
export function serveTask<In, Out>(run: (input: In, ctx: TaskContext) => Promise<Out> | Out): void {
  const port = parentPort;
  if (port === null) throw new Error('serveTask is for files that run in a worker thread');
  const say = (message: FromThread) => port.postMessage(message);
  let stop = new AbortController();
  port.on('message', (message: ToThread) => {
    if (message.kind === 'stop') {
      stop.abort(new StromaError('CANCELLED', 'The task was told to stop.'));
      return;
    }
    stop = new AbortController();
    const ctx: TaskContext = {
      signal: stop.signal,
      progress: (fraction, phase) => say({ kind: 'progress', fraction, phase }),
      tell: (news) => say({ kind: 'told', news }),
    };
    Promise.resolve()
      .then(() => run(message.input as In, ctx))
      .then(
        (output) => say({ kind: 'done', output }),
        (error: unknown) => say(failure(error)),
      );
  });
}

function failure(error: unknown): FromThread {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof StromaError;
  return {
    kind: 'failed',
    code: known ? error.code : null,
    message,
    details: known ? error.details : {},
    stack: stack ?? '',
  };
}
