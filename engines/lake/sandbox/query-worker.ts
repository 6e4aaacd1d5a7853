import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StromaError } from '@stroma/kernel';
import { findIsolation } from './isolation.ts';
import type { FromProcess, ToProcess } from './query-messages.ts';

const entry = fileURLToPath(new URL('./query-process.ts', import.meta.url));
/** How long after its deadline, or after it was cancelled, a process may still answer before it is killed. */
const graceMs = 1500;
const startMs = 20_000;

export type RunRequest = Extract<ToProcess, { kind: 'run' }>;
export type RunEnd = Extract<FromProcess, { kind: 'done' | 'failed' }>;

export interface RunListener {
  onMessage(message: Extract<FromProcess, { kind: 'columns' | 'rows' }>): void;
}

/** One query process and the folder it lives in. */
export class QueryWorker {
  readonly folder: string;
  queries = 0;
  rssBytes = 0;
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  #dead = false;
  #onMessage: (message: FromProcess) => void = () => undefined;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const end = (how: string) => {
        this.#dead = true;
        resolve(how);
      };
      child.once('exit', (code, signal) => end(signal ?? `status ${code}`));
      child.once('error', (error) => end(error.message));
    });
    child.on('message', (message) => {
      const given = message as FromProcess;
      if (given.kind === 'idle') this.rssBytes = given.rssBytes;
      else this.#onMessage(given);
    });
  }

  /**
   * Starts a process in a new folder and waits until it takes statements.
   * @param uid the user it becomes, or null to stay this one
   */
  static async start(folder: string, memoryMb: number, uid: number | null): Promise<QueryWorker> {
    await makeFolder(folder, uid);
    const words = [
      ...findIsolation().command(memoryMb),
      process.execPath,
      '--max-old-space-size=512',
      entry,
      ...(uid === null ? [] : [String(uid)]),
    ];
    const child = spawn(words[0] as string, words.slice(1), {
      cwd: folder,
      env: { UV_THREADPOOL_SIZE: '4', MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      // A session of its own: Ctrl-C in a terminal is for this process to answer, not for each of its children.
      detached: true,
    });
    const worker = new QueryWorker(folder, child);
    await worker.#ready(uid !== null);
    return worker;
  }

  get alive(): boolean {
    return !this.#dead;
  }

  async #ready(separateUser: boolean): Promise<void> {
    const timer = setTimeout(() => this.kill(), startMs);
    const ready = new Promise<FromProcess>((resolve) => {
      this.#onMessage = resolve;
    });
    const first = await Promise.race([ready, this.#exited]);
    clearTimeout(timer);
    if (typeof first === 'string' || first.kind !== 'ready') {
      throw new StromaError(
        'INTERNAL',
        `A query process did not start (${typeof first === 'string' ? first : first.kind}).`,
      );
    }
    if (first.separateUser !== separateUser) {
      await this.stop();
      throw new StromaError('INTERNAL', 'A query process could not become the user it has to run as.');
    }
  }

  /**
   * Runs one statement to its end. Never rejects: a process that dies is an end too. Null when it had died before it
   * took the statement, of which its exit tells late.
   */
  async run(
    request: RunRequest,
    listener: RunListener,
    signal: AbortSignal | undefined,
  ): Promise<RunEnd | null> {
    this.queries++;
    let killedFor: string | null = null;
    const killLater = (ms: number, code: string) =>
      setTimeout(() => {
        killedFor ??= code;
        this.kill();
      }, ms);
    const timers = [killLater(request.limits.timeoutMs + graceMs, 'QUERY_TIMEOUT')];
    const onAbort = () => {
      timers.push(killLater(graceMs, 'CANCELLED'));
      this.#send({ kind: 'cancel' });
    };
    let received = 0;
    let taken = false;
    const ended = new Promise<RunEnd>((resolve) => {
      this.#onMessage = (message) => {
        if (message.kind === 'taken') taken = true;
        else if (message.kind === 'done' || message.kind === 'failed') resolve(message);
        else if (message.kind === 'rows' || message.kind === 'columns') {
          received += message.kind === 'rows' ? message.text.byteLength : 0;
          if (received > request.limits.maxBytes) this.kill();
          else listener.onMessage(message);
        }
      };
    });
    this.#send(request);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const end = await Promise.race([ended, this.#exited]);
    signal?.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
    this.#onMessage = () => undefined;
    if (typeof end === 'string') return taken || killedFor !== null ? crashed(end, killedFor) : null;
    return end;
  }

  #send(message: ToProcess): void {
    // A process that is gone cannot be told; its exit ends the run.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends the process and removes its folder with all it spilled. */
  async stop(): Promise<void> {
    if (!this.#dead) {
      this.kill();
      await this.#exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The process may read its folder and write only `spill` in it. */
async function makeFolder(folder: string, uid: number | null): Promise<void> {
  const spill = join(folder, 'spill');
  await mkdir(spill, { recursive: true, mode: 0o700 });
  if (uid === null) return;
  await chown(folder, 0, uid);
  await chmod(folder, 0o710);
  await chown(spill, uid, uid);
}

/** Signals by which an allocation that was refused ends a process. */
const memorySignals = new Set(['SIGABRT', 'SIGTRAP', 'SIGKILL', 'SIGBUS', 'SIGILL']);

function crashed(how: string, killedFor: string | null): RunEnd {
  const code = killedFor ?? (memorySignals.has(how) ? 'QUERY_OUT_OF_MEMORY' : 'QUERY_FAILED');
  const message =
    code === 'QUERY_OUT_OF_MEMORY'
      ? 'The query needed more memory than its limit. Read fewer columns or rows, or aggregate first.'
      : 'The query ended the process it ran in. Nothing was changed; write it more simply.';
  return { kind: 'failed', error: { message, line: null, column: null, code } };
}
