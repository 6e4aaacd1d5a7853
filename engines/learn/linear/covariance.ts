export const kernelNames = ['rbf', 'matern32', 'matern52'] as const;
/** exp(-r²/2), and Matérn's of smoothness 3/2 and 5/2 (Rasmussen & Williams 2006, section 4.2). */
export type KernelName = (typeof kernelNames)[number];

export interface GpParameters {
  /** Of the signal, in the target's unit squared. */
  variance: number;
  /** One for all columns, or one for each. */
  lengths: Float64Array;
  /** Variance of a single observation about the signal. */
  noise: number;
}

/** Of rows `distance` lengths apart, and its derivative by ln of one length is the square of that column's part times `slope`. */
export function kernelAt(kernel: KernelName, square: number): { value: number; slope: number } {
  if (kernel === 'rbf') {
    const value = Math.exp(-square / 2);
    return { value, slope: value };
  }
  if (kernel === 'matern32') {
    const s = Math.sqrt(3 * square);
    const fall = Math.exp(-s);
    return { value: (1 + s) * fall, slope: 3 * fall };
  }
  const s = Math.sqrt(5 * square);
  const fall = Math.exp(-s);
  return { value: (1 + s + (s * s) / 3) * fall, slope: (5 / 3) * (1 + s) * fall };
}

/** Squared distance in lengths. */
export function squareIn(
  a: Float64Array,
  from: number,
  b: Float64Array,
  to: number,
  width: number,
  lengths: Float64Array,
): number {
  let sum = 0;
  for (let at = 0; at < width; at++) {
    const apart =
      ((a[from + at] as number) - (b[to + at] as number)) /
      ((lengths.length === 1 ? lengths[0] : lengths[at]) as number);
    sum += apart * apart;
  }
  return sum;
}
