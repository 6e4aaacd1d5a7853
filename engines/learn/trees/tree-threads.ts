import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';

/** Of the shared signal: a new epoch calls the workers, `done` counts those that are through. `abandoned`: the caller has no more use for answers. */
export const at = { epoch: 0, done: 1, what: 2, failed: 3, ready: 4, abandoned: 5 } as const;
/** Instead of a step of the work under way: a message waits at the port. */
export const readMessage = 0;
export const stop = -1;

export interface ThreadStart {
  signal: SharedArrayBuffer;
  port: MessagePort;
  part: number;
  parts: number;
}

/** Looks at the signal before sleeping, some microseconds: where cores are shared, more keeps the others from working. */
const looks = 1500;

/** Looks until the word is the value, or is not, as wanted; or for long enough. */
export function lookFor(signal: Int32Array, index: number, value: number, isWanted: boolean): void {
  for (let look = 0; look < looks; look++) if ((Atomics.load(signal, index) === value) === isWanted) return;
}

const startMs = 60_000;

/**
 * Threads that trees are grown with. The caller opens them once, passes them to any number of fits, one at a time, and
 * closes them. The thread that calls is the first of them and is held while it waits, as in every fit. The number of
 * threads changes no bit of a result.
 */
export class TreeThreads {
  readonly threads: number;
  readonly #signal: Int32Array;
  readonly #ports: MessagePort[] = [];
  #closed = false;

  constructor(threads: number) {
    this.threads = Math.max(1, Math.floor(threads));
    const buffer = new SharedArrayBuffer(64);
    this.#signal = new Int32Array(buffer);
    for (let part = 1; part < this.threads; part++) {
      const { port1, port2 } = new MessageChannel();
      const start: ThreadStart = { signal: buffer, port: port2, part, parts: this.threads };
      const worker = new Worker(new URL('./tree-thread.worker.ts', import.meta.url), {
        workerData: start,
        transferList: [port2],
      });
      worker.unref();
      port1.unref();
      this.#ports.push(port1);
    }
  }

  /** All threads do `step` of the work they were given; `own` is the caller's part. */
  run(step: number, own: () => void): void {
    this.#call(step);
    this.#together(own);
  }

  /** Each worker answers its question, `own` meanwhile. Answers are in the order of workers. */
  ask<Question, Answer>(questions: readonly Question[], own: () => void = () => undefined): Answer[] {
    this.#ports.forEach((port, index) => {
      port.postMessage(questions[index]);
    });
    this.#call(readMessage);
    try {
      this.#together(own);
    } catch (error) {
      for (const port of this.#ports) while (receiveMessageOnPort(port) !== undefined);
      throw error;
    }
    return this.#ports.map((port) => receiveMessageOnPort(port)?.message as Answer);
  }

  #together(own: () => void): void {
    try {
      own();
    } catch (error) {
      Atomics.store(this.#signal, at.abandoned, 1);
      this.#wait();
      throw error;
    }
    this.#wait();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#call(stop);
    for (const port of this.#ports) port.close();
  }

  #call(what: number): void {
    if (this.#closed && what !== stop)
      throw new StromaError('NOT_READY', 'Expected open threads, was given closed ones. Open new ones.');
    Atomics.store(this.#signal, at.done, 0);
    Atomics.store(this.#signal, at.abandoned, 0);
    Atomics.store(this.#signal, at.what, what);
    Atomics.add(this.#signal, at.epoch, 1);
    Atomics.notify(this.#signal, at.epoch);
  }

  #wait(): void {
    const workers = this.#ports.length;
    const signal = this.#signal;
    lookFor(signal, at.done, workers, true);
    for (let done = Atomics.load(signal, at.done); done < workers; done = Atomics.load(signal, at.done)) {
      const late = Atomics.wait(signal, at.done, done, startMs) === 'timed-out';
      if (late && Atomics.load(signal, at.ready) < workers)
        throw new StromaError(
          'NOT_READY',
          `The threads did not start within ${startMs / 1000} s. Fit without threads.`,
        );
    }
    if (Atomics.exchange(signal, at.failed, 0) === 0) return;
    const reasons = this.#ports.map(
      (port) => (receiveMessageOnPort(port)?.message as { failed?: string })?.failed,
    );
    throw new Error(`A thread failed: ${reasons.filter((reason) => reason !== undefined).join('; ')}`);
  }
}
