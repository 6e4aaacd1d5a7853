import type { GaussianProcessModel } from '../linear/gaussian-process.ts';
import { factored } from '../linear/marginal-likelihood.ts';
import type { RbfRegressionModel } from '../linear/rbf-regression.ts';
import type { RbfSvmModel } from '../linear/rbf-svm.ts';
import { couplingNodes } from './coupling-nodes.ts';
import { GraphWriter, rows, type Value } from './graph-writer.ts';
import { bothClasses, plattNodes } from './linear-nodes.ts';

/**
 * Squared Euclidean distances of rows x columns to `points` (by row): rows x points. Column after column, as we add them
 * up: products of rows would cancel where rows are near.
 */
export function squaredDistances(g: GraphWriter, x: Value, points: Float64Array, width: number): Value {
  const count = points.length / width;
  const body = new GraphWriter(g);
  const [before, column, own] = [body.name(), body.name(), body.name()];
  body.input(before, 'real', [rows, count]);
  body.input(column, 'real', [rows]);
  body.input(own, 'real', [count]);
  const apart = body.op('Sub', [body.op('Unsqueeze', [column, body.whole([1])]), own]);
  const sum = body.op('Add', [before, body.op('Mul', [apart, apart])]);
  body.output(body.name(), sum, 'real', [rows, count]);
  const size = g.op('Concat', [rowCount(g, x), g.whole([count])], { axis: { int: 0 } });
  const zeros = g.op('Expand', [g.scalar(0), size]);
  return g.many('Scan', [zeros, x, g.real(points, [count, width])], 1, {
    body: { graph: body.graph('distances') },
    num_scan_inputs: { int: 2 },
    scan_input_axes: { ints: [1, 1] },
  })[0] as Value;
}

/** How many rows there are, as a vector of one. */
export const rowCount = (g: GraphWriter, x: Value): Value =>
  g.op('Slice', [g.op('Shape', [x]), g.whole([0]), g.whole([1])]);

const gaussian = (g: GraphWriter, squares: Value, gamma: number): Value =>
  g.op('Exp', [g.op('Mul', [squares, g.scalar(-gamma)])]);

/** Of machines that share their vectors: rows x machines. */
function decisions(
  g: GraphWriter,
  x: Value,
  { vectors, gamma, names }: Pick<RbfSvmModel, 'vectors' | 'gamma' | 'names'>,
  machines: readonly { shares: Float64Array; intercept: number }[],
): Value {
  const count = vectors.length / names.length;
  const near = gaussian(g, squaredDistances(g, x, vectors, names.length), gamma);
  const shares = new Float64Array(count * machines.length);
  machines.forEach((machine, k) => {
    machine.shares.forEach((share, at) => {
      shares[at * machines.length + k] = share;
    });
  });
  const intercepts = machines.map(({ intercept }) => intercept);
  return g.op('Add', [
    g.op('MatMul', [near, g.real(shares, [count, machines.length])]),
    g.real(intercepts, [1, machines.length]),
  ]);
}

export function rbfSvmNodes(g: GraphWriter, x: Value, model: RbfSvmModel): Value {
  const { pairs, classes } = model;
  const chances = plattNodes(
    g,
    decisions(g, x, model, pairs),
    pairs.map(({ calibration }) => calibration),
  );
  return classes === 2 ? bothClasses(g, chances) : couplingNodes(g, chances, pairs, classes);
}

export function rbfRegressionNodes(g: GraphWriter, x: Value, model: RbfRegressionModel): Value {
  const own = decisions(g, x, model, [model]);
  return g.op('Add', [g.op('Mul', [own, g.scalar(model.scale)]), g.scalar(model.mean)]);
}

/** The mean alone: its spread needs the factored covariance of all rows. */
export function gaussianProcessNodes(g: GraphWriter, x: Value, model: GaussianProcessModel): Value {
  const { kernel, parameters, rows: seen, mean, scale } = model;
  const { lengths, variance } = parameters;
  const { alpha } = factored(seen, kernel, parameters);
  const each = Float64Array.from(
    { length: seen.width },
    (_, at) => (lengths.length === 1 ? lengths[0] : lengths[at]) as number,
  );
  const points = seen.values.map((value, at) => value / (each[at % seen.width] as number));
  const scaled = g.op('Div', [x, g.real(each, [1, seen.width])]);
  const squares = squaredDistances(g, scaled, points, seen.width);
  const near = kernelNodes(g, kernel, squares);
  const shares = alpha.map((own) => own * variance * scale);
  return g.op('Add', [g.op('MatMul', [near, g.real(shares, [shares.length, 1])]), g.scalar(mean)]);
}

function kernelNodes(g: GraphWriter, kernel: GaussianProcessModel['kernel'], squares: Value): Value {
  if (kernel === 'rbf') return gaussian(g, squares, 0.5);
  const s = g.op('Sqrt', [g.op('Mul', [squares, g.scalar(kernel === 'matern32' ? 3 : 5)])]);
  const fall = g.op('Exp', [g.op('Neg', [s])]);
  const line = g.op('Add', [s, g.scalar(1)]);
  const rise =
    kernel === 'matern32' ? line : g.op('Add', [line, g.op('Div', [g.op('Mul', [s, s]), g.scalar(3)])]);
  return g.op('Mul', [rise, fall]);
}
