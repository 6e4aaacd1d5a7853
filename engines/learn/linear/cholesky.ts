/** Four sums side by side: one alone waits for each addition before the next. */
function dot(a: Float64Array, from: number, b: Float64Array, to: number, count: number): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  const whole = count - (count % 4);
  for (let k = 0; k < whole; k += 4) {
    s += (a[from + k] as number) * (b[to + k] as number);
    t += (a[from + k + 1] as number) * (b[to + k + 1] as number);
    u += (a[from + k + 2] as number) * (b[to + k + 2] as number);
    v += (a[from + k + 3] as number) * (b[to + k + 3] as number);
  }
  for (let k = whole; k < count; k++) s += (a[from + k] as number) * (b[to + k] as number);
  return s + t + (u + v);
}

/**
 * Lower factor of a symmetric positive matrix, n x n by row, in place: the upper half is left as it was. A pivot that is
 * not above `least` times its diagonal depends on those before it: it is made 0 and its unknown left out. Returns the
 * rank. O(n² · rank).
 */
export function factor(matrix: Float64Array, n: number, least = 1e-11): number {
  let rank = 0;
  for (let i = 0; i < n; i++) {
    const own = matrix[i * n + i] as number;
    const a = i * n;
    for (let j = 0; j < i; j++) {
      const b = j * n;
      const pivot = matrix[b + j] as number;
      matrix[a + j] = pivot > 0 ? ((matrix[a + j] as number) - dot(matrix, a, matrix, b, j)) / pivot : 0;
    }
    const left = own - dot(matrix, a, matrix, a, i);
    const kept = left > least * own && left > 0;
    matrix[a + i] = kept ? Math.sqrt(left) : 0;
    if (kept) rank += 1;
  }
  return rank;
}

/** Solves L x = b in place; unknowns of a pivot 0 become 0. */
export function solveLower(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    const pivot = lower[i * n + i] as number;
    const sum = (b[i] as number) - dot(lower, i * n, b, 0, i);
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

/** Inverse from the factor, n x n by row; unknowns of a pivot 0 have none, and stay 0. O(n³). */
export function inverseOf(lower: Float64Array, n: number): Float64Array {
  // Columns of L⁻¹ stand as rows, so that both products run along memory.
  const columns = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const from = j * n;
    for (let i = j; i < n; i++) {
      const row = i * n;
      const pivot = lower[row + i] as number;
      const sum = (i === j ? 1 : 0) - dot(lower, row + j, columns, from + j, i - j);
      columns[from + i] = pivot > 0 ? sum / pivot : 0;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b <= a; b++) {
      const sum = dot(columns, a * n + a, columns, b * n + a, n - a);
      inverse[a * n + b] = sum;
      inverse[b * n + a] = sum;
    }
  return inverse;
}
