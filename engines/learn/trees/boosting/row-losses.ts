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

export interface Derivable extends RowLossData {
  /** exp(-score) for logistic, exp(score) for poisson, exp(score - normaliser) for softmax: of the rows wanted. */
  powers: Float64Array;
}

/**
 * Writes first and second derivatives by the score of `output`, in pairs, for rows [from, to). `greatest` gets the
 * largest absolute value of each.
 */
export function derive(
  data: Derivable,
  output: number,
  pairs: Float64Array,
  from: number,
  to: number,
  greatest: Float64Array,
): void {
  const { loss, targets, powers, weights } = data;
  if (loss === 'logistic')
    for (let row = from; row < to; row++) {
      const chance = 1 / (1 + (powers[row] as number));
      pairs[2 * row] = chance - (targets[row] as number);
      pairs[2 * row + 1] = chance * (1 - chance);
    }
  else if (loss === 'softmax')
    for (let row = from; row < to; row++) {
      const chance = powers[row] as number;
      pairs[2 * row] = targets[row] === output ? chance - 1 : chance;
      pairs[2 * row + 1] = chance * (1 - chance);
    }
  else if (loss === 'poisson')
    for (let row = from; row < to; row++) {
      const mean = powers[row] as number;
      pairs[2 * row] = mean - (targets[row] as number);
      pairs[2 * row + 1] = mean;
    }
  else derivePlain(data, pairs, from, to);
  if (weights !== null)
    for (let row = from; row < to; row++) {
      const weight = weights[row] as number;
      pairs[2 * row] = weight * (pairs[2 * row] as number);
      pairs[2 * row + 1] = weight * (pairs[2 * row + 1] as number);
    }
  let first = 0;
  let second = 0;
  for (let at = 2 * from; at < 2 * to; at += 2) {
    first = Math.max(first, Math.abs(pairs[at] as number));
    second = Math.max(second, pairs[at + 1] as number);
  }
  greatest[0] = first;
  greatest[1] = second;
}

function derivePlain(
  { loss, quantile, scores, targets }: Derivable,
  pairs: Float64Array,
  from: number,
  to: number,
): void {
  const share = loss === 'absolute' ? 0.5 : quantile;
  const unit = loss === 'absolute' ? 2 : 1;
  for (let row = from; row < to; row++) {
    const difference = (scores[row] as number) - (targets[row] as number);
    pairs[2 * row + 1] = 1;
    if (loss === 'squared') pairs[2 * row] = difference;
    else pairs[2 * row] = difference === 0 ? 0 : unit * (difference > 0 ? 1 - share : -share);
  }
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
