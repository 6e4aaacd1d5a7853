/** Losses of one row by its own scores. */
export const rowLosses = ['squared', 'absolute', 'quantile', 'poisson', 'logistic', 'softmax'] as const;
export type RowLoss = (typeof rowLosses)[number];

export interface RowLossData {
  loss: RowLoss;
  /** The share of values that lies below what the quantile loss seeks. */
  quantile: number;
  /** Scores by output: outputs x rows. */
  scores: Float64Array;
  targets: Float64Array;
  weights: Float64Array | null;
  /** Of softmax: the logarithm of the sum of the exponentials of each row's scores. */
  normaliser: Float64Array | null;
}

/**
 * Writes first and second derivatives by the score of `output`, in pairs, for rows [from, to). `greatest` gets the
 * largest absolute value of each.
 */
export function derive(
  { loss, quantile, scores, targets, weights, normaliser }: RowLossData,
  output: number,
  pairs: Float64Array,
  from: number,
  to: number,
  greatest: Float64Array,
): void {
  const start = output * targets.length;
  let mostFirst = 0;
  let mostSecond = 0;
  for (let row = from; row < to; row++) {
    const score = scores[start + row] as number;
    const target = targets[row] as number;
    let first = 0;
    let second = 1;
    switch (loss) {
      case 'squared':
        first = score - target;
        break;
      case 'absolute':
        first = score > target ? 1 : score < target ? -1 : 0;
        break;
      case 'quantile':
        first = score > target ? 1 - quantile : score < target ? -quantile : 0;
        break;
      case 'poisson':
        second = Math.exp(score);
        first = second - target;
        break;
      case 'logistic': {
        const chance = 1 / (1 + Math.exp(-score));
        first = chance - target;
        second = chance * (1 - chance);
        break;
      }
      case 'softmax': {
        const chance = Math.exp(score - ((normaliser as Float64Array)[row] as number));
        first = target === output ? chance - 1 : chance;
        second = chance * (1 - chance);
        break;
      }
    }
    if (weights !== null) {
      const weight = weights[row] as number;
      first *= weight;
      second *= weight;
    }
    pairs[2 * row] = first;
    pairs[2 * row + 1] = second;
    const size = first < 0 ? -first : first;
    if (size > mostFirst) mostFirst = size;
    if (second > mostSecond) mostSecond = second;
  }
  greatest[0] = mostFirst;
  greatest[1] = mostSecond;
}

/** The logarithm of the sum of exponentials over the outputs of each row of [from, to). */
export function normalise(
  scores: Float64Array,
  outputs: number,
  normaliser: Float64Array,
  from: number,
  to: number,
): void {
  const rows = normaliser.length;
  for (let row = from; row < to; row++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < outputs; k++) {
      const score = scores[k * rows + row] as number;
      if (score > most) most = score;
    }
    let sum = 0;
    for (let k = 0; k < outputs; k++) sum += Math.exp((scores[k * rows + row] as number) - most);
    normaliser[row] = most + Math.log(sum);
  }
}

/** Mean loss, weighted. */
export function meanRowLoss({ loss, quantile, scores, targets, weights }: RowLossData): number {
  const rows = targets.length;
  const outputs = rows > 0 ? scores.length / rows : 1;
  const normaliser = new Float64Array(loss === 'softmax' ? rows : 0);
  if (loss === 'softmax') normalise(scores, outputs, normaliser, 0, rows);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const score = scores[row] as number;
    const target = targets[row] as number;
    const weight = weights === null ? 1 : (weights[row] as number);
    total += weight;
    switch (loss) {
      case 'squared':
        sum += (weight * (score - target) ** 2) / 2;
        break;
      case 'absolute':
        sum += weight * Math.abs(score - target);
        break;
      case 'quantile':
        sum += weight * (target > score ? quantile * (target - score) : (1 - quantile) * (score - target));
        break;
      case 'poisson':
        sum += weight * (Math.exp(score) - target * score);
        break;
      case 'logistic':
        sum += weight * (Math.log1p(Math.exp(-Math.abs(score))) + Math.max(score, 0) - target * score);
        break;
      case 'softmax':
        sum += weight * ((normaliser[row] as number) - (scores[target * rows + row] as number));
        break;
    }
  }
  return total > 0 ? sum / total : 0;
}

/** The constant score of least loss, of each output. */
export function startOf(
  loss: RowLoss,
  quantile: number,
  targets: Float64Array,
  weights: Float64Array | null,
  outputs: number,
): number[] {
  const weightOf = (row: number) => (weights === null ? 1 : (weights[row] as number));
  if (loss === 'absolute' || loss === 'quantile')
    return [weightedQuantile(targets, weights, loss === 'absolute' ? 0.5 : quantile)];
  let total = 0;
  const sums = new Float64Array(outputs);
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    const weight = weightOf(row);
    total += weight;
    if (loss === 'softmax') sums[target] = (sums[target] as number) + weight;
    else sums[0] = (sums[0] as number) + weight * target;
  }
  const within = (share: number) => Math.min(1 - 1e-12, Math.max(1e-12, share));
  return Array.from(sums, (sum) => {
    const mean = sum / total;
    if (loss === 'squared') return mean;
    if (loss === 'logistic') return Math.log(within(mean) / (1 - within(mean)));
    return Math.log(Math.max(1e-12, mean));
  });
}

/** The least value at which `p` of the weight is reached; for equal weights between neighbours (type 7). */
export function weightedQuantile(values: Float64Array, weights: Float64Array | null, p: number): number {
  if (values.length === 0) return 0;
  if (weights === null) {
    const sorted = values.slice().sort();
    const at = (sorted.length - 1) * p;
    const low = sorted[Math.floor(at)] as number;
    return low + ((sorted[Math.ceil(at)] as number) - low) * (at - Math.floor(at));
  }
  const order = Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  let total = 0;
  for (const weight of weights) total += weight;
  let sum = 0;
  for (const row of order) {
    sum += weights[row] as number;
    if (sum >= p * total) return values[row] as number;
  }
  return values[order.at(-1) as number] as number;
}
