import { type SeededRandom, seededRandom } from '@stroma/kernel';
import { median } from '@stroma/stats';

export interface KernelDiscrepancy {
  /** Squared, unbiased: about 0, also below, where the two are of one distribution. */
  mmd: number;
  p_value: number;
  /** Of the Gaussian kernel: the median distance of two rows. */
  bandwidth: number;
}

/**
 * Maximum mean discrepancy of rows of numbers, by row, `width` to a row, under exp(-d² / 2 bandwidth²); p by exchanging
 * rows between the two. Of fewer than two rows on a side it says nothing, p 1. Gretton 2012,
 * jmlr.org/papers/v13/gretton12a.html. O((n + m)² (width + permutations / 4)).
 */
export function kernelDiscrepancy(
  reference: Float64Array,
  window: Float64Array,
  width: number,
  { seed, permutations = 199, signal }: { seed: number; permutations?: number; signal?: AbortSignal },
): KernelDiscrepancy {
  const [n, m] = [reference.length / width, window.length / width];
  if (!(n >= 2 && m >= 2)) return { mmd: 0, p_value: 1, bandwidth: 0 };
  const rows = n + m;
  const all = new Float64Array(reference.length + window.length);
  all.set(reference);
  all.set(window, reference.length);
  const squares = squaredDistances(all, rows, width);
  const bandwidth = bandwidthOf(squares, rows);
  if (bandwidth === 0) return { mmd: 0, p_value: 1, bandwidth };
  const kernel = squares.map((square) => Math.exp(-square / (2 * bandwidth * bandwidth)));
  const rowSums = new Float64Array(rows);
  let total = 0;
  for (let a = 0; a < rows; a++) {
    let sum = 0;
    for (let b = 0; b < rows; b++) if (b !== a) sum += kernel[a * rows + b] as number;
    rowSums[a] = sum;
    total += sum;
  }
  const statistic = (order: Uint32Array): number => {
    let within = 0;
    let touching = 0;
    for (let i = 0; i < n; i++) {
      const at = (order[i] as number) * rows;
      touching += rowSums[order[i] as number] as number;
      for (let j = 0; j < i; j++) within += kernel[at + (order[j] as number)] as number;
    }
    const between = touching - 2 * within;
    const others = total - 2 * within - 2 * between;
    return (2 * within) / (n * (n - 1)) + others / (m * (m - 1)) - (2 * between) / (n * m);
  };
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  const mmd = statistic(order);
  const random = seededRandom(seed);
  let atLeast = 0;
  for (let round = 0; round < permutations; round++) {
    signal?.throwIfAborted();
    shuffle(order, random);
    if (statistic(order) >= mmd - 1e-12) atLeast += 1;
  }
  return { mmd, p_value: (1 + atLeast) / (1 + permutations), bandwidth };
}

function squaredDistances(all: Float64Array, rows: number, width: number): Float64Array {
  const squares = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++)
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let column = 0; column < width; column++) {
        const apart = (all[a * width + column] as number) - (all[b * width + column] as number);
        sum += apart * apart;
      }
      squares[a * rows + b] = sum;
      squares[b * rows + a] = sum;
    }
  return squares;
}

/** Where most rows are alike, of the others. */
function bandwidthOf(squares: Float64Array, rows: number): number {
  const distances: number[] = [];
  for (let a = 0; a < rows; a++)
    for (let b = 0; b < a; b++) distances.push(Math.sqrt(squares[a * rows + b] as number));
  const middle = median(Float64Array.from(distances));
  if (middle > 0) return middle;
  const apart = distances.filter((own) => own > 0);
  return apart.length === 0 ? 0 : median(Float64Array.from(apart));
}

function shuffle(order: Uint32Array, random: SeededRandom): void {
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.whole(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
}
