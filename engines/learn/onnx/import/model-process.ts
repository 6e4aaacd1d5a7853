import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StromaError } from '@stroma/kernel';
import type { FromModel, ToModel } from './process-messages.ts';

const entry = fileURLToPath(new URL('./onnx.process.ts', import.meta.url));
/** Of util-linux. Where they are not, a model's memory has no bound but the machine's, and one that runs on when this process is killed runs to its end. */
const tools = { setpriv: '/usr/bin/setpriv', prlimit: '/usr/bin/prlimit' } as const;
const mib = 2 ** 20;
/** What a process holds that has no model yet. */
const idleMb = 768;

export interface ProcessLimits {
  memoryMb: number;
  /** For opening, and for one batch of rows. */
  timeoutMs: number;
}

/** Whether a program runs here behind these words. */
const works = (words: readonly string[]): boolean =>
  existsSync(words[0] as string) &&
  spawnSync(words[0] as string, [...words.slice(1), process.execPath, '--version'], { stdio: 'ignore' })
    .status === 0;

const withParent = [tools.setpriv, '--no-new-privs', '--pdeathsig', 'KILL'];
const withBounds = (megabytes: number) => [tools.prlimit, `--data=${megabytes * mib}`, '--core=0'];
let found: { setpriv: boolean; prlimit: boolean } | null = null;

/** The words before `node` on the command line. */
function boundsOf(memoryMb: number): string[] {
  found ??= { setpriv: works(withParent), prlimit: works(withBounds(8_192)) };
  return [...(found.setpriv ? withParent : []), ...(found.prlimit ? withBounds(memoryMb + idleMb) : [])];
}

/** A process with one model open. One that ended is started anew by the next call. */
export class ModelProcess {
  readonly #model: Uint8Array;
  readonly #limits: ProcessLimits;
  #child: ChildProcess | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(model: Uint8Array, limits: ProcessLimits) {
    this.#model = model;
    this.#limits = limits;
  }

  /** Calls wait for one another. Throws MODEL_INVALID with the runtime's words, and the signal's reason. */
  ask(message: ToModel & { kind: 'run' }, signal?: AbortSignal): Promise<FromModel & { kind: 'ran' }>;
  ask(message: null, signal?: AbortSignal): Promise<null>;
  ask(message: (ToModel & { kind: 'run' }) | null, signal?: AbortSignal) {
    const mine = this.#turn.then(async () => {
      signal?.throwIfAborted();
      if (this.#closed) throw new StromaError('CONFLICT', 'The model is closed. Open it again.');
      const child = this.#child ?? (await this.#start(signal));
      return message === null ? null : await this.#exchange(child, message, signal);
    });
    this.#turn = mine.catch(() => undefined);
    return mine as Promise<never>;
  }

  /** Ends the process, whatever it is doing. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.ref();
    child.kill('SIGKILL');
    await ended;
  }

  async #start(signal: AbortSignal | undefined): Promise<ChildProcess> {
    const words = [...boundsOf(this.#limits.memoryMb), process.execPath, entry];
    const child = spawn(words[0] as string, words.slice(1), {
      env: { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      detached: true,
    });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    await this.#exchange(child, { kind: 'open', bytes: this.#model }, signal);
    return child;
  }

  async #exchange(
    child: ChildProcess,
    message: ToModel,
    signal: AbortSignal | undefined,
  ): Promise<FromModel> {
    const { timeoutMs, memoryMb } = this.#limits;
    // While nothing is asked it keeps nobody from ending.
    child.ref();
    child.channel?.ref();
    let timer: NodeJS.Timeout | undefined;
    const listeners = new AbortController();
    try {
      const reply = await new Promise<FromModel>((resolve, reject) => {
        const lost = (how: string) =>
          reject(
            new StromaError(
              'MODEL_INVALID',
              `The model ended the process it ran in (${how}). It may need more than ${memoryMb} MB; predict fewer rows, or raise the limit.`,
            ),
          );
        const onExit = (code: number | null, by: string | null) => lost(by ?? `status ${code}`);
        child.once('message', resolve);
        child.once('exit', onExit);
        child.once('error', (error) => lost(error.message));
        timer = setTimeout(() => {
          const doing = message.kind === 'open' ? 'open' : 'answer a batch of rows';
          reject(
            new StromaError(
              'MODEL_INVALID',
              `The model did not ${doing} within ${timeoutMs} ms, and was ended.`,
              {
                timeout_ms: timeoutMs,
              },
            ),
          );
        }, timeoutMs);
        signal?.addEventListener('abort', () => reject(signal.reason), { signal: listeners.signal });
        child.send(message, (error) => {
          if (error) lost(error.message);
        });
      });
      if (reply.kind === 'failed')
        throw new StromaError(
          'MODEL_INVALID',
          `ONNX Runtime cannot ${message.kind === 'open' ? 'load' : 'run'} the model: ${reply.why}`,
        );
      return reply;
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      clearTimeout(timer);
      listeners.abort();
      child.removeAllListeners('message');
      child.removeAllListeners('error');
      child.on('error', () => undefined);
      child.unref();
      child.channel?.unref();
    }
  }
}
