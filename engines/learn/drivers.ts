import { fisherUpper } from '@stroma/stats';
import type { ClassedColumn } from './classes.ts';

export interface Driver {
  /** Index into the columns given. */
  column: number;
  /** Share of the variance of the measure that the column's classes explain alone, less what chance would; 0-1. */
  alone: number;
  /** What is lost when the column is left out of all columns together: what none of the others tells. */
  beyondOthers: number;
  /** Of the F-test of `alone`. */
  p: number;
  /** Of the F-test of `beyondOthers`. */
  pBeyond: number;
}

export interface Drivers {
  drivers: Driver[];
  /** Share all columns explain together in an additive model of their classes, adjusted for their number; 0-1. */
  together: number;
  n: number;
}

/**
 * What goes with a measure: each column alone (one-way analysis of variance; ε², Kelley 1935,
 * doi:10.1073/pnas.21.9.554) and beyond the others (partial F-test in the additive model of all classes). Association,
 * no proof of cause. `measure` is finite; ranks in place of values keep a few extreme ones from deciding. Order of the
 * columns is kept. O(n · columns² + (columns · classes)³).
 */
export function driversOf(measure: Float64Array, columns: readonly ClassedColumn[]): Drivers {
  const n = measure.length;
  const design = new Design(measure, columns);
  const whole = design.residual(null);
  const total = design.total;
  const parameters = design.parameters(null);
  const free = n - 1 - parameters;
  const drivers = columns.map((_, column): Driver => {
    const own = design.parameters(null) - design.parameters(column);
    const between = design.between(column);
    const df = design.classesOf(column) - 1;
    const within = total - between;
    const noise = within / Math.max(1, n - 1 - df);
    const lost = Math.max(0, design.residual(column) - whole);
    const wholeNoise = whole / Math.max(1, free);
    return {
      column,
      alone: total > 0 ? Math.max(0, (between - df * noise) / total) : 0,
      beyondOthers: total > 0 ? Math.max(0, (lost - own * wholeNoise) / total) : 0,
      p:
        df > 0 && noise > 0
          ? fisherUpper(between / df / noise, df, n - 1 - df)
          : df > 0 && between > 0
            ? 0
            : 1,
      pBeyond: own > 0 && wholeNoise > 0 ? fisherUpper(lost / own / wholeNoise, own, free) : 1,
    };
  });
  const explained = total > 0 && free > 0 ? 1 - whole / free / (total / (n - 1)) : 0;
  return { drivers, together: Math.max(0, explained), n };
}

/** Normal equations of dummies, each column's first class left out, about their means. */
class Design {
  readonly total: number;
  readonly #cross: Float64Array;
  readonly #target: Float64Array;
  readonly #width: number;
  readonly #owner: Int32Array;
  readonly #between: number[];
  readonly #classes: number[];
  readonly #ranks = new Map<number | null, { residual: number; parameters: number }>();

  constructor(measure: Float64Array, columns: readonly ClassedColumn[]) {
    const n = measure.length;
    let mean = 0;
    for (const value of measure) mean += value / n;
    const starts: number[] = [];
    let width = 0;
    for (const { classes } of columns) {
      starts.push(width - 1);
      width += classes - 1;
    }
    const cross = new Float64Array(width * width);
    const target = new Float64Array(width);
    const sums = new Float64Array(width);
    const at = new Int32Array(columns.length);
    let total = 0;
    const between: Float64Array[] = columns.map(({ classes }) => new Float64Array(2 * classes));
    for (let row = 0; row < n; row++) {
      const value = (measure[row] as number) - mean;
      total += value * value;
      let used = 0;
      for (let column = 0; column < columns.length; column++) {
        const code = (columns[column] as ClassedColumn).codes[row] as number;
        const own = between[column] as Float64Array;
        own[2 * code] = (own[2 * code] as number) + 1;
        own[2 * code + 1] = (own[2 * code + 1] as number) + value;
        if (code > 0) at[used++] = (starts[column] as number) + code;
      }
      for (let i = 0; i < used; i++) {
        const first = at[i] as number;
        target[first] = (target[first] as number) + value;
        sums[first] = (sums[first] as number) + 1;
        for (let j = 0; j <= i; j++) {
          const cell = first * width + (at[j] as number);
          cross[cell] = (cross[cell] as number) + 1;
        }
      }
    }
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) {
        const cell = i * width + j;
        cross[cell] = (cross[cell] as number) - ((sums[i] as number) * (sums[j] as number)) / n;
        cross[j * width + i] = cross[cell] as number;
      }
    this.total = total;
    this.#cross = cross;
    this.#target = target;
    this.#width = width;
    this.#owner = Int32Array.from(columns.flatMap(({ classes }, column) => Array(classes - 1).fill(column)));
    this.#classes = between.map((own) => own.filter((count, index) => index % 2 === 0 && count > 0).length);
    this.#between = between.map((own) => {
      let sum = 0;
      for (let code = 0; code < own.length; code += 2)
        if ((own[code] as number) > 0) sum += (own[code + 1] as number) ** 2 / (own[code] as number);
      return sum;
    });
  }

  between(column: number): number {
    return this.#between[column] ?? 0;
  }

  classesOf(column: number): number {
    return this.#classes[column] ?? 1;
  }

  residual(leftOut: number | null): number {
    return this.#solve(leftOut).residual;
  }

  parameters(leftOut: number | null): number {
    return this.#solve(leftOut).parameters;
  }

  /** Cholesky's decomposition; what depends on those before it takes no part. */
  #solve(leftOut: number | null): { residual: number; parameters: number } {
    const known = this.#ranks.get(leftOut);
    if (known !== undefined) return known;
    const kept: number[] = [];
    for (let index = 0; index < this.#width; index++) if (this.#owner[index] !== leftOut) kept.push(index);
    const k = kept.length;
    const lower = new Float64Array(k * k);
    const solved = new Float64Array(k);
    let explained = 0;
    let parameters = 0;
    for (let i = 0; i < k; i++) {
      const row = kept[i] as number;
      for (let j = 0; j <= i; j++) {
        let sum = this.#cross[row * this.#width + (kept[j] as number)] as number;
        for (let m = 0; m < j; m++) sum -= (lower[i * k + m] as number) * (lower[j * k + m] as number);
        if (j < i) {
          const pivot = lower[j * k + j] as number;
          lower[i * k + j] = pivot > 0 ? sum / pivot : 0;
        } else {
          const own = this.#cross[row * this.#width + row] as number;
          lower[i * k + i] = sum > 1e-9 * Math.max(own, 1e-300) ? Math.sqrt(sum) : 0;
        }
      }
      const pivot = lower[i * k + i] as number;
      if (pivot === 0) continue;
      let sum = this.#target[row] as number;
      for (let m = 0; m < i; m++) sum -= (lower[i * k + m] as number) * (solved[m] as number);
      solved[i] = sum / pivot;
      explained += (solved[i] as number) ** 2;
      parameters += 1;
    }
    const found = { residual: Math.max(0, this.total - explained), parameters };
    this.#ranks.set(leftOut, found);
    return found;
  }
}
