import type { Matrix } from '../estimator.ts';
import type { Architecture, NetworkData, Weights } from './architecture.ts';
import { NetworkFunction } from './evaluation.ts';
import { type Head, predictionsOf } from './head.ts';
import type { TrainedNetwork, TrainingCheck } from './training-options.ts';

/**
 * What a network has learned. As a `Predictor` of estimator.ts, save that it answers later: the same rows give the
 * same bits. `save` gives typed arrays and plain values that structured clone takes. `close` frees the memory outside
 * the heap; a later prediction opens it again.
 */
export interface NetworkPredictor<Given = Matrix> extends AsyncDisposable {
  readonly kind: string;
  /** 1, or the number of classes. */
  readonly outputs: number;
  predict(given: Given): Promise<Float64Array>;
  save(): SavedNetwork;
  close(): Promise<void>;
}

export interface SavedNetwork {
  kind: string;
  version: 1;
  head: Head;
  weights: Weights;
  notes: TrainingNotes;
  [part: string]: unknown;
}

/** How it was trained. */
export interface TrainingNotes {
  metric: string;
  /** On the rows held out for early stopping; null where none were. */
  score: number | null;
  step: number;
  stopped: 'no_better' | 'all_steps' | 'late';
  held_out_rows: number;
  checks: readonly TrainingCheck[];
}

/** What is kept with a network of how it was trained. */
export const notesOf = ({
  metric,
  score,
  step,
  stopped,
  validation,
  checks,
}: TrainedNetwork): TrainingNotes => ({
  metric,
  score,
  step,
  stopped,
  held_out_rows: validation.length,
  checks,
});

const fewRows = 8;

/** Opens a network when it is first asked: for one row at a time, and for many at once. */
export class LoadedNetwork implements AsyncDisposable {
  readonly #architecture: Architecture;
  readonly #head: Head;
  readonly #weights: Weights;
  readonly #atOnce: number;
  readonly #opened = new Map<number, Promise<NetworkFunction>>();

  /** `atOnce`: rows of one run where there are many. */
  constructor(architecture: Architecture, head: Head, weights: Weights, atOnce = 256) {
    this.#architecture = architecture;
    this.#head = head;
    this.#weights = weights;
    this.#atOnce = atOnce;
  }

  /** Rows x outputs, by row: values, probabilities or risks. */
  async predict(data: NetworkData, rows: number): Promise<Float64Array> {
    if (rows === 0) return new Float64Array(0);
    const opened = await this.#for(rows <= fewRows ? 1 : this.#atOnce);
    return predictionsOf(this.#head, await opened.run(data));
  }

  #for(batch: number): Promise<NetworkFunction> {
    const known = this.#opened.get(batch);
    if (known !== undefined) return known;
    const opening = NetworkFunction.open(this.#architecture, batch, this.#weights);
    this.#opened.set(batch, opening);
    return opening;
  }

  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all(opened.map(async (each) => (await each).close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
