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
    // Told by whoever waits for it.
    child.on('error', () => undefined);
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
    // While nothing is asked it keeps nobody from ending.
    child.ref();
    child.channel?.ref();
    let reply: FromModel;
    try {
      reply = await replyTo(child, message, this.#limits, signal);
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      child.unref();
      child.channel?.unref();
    }
    if (reply.kind !== 'failed') return reply;
    if (message.kind === 'open') await this.#end();
    throw new StromaError(
      'MODEL_INVALID',
      `ONNX Runtime cannot ${message.kind === 'open' ? 'load' : 'run'} the model: ${reply.why}`,
    );
  }
}

/** Rejected when the process ends, the time is over, or the signal says so. */
async function replyTo(
  child: ChildProcess,
  message: ToModel,
  { timeoutMs, memoryMb }: ProcessLimits,
  signal: AbortSignal | undefined,
): Promise<FromModel> {
  const { promise, resolve, reject } = Promise.withResolvers<FromModel>();
  const lost = (how: string) =>
    reject(
      new StromaError(
        'MODEL_INVALID',
        `The model ended the process it ran in (${how}). It may need more than ${memoryMb} MB; predict fewer rows, or raise the limit.`,
      ),
    );
  const late = () => {
    const doing = message.kind === 'open' ? 'open' : 'answer a batch of rows';
    const said = `The model did not ${doing} within ${timeoutMs} ms, and was ended.`;
    reject(new StromaError('MODEL_INVALID', said, { timeout_ms: timeoutMs }));
  };
  const onMessage = (reply: unknown) => resolve(reply as FromModel);
  const onExit = (code: number | null, by: string | null) => lost(by ?? `status ${code}`);
  const onError = (error: Error) => lost(error.message);
  const onAbort = () => reject(signal?.reason);
  const timer = setTimeout(late, timeoutMs);
  child.on('message', onMessage).on('exit', onExit).on('error', onError);
  signal?.addEventListener('abort', onAbort, { once: true });
  child.send(message, (error) => {
    if (error) lost(error.message);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    child.off('message', onMessage).off('exit', onExit).off('error', onError);
  }
}
