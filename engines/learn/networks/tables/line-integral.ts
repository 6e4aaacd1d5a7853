import {
  gradients,
  input,
  multiply,
  openFunction,
  sum,
  type Tensor,
  type TensorFunction,
} from '@stroma/tensor';
import { gaussLegendre } from '../../trees/shap/gauss-legendre.ts';
import type { Weights } from '../architecture.ts';
import { type Head, predictionTensor } from '../head.ts';
import type { RowParts, TableArchitecture } from './table-architecture.ts';

/** Sizes of the parts of a row, laid one after the other in one vector: numbers, missing, embedded. */
export interface PointShape {
  numbers: number;
  missing: number;
  codes: number;
  width: number;
  outputs: number;
}

export const sizeOfPoint = ({ numbers, missing, codes, width }: PointShape): number =>
  numbers + missing + codes * width;

interface Line {
  base: Float64Array;
  here: Float64Array;
  /** Of the outputs, and what it is at both ends. */
  chosen: number;
  ends: { from: number; to: number };
  enough: number;
}

/** A stretch of the line, from 0 to 1: the mean gradient along it, and what that misses of how much f changes. */
interface Panel {
  from: number;
  to: number;
  values: { from: number; middle: number; to: number };
  slopes: Float64Array;
  gap: number;
}

/** Odd, so that the middle of a panel is one of its points, and the value there begins and ends its halves. */
const rule = gaussLegendre(7);
const points = rule.points.length;
const middle = (points - 1) / 2;
const panelsAtOnce = 16;
const mostRounds = 128;

/** Integrates the gradient of a prediction along straight lines, in double. */
export class LineIntegral implements AsyncDisposable {
  readonly #shape: PointShape;
  readonly #size: number;
  readonly #function: TensorFunction;
  readonly #takes: ReadonlySet<string>;

  private constructor(shape: PointShape, opened: TensorFunction) {
    this.#shape = shape;
    this.#size = sizeOfPoint(shape);
    this.#function = opened;
    this.#takes = new Set(opened.inputs.map(({ name }) => name));
  }

  static async open(
    architecture: TableArchitecture,
    head: Head,
    weights: Weights,
    shape: PointShape,
  ): Promise<LineIntegral> {
    const batch = panelsAtOnce * points;
    const { numbers, missing, codes, width, outputs } = shape;
    const parts: RowParts = {
      ...(numbers > 0 ? { numbers: input('numbers', [batch, numbers]) } : {}),
      ...(missing > 0 ? { missing: input('missing', [batch, missing]) } : {}),
      ...(codes > 0 ? { embedded: input('embedded', [batch, codes, width]) } : {}),
    };
    const raw = architecture.body(parts, { batch, training: false, keep: () => {} });
    const predictions = predictionTensor(head, raw);
    const chosen = sum(multiply(predictions, input('chosen', [outputs])));
    const slopes = gradients(chosen, Object.values(parts) as Tensor[]);
    const named = Object.keys(parts).map((name, at) => [`d_${name}`, slopes[at] as Tensor] as const);
    const opened = await openFunction(
      { predictions, ...Object.fromEntries(named) },
      { precision: 'f64', fixed: weights },
    );
    return new LineIntegral(shape, opened);
  }

  /** Of each output at one point. */
  async predictions(here: Float64Array): Promise<Float64Array> {
    const { predictions } = await this.#run(0, [here]);
    return (predictions as Float64Array).slice(0, this.#shape.outputs);
  }

  /**
   * Mean gradient of the chosen output between two points. Panels of the line that miss most are halved (a kink of a
   * ReLU lies within few of them) until they miss together `enough` at most and not by chance, or 128 times.
   */
  async slopes({ base, here, chosen, ends, enough }: Line): Promise<Float64Array> {
    let panels = await this.#integrated([{ from: 0, to: 1, values: ends }], base, here, chosen);
    for (let round = 0; round < mostRounds; round++) {
      const missed = panels.reduce((total, { gap }) => total + gap, 0);
      const apart = panels.reduce((total, { gap }) => total + Math.abs(gap), 0);
      if (Math.abs(missed) <= enough && apart <= 10 * enough) break;
      panels = panels.toSorted((a, b) => Math.abs(b.gap) - Math.abs(a.gap));
      const halves = panels.splice(0, panelsAtOnce / 2).flatMap((each) => {
        const half = (each.from + each.to) / 2;
        const { values } = each;
        return [
          { from: each.from, to: half, values: { from: values.from, to: values.middle } },
          { from: half, to: each.to, values: { from: values.middle, to: values.to } },
        ];
      });
      panels.push(...(await this.#integrated(halves, base, here, chosen)));
    }
    const means = new Float64Array(this.#size);
    for (const each of panels.toSorted((a, b) => a.from - b.from))
      each.slopes.forEach((slope, place) => {
        means[place] = (means[place] as number) + slope * (each.to - each.from);
      });
    return means;
  }

  async #integrated(
    panels: readonly { from: number; to: number; values: { from: number; to: number } }[],
    base: Float64Array,
    here: Float64Array,
    chosen: number,
  ): Promise<Panel[]> {
    const samples = panels.flatMap(({ from, to }) =>
      Array.from(rule.points, (point) => {
        const share = from + point * (to - from);
        return here.map((value, place) => share * value + (1 - share) * (base[place] as number));
      }),
    );
    const found = await this.#run(chosen, samples);
    const { outputs } = this.#shape;
    const parts = this.#parts();
    return panels.map(({ from, to, values }, at) => {
      const slopes = new Float64Array(this.#size);
      rule.weights.forEach((weight, point) => {
        for (const part of parts) {
          const own = found[`d_${part.name}`] as Float64Array;
          const first = (at * points + point) * part.size;
          for (let each = 0; each < part.size; each++)
            slopes[part.from + each] =
              (slopes[part.from + each] as number) + weight * (own[first + each] as number);
        }
      });
      const moved = slopes.reduce(
        (sumOf, slope, place) => sumOf + slope * ((here[place] as number) - (base[place] as number)),
        0,
      );
      const between = found.predictions?.[(at * points + middle) * outputs + chosen] as number;
      const gap = values.to - values.from - moved * (to - from);
      return { from, to, values: { ...values, middle: between }, slopes, gap };
    });
  }

  #run(chosen: number, samples: readonly Float64Array[]) {
    const batch = panelsAtOnce * points;
    const { outputs } = this.#shape;
    const selected = Float64Array.from({ length: outputs }, (_, each) => (each === chosen ? 1 : 0));
    const given: Record<string, Float64Array> = { chosen: selected };
    for (const { name, from, size } of this.#parts()) {
      const values = new Float64Array(batch * size);
      samples.forEach((sample, at) => {
        values.set(sample.subarray(from, from + size), at * size);
      });
      given[name] = values;
    }
    const taken = Object.entries(given).filter(([name]) => this.#takes.has(name));
    return this.#function.run(Object.fromEntries(taken));
  }

  #parts(): { name: string; from: number; size: number }[] {
    const { numbers, missing, codes, width } = this.#shape;
    return [
      { name: 'numbers', from: 0, size: numbers },
      { name: 'missing', from: numbers, size: missing },
      { name: 'embedded', from: numbers + missing, size: codes * width },
    ].filter(({ size }) => size > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#function.close();
  }
}
