import type { SeededRandom } from '@stroma/kernel';
import type { Matrix } from '../../estimator.ts';
import { shuffled } from '../../table/splits.ts';
import { leastOf, type RowDistance, rowOf } from '../row-distance.ts';

const neighbours = 5;
const mostReferences = 200;

/** How ordinary rows are among the data, by their distance from the nearest five. */
export class Plausibility {
  readonly #data: Matrix;
  readonly #distance: RowDistance;
  /** Of rows of the data from their nearest others, ascending. */
  readonly #usual: Float64Array;

  constructor(data: Matrix, distance: RowDistance, random: SeededRandom) {
    this.#data = data;
    this.#distance = distance;
    const drawn = shuffled(data.rows, random).slice(0, mostReferences);
    this.#usual = Float64Array.from(drawn, (row) => this.#reach(rowOf(data, row), row)).sort();
  }

  /** Share of the data's rows that lie as far from the others, or farther: 0 is odder than any, 1 in their midst. */
  of(row: Float64Array): number {
    const reach = this.reach(row);
    return this.#usual.filter((usual) => usual >= reach - 1e-12).length / this.#usual.length;
  }

  /** Mean distance from the nearest five. */
  reach(row: Float64Array): number {
    return this.#reach(row, -1);
  }

  /** Places of the nearest rows. */
  nearest(row: Float64Array, count: number): number[] {
    return leastOf(this.#distance.toEach(row, this.#data), count);
  }

  #reach(row: Float64Array, but: number): number {
    const least = new Float64Array(neighbours).fill(Number.POSITIVE_INFINITY);
    this.#distance.toEach(row, this.#data).forEach((distance, at) => {
      if (at === but || distance >= (least[neighbours - 1] as number)) return;
      let place = neighbours - 1;
      for (; place > 0 && (least[place - 1] as number) > distance; place--)
        least[place] = least[place - 1] as number;
      least[place] = distance;
    });
    const there = least.filter((distance) => distance < Number.POSITIVE_INFINITY);
    return there.reduce((sum, distance) => sum + distance, 0) / Math.max(1, there.length);
  }
}
