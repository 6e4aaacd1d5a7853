import { fits, refuse, sizeAt } from '../graph/shape.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import { softplus } from './activations.ts';
import {
  abs,
  add,
  divide,
  exp,
  greaterOrEqual,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  sqrt,
  square,
  subtract,
  where,
} from './arithmetic.ts';
import { oneHot } from './indexing.ts';
import { matmul } from './products.ts';
import { logSoftmax, logSumExp, mean } from './reductions.ts';
import { sum, transpose, unsqueeze } from './shaping.ts';

/**
 * `none` leaves one loss a row (or value); `weights`, of the same shape, weigh them, and the mean is divided
 * by their sum.
 */
export interface LossOptions {
  reduction?: 'mean' | 'sum' | 'none';
  weights?: Tensor;
}

function reduced(losses: Tensor, { reduction = 'mean', weights }: LossOptions): Tensor {
  const weighed = weights === undefined ? losses : multiply(losses, weights);
  if (reduction === 'none') return weighed;
  if (reduction === 'sum') return sum(weighed);
  return weights === undefined ? mean(weighed) : divide(sum(weighed), sum(weights));
}

function same(name: string, prediction: Tensor, target: Tensor): void {
  if (!fits(prediction.shape, target.shape))
    refuse(name, [prediction.shape, target.shape], 'prediction and target of one shape');
}

/** (prediction - target)². */
export function squaredError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  same('squaredError', prediction, target);
  return reduced(square(subtract(prediction, target)), options);
}

export function absoluteError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  same('absoluteError', prediction, target);
  return reduced(abs(subtract(prediction, target)), options);
}

/** Quadratic within `delta`, straight beyond (Huber 1964, doi:10.1214/aoms/1177703732). */
export function huber(prediction: Tensor, target: Tensor, delta = 1, options: LossOptions = {}): Tensor {
  same('huber', prediction, target);
  const distance = abs(subtract(prediction, target));
  const near = minimum(distance, delta);
  const losses = add(multiply(square(near), 0.5), multiply(subtract(distance, near), delta));
  return reduced(losses, options);
}

/** The pinball loss, least at the `level` quantile (Koenker & Bassett 1978, doi:10.2307/1913643). */
export function quantileLoss(
  prediction: Tensor,
  target: Tensor,
  level: number,
  options: LossOptions = {},
): Tensor {
  same('quantileLoss', prediction, target);
  const error = subtract(target, prediction);
  return reduced(maximum(multiply(error, level), multiply(error, level - 1)), options);
}

/**
 * - log of the softmax of `logits` [..., classes] at `labels` (i32 [...], 0 to classes - 1). `smoothing` is
 * spread over all classes. A label out of range counts as no class: loss 0 without smoothing.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: LossOptions & { smoothing?: number } = {},
): Tensor {
  const classes = sizeAt(logits.shape, -1);
  if (labels.type !== 'i32' || !fits(labels.shape, logits.shape.slice(0, -1)))
    refuse(
      `crossEntropy with labels of type ${labels.type}`,
      [logits.shape, labels.shape],
      'logits [..., classes] and labels i32 [...]',
    );
  const { smoothing = 0 } = options;
  const target = oneHot(labels, classes);
  const spread = smoothing === 0 ? target : add(multiply(target, 1 - smoothing), smoothing / classes);
  return reduced(negate(sum(multiply(logSoftmax(logits), spread), [labels.shape.length])), options);
}

/**
 * Cross-entropy of truth values (real, 0 to 1) with sigmoid(logits), from the logits and so safe for any
 * finite one.
 */
export function binaryCrossEntropy(logits: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  same('binaryCrossEntropy', logits, target);
  return reduced(subtract(softplus(logits), multiply(logits, target)), options);
}

/**
 * Binary cross-entropy times (1 - p)^gamma of the true class, `alpha` for 1 and 1 - alpha for 0 (Lin 2017,
 * arXiv:1708.02002).
 */
export function focalLoss(
  logits: Tensor,
  target: Tensor,
  { gamma = 2, alpha = 0.25, ...options }: LossOptions & { gamma?: number; alpha?: number } = {},
): Tensor {
  same('focalLoss', logits, target);
  // log p of the true class: logits signed by the target.
  const signed = multiply(logits, subtract(multiply(target, 2), 1));
  const miss = exp(multiply(softplus(signed), -gamma));
  const balance = add(multiply(target, 2 * alpha - 1), 1 - alpha);
  return reduced(multiply(multiply(balance, miss), softplus(negate(signed))), options);
}

/**
 * ½ (log variance + (target - mean)² / variance), without its constant; the variance is kept above `least`.
 */
export function gaussianNll(
  average: Tensor,
  varianceOf: Tensor,
  target: Tensor,
  { least = 1e-6, ...options }: LossOptions & { least?: number } = {},
): Tensor {
  same('gaussianNll', average, target);
  const kept = maximum(varianceOf, least);
  return reduced(multiply(add(log(kept), divide(square(subtract(target, average)), kept)), 0.5), options);
}

/**
 * Negative log partial likelihood of Cox's model, mean over events, ties after Breslow: `risk` [n] (log
 * hazard), `times` [n], `events` [n] (1 event, 0 censored). O(n²). With no event it is 0.
 */
export function coxLoss(risk: Tensor, times: Tensor, events: Tensor): Tensor {
  if (risk.shape.length !== 1) refuse('coxLoss', [risk.shape], 'one risk a row, [n]');
  same('coxLoss', risk, times);
  same('coxLoss', risk, events);
  const atRisk = greaterOrEqual(unsqueeze(times, 0), unsqueeze(times, 1));
  const others = logSumExp(where(atRisk, unsqueeze(risk, 0), constant(-1e30)), [1]);
  const count = maximum(sum(events), 1);
  return divide(sum(multiply(subtract(others, risk), events)), count);
}

/**
 * Normalised temperature-scaled cross-entropy: row i of `first` belongs to row i of `second` among all rows
 * of `second`, and the other way round (Chen 2020, arXiv:2002.05709, in the two-sided form of CLIP,
 * arXiv:2103.00020).
 */
export function contrastiveLoss(first: Tensor, second: Tensor, temperature = 0.1): Tensor {
  if (first.shape.length !== 2) refuse('contrastiveLoss', [first.shape], 'rows of embeddings [n, features]');
  same('contrastiveLoss', first, second);
  const likeness = multiply(matmul(unitRows(first), transpose(unitRows(second))), 1 / temperature);
  const own = sum(multiply(unitRows(first), unitRows(second)), [1]);
  const [forth, back] = [logSumExp(likeness, [1]), logSumExp(likeness, [0])];
  return mean(subtract(multiply(add(forth, back), 0.5), multiply(own, 1 / temperature)));
}

/** Rows of length 1. */
export function unitRows(x: Tensor): Tensor {
  return divide(x, sqrt(add(sum(square(x), [x.shape.length - 1], true), 1e-12)));
}
