import { createInterface } from 'node:readline';
import { StromaError } from '@stroma/kernel';
import type { RunningCommand } from './commands.ts';
import { spawnServer } from './server-process.ts';

interface Line {
  progress?: number;
  phase?: string;
  result?: Record<string, unknown>;
  error?: { code: string; message: string; details: Record<string, unknown> };
}

/**
 * Has the server's own program do one thing with the data folder of these settings: by the server that runs on it, or
 * by itself where none runs.
 */
export async function operate(
  command: string,
  input: object,
  { env, output, signal }: RunningCommand,
): Promise<Record<string, unknown>> {
  const child = spawnServer(['operate'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
    signal,
    killSignal: 'SIGTERM',
  });
  const ended = new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  ended.catch(() => undefined);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(JSON.stringify({ command, input }));
  let last: Line = {};
  if (child.stdout !== null)
    for await (const text of createInterface({ input: child.stdout })) {
      last = JSON.parse(text) as Line;
      if (last.progress !== undefined) output.progress(last.progress, last.phase ?? '');
    }
  const status = await ended;
  if (last.error !== undefined)
    throw new StromaError(last.error.code, last.error.message, last.error.details);
  if (last.result === undefined)
    throw new StromaError(
      'NOT_READY',
      `The server's program ended without an answer (exit status ${status}).`,
      {},
    );
  return last.result;
}
