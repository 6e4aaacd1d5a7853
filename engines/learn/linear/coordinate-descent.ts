/**
 * Of a quadratic loss: how it pulls at each coefficient. Columns are weighted by shares of the rows that need not sum
 * to 1.
 */
export interface Pulls {
  /** -1 x the loss's slope by a coefficient. */
  at(column: number): number;
  /** Its bend: Σ share · value². */
  bend(column: number): number;
  moved(column: number, change: number): void;
}

/** By the residual of each row: O(rows) a move. */
export function pullsOfRows(
  columns: readonly Float64Array[],
  shares: Float64Array,
  residual: Float64Array,
): Pulls {
  const bends = columns.map((column) => {
    let sum = 0;
    for (let row = 0; row < column.length; row++) {
      const value = column[row] as number;
      sum += (shares[row] as number) * value * value;
    }
    return sum;
  });
  return {
    at(own) {
      const column = columns[own] as Float64Array;
      let sum = 0;
      for (let row = 0; row < column.length; row++)
        sum += (shares[row] as number) * (column[row] as number) * (residual[row] as number);
      return sum;
    },
    bend: (own) => bends[own] as number,
    moved(own, change) {
      const column = columns[own] as Float64Array;
      for (let row = 0; row < column.length; row++)
        residual[row] = (residual[row] as number) - change * (column[row] as number);
    },
  };
}

/** By the products of the columns, width x width, and with the target: O(columns) a move. */
export function pullsOfProducts(products: Float64Array, towards: Float64Array): Pulls {
  const width = towards.length;
  const pulls = towards.slice();
  return {
    at: (own) => pulls[own] as number,
    bend: (own) => products[own * width + own] as number,
    moved(own, change) {
      const from = own * width;
      for (let at = 0; at < width; at++)
        pulls[at] = (pulls[at] as number) - change * (products[from + at] as number);
    },
  };
}

export interface Penalty {
  lambda: number;
  l1Ratio: number;
  /** Of each column; 0 goes free. */
  factors: Float64Array;
}

const mostRounds = 100_000;

/**
 * The least of the loss and lambda Σ (l1Ratio f |b| + (1 - l1Ratio) / 2 f² b²), in place: all columns in turn, then
 * those in use until they stand still, until a turn of all moves none. `still` bounds a move times the root of its bend.
 */
export function settle(
  coefficients: Float64Array,
  pulls: Pulls,
  penalty: Penalty,
  still: number,
  signal?: AbortSignal,
): void {
  const all = Array.from(coefficients.keys());
  const turn = (columns: readonly number[]) =>
    columns.reduce((most, at) => Math.max(most, move(at, coefficients, pulls, penalty)), 0);
  for (let round = 0; round < mostRounds; round++) {
    if (turn(all) <= still) return;
    const used = all.filter((at) => coefficients[at] !== 0);
    while (round < mostRounds && turn(used) > still) round += 1;
    signal?.throwIfAborted();
  }
}

function move(at: number, coefficients: Float64Array, pulls: Pulls, penalty: Penalty): number {
  const bend = pulls.bend(at);
  if (bend === 0) return 0;
  const before = coefficients[at] as number;
  const factor = penalty.factors[at] as number;
  const pull = pulls.at(at) + bend * before;
  const edge = penalty.lambda * penalty.l1Ratio * factor;
  const after =
    Math.abs(pull) <= edge
      ? 0
      : (pull - Math.sign(pull) * edge) / (bend + penalty.lambda * (1 - penalty.l1Ratio) * factor * factor);
  if (after === before) return 0;
  pulls.moved(at, after - before);
  coefficients[at] = after;
  return Math.abs(after - before) * Math.sqrt(bend);
}

/** The least penalty that leaves no column but the free ones, where those have settled. */
export function largestPenalty(pulls: Pulls, { l1Ratio, factors }: Omit<Penalty, 'lambda'>): number {
  let most = 0;
  factors.forEach((factor, at) => {
    if (factor > 0) most = Math.max(most, Math.abs(pulls.at(at)) / (l1Ratio * factor));
  });
  return most;
}

/** `count` penalties from the largest down to `least` of it, evenly in their logarithm. */
export const penaltyPath = (largest: number, count: number, least: number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => largest * least ** (count === 1 ? 0 : at / (count - 1)));
