import { StromaError } from '@stroma/kernel';
import type { FinishedFit } from './automl-state.ts';
import { families } from './learners.ts';
import type { Configuration } from './portfolio.ts';

/** Thrown inside a fit that ran past its end. */
export class OutOfTime extends Error {
  override name = 'OutOfTime';
}

/** Throws CANCELLED once another thread has written 0 to the shared number. */
export function throwIfStopped(go: Int32Array | undefined): void {
  if (go !== undefined && Atomics.load(go, 0) === 0)
    throw new StromaError('CANCELLED', 'The search was told to stop; its saved state goes on from there.');
}

/** Of the limit, what a run that goes on has at least. */
const leastShare = 0.1;

/** Fits differ by so much from what smaller ones let expect. */
const safety = 1.5;

/** Knows how long fits take, from those that were measured, and what is left. */
export class TimeLimit {
  readonly #clock: () => number;
  readonly #began: number;
  /** Seconds; a run that goes on has used some before. */
  readonly #before: number;
  /** Those of them that count. */
  #counted: number;
  readonly seconds: number;

  /** `clock` gives milliseconds since whenever. */
  constructor(clock: () => number, seconds: number, before: number) {
    if (!(seconds > 0 && seconds <= 1800))
      throw new StromaError(
        'INVALID_INPUT',
        `A time limit above 0 and up to 1800 seconds was expected; ${seconds} was given.`,
        { time_limit_seconds: seconds },
      );
    this.#clock = clock;
    this.#began = clock();
    this.#before = before;
    this.#counted = Math.min(before, (1 - leastShare) * seconds);
    this.seconds = seconds;
  }

  now(): number {
    return this.#clock() / 1000;
  }

  /** Of the limit. */
  get elapsed(): number {
    return this.#run + this.#counted;
  }

  /** By this run and those before. */
  get used(): number {
    return this.#run + this.#before;
  }

  get #run(): number {
    return (this.#clock() - this.#began) / 1000;
  }

  /** A run that goes on has at least these, to learn from all rows at the end. */
  leave(seconds: number): void {
    this.#counted = Math.max(0, Math.min(this.#counted, this.seconds - seconds));
  }

  get left(): number {
    return this.seconds - this.elapsed;
  }

  /** A signal that also aborts once `until` seconds of the limit have passed: learners look at it between steps. */
  signalUntil(until: number, outer: AbortSignal | undefined): AbortSignal {
    const { signal } = new AbortController();
    const reason = () =>
      outer?.aborted === true
        ? outer.reason
        : this.elapsed > until
          ? new OutOfTime('The time for this fit was used up.')
          : undefined;
    Object.defineProperties(signal, {
      reason: { get: reason },
      aborted: { get: () => reason() !== undefined },
      throwIfAborted: {
        value: () => {
          const why = reason();
          if (why !== undefined) throw why;
        },
      },
    });
    return signal;
  }

  /**
   * Seconds that a fit should take: from the slowest fits of the configuration at the nearest number of rows, else of
   * its family, else by a guess. `budget` is of what its settings ask for.
   */
  forecast(
    configuration: Configuration,
    size: { rows: number; columns: number; classes: number },
    finished: readonly FinishedFit[],
    budget = 1,
  ): number {
    const { growth, guess, work = () => 1 } = families[configuration.family];
    const share = work(configuration.settings, budget) / work(configuration.settings, 1);
    const own = finished.filter((fit) => fit.configuration.id === configuration.id && fit.fault === null);
    const kin =
      own.length > 0
        ? own
        : finished.filter((fit) => fit.configuration.family === configuration.family && fit.fault === null);
    if (kin.length === 0) return safety * share * guess(size, configuration.settings);
    const nearest = Math.max(...kin.map(({ rows }) => rows));
    const scaled = kin
      .filter(({ rows }) => rows === nearest)
      .map((fit) => {
        const there = { ...size, rows: fit.rows };
        const settings =
          guess(there, configuration.settings) / Math.max(1e-9, guess(there, fit.configuration.settings));
        const whole = work(fit.configuration.settings, 1) / work(fit.configuration.settings, fit.budget ?? 1);
        return fit.seconds * whole * share * settings * Math.max(1, (size.rows / fit.rows) ** growth);
      });
    return safety * Math.max(...scaled);
  }
}
