import { StromaError } from '@stroma/kernel';
import {
  add,
  constant,
  coxLoss,
  crossEntropy,
  input,
  mean,
  multiply,
  reshape,
  softmax,
  squaredError,
  type Tensor,
} from '@stroma/tensor';
import { type Head, outputsOf, predictionsOf } from '../dense/predictions.ts';
import type { Target } from '../estimator.ts';
import { classesOf, numbersOf } from '../linear/design.ts';

export { type Head, outputsOf, predictionsOf };

const learner = 'A network';

/**
 * Throws INVALID_INPUT for a target that is not finite, does not vary, has rows of one class or no event, and for
 * relevance, which networks do not learn.
 */
export function headOf(target: Target, rows: number): Head {
  if (target.kind === 'class')
    return { kind: 'class', classes: classesOf(target, rows, learner).classes, temperature: 1 };
  if (target.kind === 'number') {
    const values = numbersOf(target, rows, learner);
    const centre = values.reduce((sum, value) => sum + value / rows, 0);
    const variance = values.reduce((sum, value) => sum + (value - centre) ** 2 / rows, 0);
    return { kind: 'number', centre, scale: Math.sqrt(variance) };
  }
  if (target.kind !== 'survival')
    throw refuse(`${learner} expects a target of numbers, classes or survival; relevance was given.`);
  const { times, events } = target;
  if (times.length !== rows || events.length !== rows)
    throw refuse(`A time and an event for each of ${rows} rows were expected; ${times.length} were given.`);
  const bad = times.findIndex((time) => !(time >= 0 && time < Number.POSITIVE_INFINITY));
  if (bad >= 0)
    throw refuse(`${learner} expects finite times of 0 or more; row ${bad + 1} holds ${times[bad]}.`);
  if (!events.includes(1))
    throw refuse(`${learner} expects at least one event; all ${rows} rows are censored.`);
  return { kind: 'survival' };
}

const names = { target: '#target', time: '#time', event: '#event', weight: '#weight' };

/**
 * What is made small, and the inputs of rows it needs. Weights are those of `targetData`. Survival: Cox's partial
 * likelihood with the rows of the batch as those at risk (Kvamme 2019, JMLR 20:129), an approximation that nears
 * the whole one as batches grow.
 */
export function lossOf(
  head: Head,
  output: Tensor,
  batch: number,
  weighted: boolean,
): { loss: Tensor; rows: Tensor[] } {
  if (head.kind === 'survival') {
    const [times, events] = [input(names.time, [batch]), input(names.event, [batch])];
    return { loss: coxLoss(reshape(output, [batch]), times, events), rows: [times, events] };
  }
  const isClass = head.kind === 'class';
  const target = isClass ? input(names.target, [batch], 'i32') : input(names.target, [batch, 1]);
  const each = isClass
    ? crossEntropy(output, target, { reduction: 'none' })
    : squaredError(output, target, { reduction: 'none' });
  if (!weighted) return { loss: mean(each), rows: [target] };
  const weights = input(names.weight, [batch]);
  return { loss: mean(multiply(reshape(each, [batch]), weights)), rows: [target, weights] };
}

/** The inputs of `lossOf` for the rows named. Weights are divided by their mean. */
export function targetData(
  head: Head,
  target: Target,
  rows: Uint32Array,
  weights: Float64Array | undefined,
): Record<string, Float32Array | Int32Array> {
  if (target.kind === 'survival') {
    const rank = ranksOf(target.times);
    return {
      [names.time]: Float32Array.from(rows, (row) => rank[row] as number),
      [names.event]: Float32Array.from(rows, (row) => target.events[row] as number),
    };
  }
  const data: Record<string, Float32Array | Int32Array> = {};
  if (target.kind === 'class')
    data[names.target] = Int32Array.from(rows, (row) => target.codes[row] as number);
  if (target.kind === 'number' && head.kind === 'number')
    data[names.target] = Float32Array.from(
      rows,
      (row) => ((target.values[row] as number) - head.centre) / head.scale,
    );
  if (weights !== undefined) {
    const average = rows.reduce((sum, row) => sum + (weights[row] as number) / rows.length, 0);
    data[names.weight] = Float32Array.from(rows, (row) => (weights[row] as number) / average);
  }
  return data;
}

/** Places of times in their order, equal ones alike: single precision holds them all where it would merge times. */
function ranksOf(times: Float64Array): Float64Array {
  const place = new Map([...new Set(times)].sort((a, b) => a - b).map((time, at) => [time, at]));
  return times.map((time) => place.get(time) as number);
}

const mostTemperature = 10;

/**
 * The head whose probabilities have the least log loss on these rows. A network goes on learning which row is of which
 * class when it has long been too sure of it: early stopping by the loss as it stands would end too soon
 * (Berta 2025, arXiv:2501.19195). Nothing is made surer than it is.
 */
export function tempered(head: Head, outputs: Float32Array, target: Target, weights?: Float64Array): Head {
  if (head.kind !== 'class' || target.kind !== 'class') return head;
  const slopeAt = (temperature: number) => {
    const probabilities = predictionsOf({ ...head, temperature }, outputs);
    let slope = 0;
    target.codes.forEach((code, row) => {
      const from = row * head.classes;
      let expected = 0;
      for (let each = 0; each < head.classes; each++)
        expected += (probabilities[from + each] as number) * (outputs[from + each] as number);
      slope += (weights?.[row] ?? 1) * (expected - (outputs[from + code] as number));
    });
    return slope;
  };
  // The loss is convex in 1 / temperature, and this its slope there.
  if (slopeAt(1) <= 0) return { ...head, temperature: 1 };
  let [low, high] = [1 / mostTemperature, 1];
  if (slopeAt(mostTemperature) >= 0) return { ...head, temperature: mostTemperature };
  for (let round = 0; round < 16; round++) {
    const middle = (low + high) / 2;
    if (slopeAt(1 / middle) > 0) high = middle;
    else low = middle;
  }
  return { ...head, temperature: 2 / (low + high) };
}

/** `predictionsOf` as part of the graph. */
export function predictionTensor(head: Head, output: Tensor): Tensor {
  if (head.kind === 'class') return softmax(multiply(output, 1 / head.temperature));
  return head.kind === 'number' ? add(multiply(output, constant(head.scale)), constant(head.centre)) : output;
}

const refuse = (message: string) => new StromaError('INVALID_INPUT', message);
