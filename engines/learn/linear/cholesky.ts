/**
 * Lower factor of a symmetric positive matrix, n x n by row, in place: the upper half is left as it was. A pivot that is
 * not above `least` times its diagonal depends on those before it: it is made 0 and its unknown left out. Returns the
 * rank. O(n³).
 */
export function factor(matrix: Float64Array, n: number, least = 1e-11): number {
  let rank = 0;
  for (let i = 0; i < n; i++) {
    const own = matrix[i * n + i] as number;
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      const [a, b] = [i * n, j * n];
      for (let k = 0; k < j; k++) sum -= (matrix[a + k] as number) * (matrix[b + k] as number);
      if (j < i) {
        const pivot = matrix[b + j] as number;
        matrix[a + j] = pivot > 0 ? sum / pivot : 0;
      } else {
        const kept = sum > least * own && sum > 0;
        matrix[a + i] = kept ? Math.sqrt(sum) : 0;
        if (kept) rank += 1;
      }
    }
  }
  return rank;
}

/** Solves L x = b in place; unknowns of a pivot 0 become 0. */
export function solveLower(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    const pivot = lower[i * n + i] as number;
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] as number) * (b[k] as number);
    b[i] = pivot > 0 ? sum / pivot : 0;
  }
  return b;
}

/** Solves Lᵀ x = b in place. */
export function solveUpper(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = n - 1; i >= 0; i--) {
    const pivot = lower[i * n + i] as number;
    const value = pivot > 0 ? (b[i] as number) / pivot : 0;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k] = (b[k] as number) - (lower[i * n + k] as number) * value;
  }
  return b;
}

/** Solves L Lᵀ x = b in place. O(n²). */
export const solveFactored = (lower: Float64Array, n: number, b: Float64Array): Float64Array =>
  solveUpper(lower, n, solveLower(lower, n, b));

/** 2 Σ ln of the pivots that are not 0. */
export function logDeterminant(lower: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const pivot = lower[i * n + i] as number;
    if (pivot > 0) sum += 2 * Math.log(pivot);
  }
  return sum;
}

/** Inverse from the factor, n x n by row. O(n³). */
export function inverseOf(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let at = 0; at < n; at++) {
    column.fill(0);
    column[at] = 1;
    solveFactored(lower, n, column);
    for (let i = 0; i < n; i++) inverse[i * n + at] = column[i] as number;
  }
  return inverse;
}
