import { factor, inverseOf, logDeterminant } from '../linear/cholesky.ts';
import type { MixtureModel } from '../mixtures/gaussian-mixture.ts';
import type { KMeansModel } from '../mixtures/k-means.ts';
import type { GraphWriter, Value } from './graph-writer.ts';
import { squaredDistances } from './kernel-nodes.ts';

/** Squared distances to the centres, rows x clusters. */
export const centreDistances = (g: GraphWriter, x: Value, { centres, names }: KMeansModel): Value =>
  squaredDistances(g, x, centres, names.length);

/** ln of share times density of each component: rows x components. */
export function componentLogs(g: GraphWriter, x: Value, model: MixtureModel): Value {
  const { shares, means, covariances, names } = model;
  const width = names.length;
  const size = covariances.length / shares.length;
  const logs = Array.from(shares, (share, at) => {
    const mean = means.subarray(at * width, (at + 1) * width);
    const own = covariances.slice(at * size, (at + 1) * size);
    const apart = g.op('Sub', [x, g.real(mean, [1, width])]);
    const { square, logDeterminant: spread } =
      size === width ? independent(g, apart, own) : leaning(g, apart, own, width);
    const constant = Math.log(share) - (width * Math.log(2 * Math.PI) + spread) / 2;
    return g.op('Add', [g.op('Mul', [square, g.scalar(-0.5)]), g.scalar(constant)]);
  });
  return logs.length === 1 ? (logs[0] as Value) : g.op('Concat', logs, { axis: { int: 1 } });
}

function independent(g: GraphWriter, apart: Value, variances: Float64Array) {
  const scaled = g.op('Div', [g.op('Mul', [apart, apart]), g.real(variances, [1, variances.length])]);
  return {
    square: g.op('ReduceSum', [scaled, g.whole([1])]),
    logDeterminant: variances.reduce((sum, own) => sum + Math.log(own), 0),
  };
}

function leaning(g: GraphWriter, apart: Value, covariance: Float64Array, width: number) {
  const lower = covariance.slice();
  factor(lower, width, 1e-15);
  const turned = g.op('MatMul', [apart, g.real(inverseOf(lower, width), [width, width])]);
  return {
    square: g.op('ReduceSum', [g.op('Mul', [turned, apart]), g.whole([1])]),
    logDeterminant: logDeterminant(lower, width),
  };
}
