import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StromaError } from '@stroma/kernel';
import type { LearnedModel, TrainingNews } from './automl-learning.ts';
import type { OwnTask } from './own-task.ts';

export type FromOwnProcess =
  | { kind: 'progress'; fraction: number; phase: string }
  | { kind: 'told'; news: TrainingNews }
  | { kind: 'done'; output: LearnedModel }
  | { kind: 'failed'; code: string | null; message: string; details: Record<string, unknown>; stack: string };

export interface OwnProcessOptions {
  signal: AbortSignal;
  onProgress(fraction: number, phase: string): void;
  onNews(news: TrainingNews): void;
  /** Hears the id of the process. */
  onStart?: (pid: number) => void;
}

const entry = fileURLToPath(new URL('./own.process.ts', import.meta.url));
/** As of the server itself. */
const compiled = resolvePath(import.meta.dirname, '../../../../.cache/compiled');
/** Of util-linux: where it is, the process is ended with its parent, however that ends. */
const withParent = ['/usr/bin/setpriv', '--no-new-privs', '--pdeathsig', 'KILL'] as const;
let words: readonly string[] | null = null;

function wordsBefore(): readonly string[] {
  const [program, ...rest] = withParent;
  words ??=
    existsSync(program) &&
    spawnSync(program, [...rest, process.execPath, '--version'], { stdio: 'ignore' }).status === 0
      ? withParent
      : [];
  return words;
}

/**
 * Learns in a process of its own, which is ended at once when the signal says so. Rejects with the learner's own error,
 * the signal's reason, or TRAINING_CUT_OFF where the process ended without an answer: too little memory, most often.
 */
export async function learnInProcess(task: OwnTask, options: OwnProcessOptions): Promise<LearnedModel> {
  const { signal } = options;
  signal.throwIfAborted();
  const [program = process.execPath, ...before] = [
    ...wordsBefore(),
    process.execPath,
    `--max-old-space-size=${Math.max(256, Math.floor(task.memoryBytes / 2 ** 20))}`,
    '--no-warnings',
    entry,
  ];
  const child = spawn(program, before, {
    env: { MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: compiled },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const { promise, resolve, reject } = Promise.withResolvers<LearnedModel>();
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString('utf8')}`.slice(-2000);
  });
  child.on('message', (message: FromOwnProcess) => {
    if (message.kind === 'progress') options.onProgress(message.fraction, message.phase);
    else if (message.kind === 'told') options.onNews(message.news);
    else if (message.kind === 'done') resolve(message.output);
    else reject(errorOf(message));
  });
  child.on('error', reject);
  child.once('close', (code, by) => {
    const lost = () => reject(lostProcess(by ?? `status ${code}`, said));
    // Its last words may still be on their way.
    if (child.connected) child.once('disconnect', lost);
    else lost();
  });
  const end = () => reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const ended = new Promise((done) => child.once('close', done));
  child.send(task, (error) => {
    if (error) reject(error);
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', end);
    child.kill('SIGKILL');
    if (child.pid !== undefined) await ended;
  }
}

const lostProcess = (how: string, said: string): StromaError =>
  new StromaError(
    'TRAINING_CUT_OFF',
    `The process that learned ended before it was done (${how}). It may have needed more memory than there is.`,
    {},
    { cause: new Error(said) },
  );

function errorOf({ code, message, details, stack }: Extract<FromOwnProcess, { kind: 'failed' }>): Error {
  const cause = new Error(message);
  cause.stack = stack;
  return code === null ? new Error(message, { cause }) : new StromaError(code, message, details, { cause });
}
