import type { Trainer } from '@stroma/tensor';
import { metrics } from '../scores/metrics.ts';
import type { Head } from './head.ts';
import type { Prepared } from './preparation.ts';
import type {
  NetworkTrainingOptions,
  NetworkTrainingState,
  TrainedNetwork,
  TrainingCheck,
} from './training-options.ts';

/** What the rows held out say of the parameters of now. */
export interface HeldOut {
  score: number;
  head: Head;
}

/** Keeps count of a training: its losses, its checks and the best of them. */
export class Course {
  readonly #options: NetworkTrainingOptions;
  readonly #prepared: Prepared;
  readonly #trainer: Trainer;
  readonly #began = performance.now();
  readonly #first: number;
  #sum: number;
  #summed: number;
  readonly #checks: TrainingCheck[];
  #best: NetworkTrainingState['best'];
  /** Checks since the best. */
  #since: number;
  #late = false;

  constructor(options: NetworkTrainingOptions, prepared: Prepared, trainer: Trainer) {
    const { from } = options;
    this.#options = options;
    this.#prepared = prepared;
    this.#trainer = trainer;
    this.#first = trainer.step;
    this.#sum = from?.sum ?? 0;
    this.#summed = from?.summed ?? 0;
    this.#checks = structuredClone(from?.checks ?? []);
    this.#best = structuredClone(from?.best ?? null);
    this.#since = this.#checks.filter(({ step }) => step > (this.#best?.step ?? 0)).length;
  }

  get ended(): boolean {
    return this.#trainer.step >= this.#prepared.steps || this.#noBetter;
  }

  get hasBest(): boolean {
    return this.#best !== null;
  }

  endLate(): void {
    this.#late = true;
  }

  get #noBetter(): boolean {
    return this.#best !== null && this.#since >= (this.#options.patience ?? 20);
  }

  add({ values, steps }: { values: Float32Array; steps: number }): void {
    for (const value of values) this.#sum += value;
    this.#summed += steps;
  }

  check(held: HeldOut | undefined): void {
    const score = held?.score;
    const { step, rows, plan } = this.#trainer;
    const epoch = (step * plan.batch) / rows;
    const loss = this.#sum / this.#summed;
    this.#checks.push({ step, epoch, loss, score: score ?? null });
    [this.#sum, this.#summed] = [0, 0];
    this.#since += 1;
    if (held !== undefined && this.#isBetter(held.score)) {
      this.#best = { ...held, step, weights: structuredClone(this.#trainer.parameters) };
      this.#since = 0;
    }
    this.#tell(epoch, loss, score ?? null);
    this.#options.onState?.(this.state);
  }

  #isBetter(score: number): boolean {
    if (this.#best === null) return !Number.isNaN(score);
    return metrics[this.#prepared.metric].more ? score > this.#best.score : score < this.#best.score;
  }

  #tell(epoch: number, loss: number, score: number | null): void {
    const { steps } = this.#prepared;
    const { step, rows, plan } = this.#trainer;
    const perStep = (performance.now() - this.#began) / Math.max(1, step - this.#first);
    this.#options.onProgress?.({
      epoch,
      epochs: (steps * plan.batch) / rows,
      step,
      steps,
      loss,
      score,
      best: this.#best?.score ?? null,
      metric: this.#prepared.metric,
      secondsLeft: this.#noBetter ? 0 : ((steps - step) * perStep) / 1000,
    });
  }

  get state(): NetworkTrainingState {
    // The trainer's is a copy, and the best is never written again.
    return {
      version: 1,
      training: this.#trainer.state,
      sum: this.#sum,
      summed: this.#summed,
      checks: structuredClone(this.#checks),
      best: this.#best,
    };
  }

  result(): TrainedNetwork {
    const { validation } = this.#prepared;
    const { head, step, weights } = this.#best ?? {
      head: this.#prepared.head,
      step: this.#trainer.step,
      weights: structuredClone(this.#trainer.parameters),
    };
    return {
      head,
      weights,
      checks: this.#checks,
      metric: this.#prepared.metric,
      score: this.#best?.score ?? null,
      step,
      stopped: this.#late ? 'late' : this.#noBetter ? 'no_better' : 'all_steps',
      validation,
    };
  }
}
