import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';
import type { FromThread, ToThread } from './thread-messages.ts';
import type { ThreadOptions, Threads } from './threads.ts';

export interface ThreadLimits {
  /** Threads that run at once; further work waits its turn. */
  atOnce?: number;
  /**
   * JavaScript heap of one thread; what it holds outside (typed arrays, native code) is not counted. A guard and
   * no wall: one huge allocation past it can end the process, so untrusted work belongs in a child process.
   */
  heapMb?: number;
  /** How long a thread that has nothing to do is kept. */
  idleMs?: number;
}

/** What a task that was told to stop gets to end by itself. */
const graceMs = 800;
const usualIdleMs = 30_000;

interface Idle {
  worker: Worker;
  timer: NodeJS.Timeout;
}

/** Threads are kept warm for a while by their file; one that was aborted or failed is never used again. */
export function openThreads({
  atOnce = availableParallelism(),
  heapMb = 1024,
  idleMs = usualIdleMs,
}: ThreadLimits = {}): Threads {
  const idle = new Map<string, Idle[]>();
  const busy = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;

  const enter = async (signal?: AbortSignal): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal?.reason);
      };
      waiting.push(turn);
      signal?.addEventListener('abort', leave, { once: true });
    });
  };

  /** The place goes straight to who waits longest. */
  const exit = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  const take = (file: string): Worker => {
    const warm = idle.get(file)?.pop();
    if (warm) {
      clearTimeout(warm.timer);
      forgetListeners(warm.worker);
      return warm.worker;
    }
    return new Worker(new URL(file), { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
  };

  const keep = (file: string, worker: Worker) => {
    forgetListeners(worker);
    worker.unref();
    const gone = () => {
      const others = idle.get(file)?.filter((each) => each.worker !== worker) ?? [];
      idle.set(file, others);
    };
    worker.once('exit', gone);
    // One that fails while nobody waits for it takes nobody with it.
    worker.once('error', gone);
    const timer = setTimeout(() => {
      // It takes a while to end: nobody may be given it any more.
      gone();
      void worker.terminate();
    }, idleMs);
    timer.unref();
    idle.set(file, [...(idle.get(file) ?? []), { worker, timer }]);
  };

  return {
    async run<In, Out>(
      workerFile: URL,
      input: In,
      { signal, onProgress, onNews }: ThreadOptions = {},
    ): Promise<Out> {
      if (closed) throw new StromaError('NOT_READY', 'The server is stopping.');
      signal?.throwIfAborted();
      await enter(signal);
      const file = workerFile.href;
      const worker = take(file);
      worker.ref();
      busy.add(worker);
      let grace: NodeJS.Timeout | undefined;
      const say = (message: ToThread) => worker.postMessage(message);
      const onAbort = () => {
        say({ kind: 'stop' });
        grace = setTimeout(() => void worker.terminate(), graceMs);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      let healthy = false;
      try {
        const output = await new Promise<Out>((resolve, reject) => {
          worker.on('message', (message: FromThread) => {
            if (message.kind === 'progress') onProgress?.(message.fraction, message.phase);
            else if (message.kind === 'told') onNews?.(message.news);
            else if (message.kind === 'done') resolve(message.output as Out);
            // Anything else is Node's own: in watch mode it names the modules of the thread here.
            else if (message.kind === 'failed') reject(errorOf(message));
          });
          worker.on('error', reject);
          worker.on('exit', () => reject(new Error('The thread ended without an answer.')));
          say({ kind: 'run', input });
        });
        healthy = true;
        return output;
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        clearTimeout(grace);
        signal?.removeEventListener('abort', onAbort);
        busy.delete(worker);
        if (healthy && !closed && !signal?.aborted) keep(file, worker);
        else await worker.terminate();
        exit();
      }
    },

    async close() {
      closed = true;
      const all = [...busy, ...[...idle.values()].flat().map(({ worker }) => worker)];
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}

/** By name: Node's own listeners on the worker carry its messages. */
function forgetListeners(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}

function errorOf({ code, message, details, stack }: Extract<FromThread, { kind: 'failed' }>): Error {
  const cause = new Error(message);
  cause.stack = stack;
  return code === null ? new Error(message, { cause }) : new StromaError(code, message, details, { cause });
}
