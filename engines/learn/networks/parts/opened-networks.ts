import type { Architecture, NetworkData, Weights } from '../architecture.ts';
import { NetworkFunction } from '../evaluation.ts';
import { type Head, predictionsOf } from '../head.ts';

/** What a network of one set of weights gives, opened once for each form its data come in. */
export class OpenedNetworks {
  readonly #head: Head;
  readonly #weights: Weights;
  readonly #opened = new Map<string, Promise<NetworkFunction>>();

  constructor(head: Head, weights: Weights) {
    this.#head = head;
    this.#weights = weights;
  }

  /** Rows x outputs. `form` names the architecture: forms are few, and stay open until `close`. */
  async predict(
    form: string,
    architecture: Architecture,
    batch: number,
    data: NetworkData,
  ): Promise<Float64Array> {
    const key = `${form} by ${batch}`;
    const opened = this.#opened.get(key) ?? NetworkFunction.open(architecture, batch, this.#weights);
    this.#opened.set(key, opened);
    return predictionsOf(this.#head, await (await opened).run(data));
  }

  async close(): Promise<void> {
    const all = [...this.#opened.values()];
    this.#opened.clear();
    for (const each of await Promise.all(all)) await each.close();
  }
}
