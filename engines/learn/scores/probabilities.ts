import { checkLengths, type Weights, weightAt } from './confusion.ts';

/** A probability of nothing would cost infinitely much: each is kept this far from 0, as a double can hold 1 - it. */
const least = 2 ** -52;

/** Mean of -ln of the probability given to the true class, probabilities made to sum to 1. Natural units. */
export function logLoss(
  codes: Int32Array,
  probabilities: Float64Array,
  classes: number,
  weights?: Weights,
): number {
  checkLengths(codes.length * classes, probabilities.length, 'probabilities');
  let loss = 0;
  let total = 0;
  for (let row = 0; row < codes.length; row++) {
    let sum = 0;
    let own = 0;
    for (let code = 0; code < classes; code++) {
      const raw = probabilities[row * classes + code] as number;
      const kept = Math.min(1 - least, Math.max(least, raw));
      sum += kept;
      if (code === codes[row]) own = kept;
    }
    const weight = weightAt(weights, row);
    loss -= weight * Math.log(own / sum);
    total += weight;
  }
  return loss / total;
}

/**
 * Mean squared distance of probabilities and truth: of two classes that of the second one alone (0 to 1), of more the
 * sum over all (0 to 2). Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
 */
export function brier(
  codes: Int32Array,
  probabilities: Float64Array,
  classes: number,
  weights?: Weights,
): number {
  checkLengths(codes.length * classes, probabilities.length, 'probabilities');
  let loss = 0;
  let total = 0;
  for (let row = 0; row < codes.length; row++) {
    const weight = weightAt(weights, row);
    for (let code = classes === 2 ? 1 : 0; code < classes; code++)
      loss += weight * ((probabilities[row * classes + code] as number) - (codes[row] === code ? 1 : 0)) ** 2;
    total += weight;
  }
  return loss / total;
}

/** Of one class, by bins of the probability given to it. Bins without rows are left out. */
export interface CalibrationBins {
  /** Weight of the rows. */
  weight: Float64Array;
  meanProbability: Float64Array;
  /** Share of the rows that are of the class. */
  observed: Float64Array;
}

/**
 * `by` width: bins of one width from 0 to 1; by size: of about as many rows each, equal probabilities never parted.
 * O(n log n).
 */
export function calibrationBins(
  isPositive: Uint8Array,
  probabilities: Float64Array,
  { bins = 10, by = 'width', weights }: { bins?: number; by?: 'width' | 'size'; weights?: Weights } = {},
): CalibrationBins {
  checkLengths(isPositive.length, probabilities.length, 'probabilities');
  const edges = by === 'size' ? edgesBySize(probabilities, bins) : null;
  const weight = new Float64Array(bins);
  const sum = new Float64Array(bins);
  const hits = new Float64Array(bins);
  for (let row = 0; row < probabilities.length; row++) {
    const value = probabilities[row] as number;
    let bin = Math.min(bins - 1, Math.max(0, Math.floor(value * bins)));
    if (edges !== null) {
      bin = 0;
      while (bin < edges.length && value >= (edges[bin] as number)) bin += 1;
    }
    const own = weightAt(weights, row);
    weight[bin] = (weight[bin] as number) + own;
    sum[bin] = (sum[bin] as number) + own * value;
    if (isPositive[row] === 1) hits[bin] = (hits[bin] as number) + own;
  }
  const kept = [...weight.keys()].filter((bin) => (weight[bin] as number) > 0);
  const over = (values: Float64Array) =>
    Float64Array.from(kept, (bin) => (values[bin] as number) / (weight[bin] as number));
  return {
    weight: Float64Array.from(kept, (bin) => weight[bin] as number),
    meanProbability: over(sum),
    observed: over(hits),
  };
}

function edgesBySize(probabilities: Float64Array, bins: number): number[] {
  const ascending = probabilities.slice().sort();
  const edges: number[] = [];
  for (let bin = 1; bin < bins; bin++) {
    const edge = ascending[Math.floor((bin * ascending.length) / bins)] as number;
    if (edge !== edges.at(-1) && edge > (ascending[0] as number)) edges.push(edge);
  }
  return edges;
}

/** Mean distance of what was said and what was so, over the bins by their weight. */
export function calibrationError({ weight, meanProbability, observed }: CalibrationBins): number {
  const total = weight.reduce((sum, own) => sum + own, 0);
  return weight.reduce(
    (sum, own, bin) =>
      sum + (own / total) * Math.abs((meanProbability[bin] as number) - (observed[bin] as number)),
    0,
  );
}
