import { checkLengths, type Weights, weightAt } from './confusion.ts';

function meanLoss(
  truth: Float64Array,
  predicted: Float64Array,
  weights: Weights,
  loss: (error: number) => number,
): number {
  checkLengths(truth.length, predicted.length, 'predictions');
  let sum = 0;
  let total = 0;
  for (let row = 0; row < truth.length; row++) {
    const weight = weightAt(weights, row);
    sum += weight * loss((truth[row] as number) - (predicted[row] as number));
    total += weight;
  }
  return sum / total;
}

/** Root of the mean squared error, in the target's unit. */
export const rmse = (truth: Float64Array, predicted: Float64Array, weights?: Weights): number =>
  Math.sqrt(meanLoss(truth, predicted, weights, (error) => error * error));

/** Mean absolute error, in the target's unit. */
export const mae = (truth: Float64Array, predicted: Float64Array, weights?: Weights): number =>
  meanLoss(truth, predicted, weights, Math.abs);

/** Mean loss of a predicted quantile, 0 < `quantile` < 1. Koenker & Bassett 1978, doi:10.2307/1913643. */
export const quantileLoss = (
  truth: Float64Array,
  predicted: Float64Array,
  quantile: number,
  weights?: Weights,
): number =>
  meanLoss(truth, predicted, weights, (error) => Math.max(quantile * error, (quantile - 1) * error));

/** Share of the variance about the truth's own mean that is told: 1 at best, below 0 if worse than that mean. NaN of a constant truth. */
export function r2(truth: Float64Array, predicted: Float64Array, weights?: Weights): number {
  checkLengths(truth.length, predicted.length, 'predictions');
  let mean = 0;
  let total = 0;
  for (let row = 0; row < truth.length; row++) {
    mean += weightAt(weights, row) * (truth[row] as number);
    total += weightAt(weights, row);
  }
  mean /= total;
  let left = 0;
  let all = 0;
  for (let row = 0; row < truth.length; row++) {
    const weight = weightAt(weights, row);
    left += weight * ((truth[row] as number) - (predicted[row] as number)) ** 2;
    all += weight * ((truth[row] as number) - mean) ** 2;
  }
  return all > 0 ? 1 - left / all : Number.NaN;
}

/**
 * Harrell's concordance: among the pairs of rows of which it is known whose event came first, the share where that row
 * has the higher risk, equal risks counting half. A row censored at the time of an event outlived it; two events at one
 * time are no pair. NaN where there is no pair. O(n log n). Harrell 1982, doi:10.1001/jama.1982.03320430047030.
 */
export function concordance(times: Float64Array, events: Uint8Array, risk: Float64Array): number {
  checkLengths(times.length, risk.length, 'risks');
  const ranks = denseRanks(risk);
  const tree = new Float64Array(ranks.distinct + 1);
  const order = Uint32Array.from(times.keys()).sort(
    (a, b) =>
      (times[b] as number) - (times[a] as number) || (events[a] as number) - (events[b] as number) || a - b,
  );
  let [pairs, won, seen] = [0, 0, 0];
  // From the latest on: the tree holds the risks of all that outlived.
  for (let from = 0; from < order.length; ) {
    const first = order[from] as number;
    let to = from;
    while (to < order.length && sameMoment(first, order[to] as number)) to += 1;
    if (events[first] === 1)
      for (let at = from; at < to; at++) {
        const rank = ranks.ranks[order[at] as number] as number;
        const lower = sumUpTo(tree, rank - 1);
        won += lower + (sumUpTo(tree, rank) - lower) / 2;
        pairs += seen;
      }
    for (let at = from; at < to; at++) add(tree, ranks.ranks[order[at] as number] as number);
    seen += to - from;
    from = to;
  }
  return pairs > 0 ? won / pairs : Number.NaN;

  function sameMoment(a: number, b: number): boolean {
    return times[a] === times[b] && events[a] === events[b];
  }
}

function denseRanks(values: Float64Array): { ranks: Int32Array; distinct: number } {
  const order = Uint32Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  const ranks = new Int32Array(values.length);
  let rank = 0;
  order.forEach((row, at) => {
    if (at === 0 || values[row] !== values[order[at - 1] as number]) rank += 1;
    ranks[row] = rank;
  });
  return { ranks, distinct: rank };
}

function add(tree: Float64Array, at: number): void {
  for (let node = at; node < tree.length; node += node & -node) tree[node] = (tree[node] as number) + 1;
}

function sumUpTo(tree: Float64Array, at: number): number {
  let sum = 0;
  for (let node = at; node > 0; node -= node & -node) sum += tree[node] as number;
  return sum;
}
