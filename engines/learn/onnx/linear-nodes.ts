import type { LinearModel } from '../linear/least-squares.ts';
import type { LinearSvmModel } from '../linear/linear-svm.ts';
import type { LogisticModel } from '../linear/logistic.ts';
import type { Platt } from '../linear/platt.ts';
import type { GraphWriter, Value } from './graph-writer.ts';

const acrossColumns = { axis: { int: 1 } };

/** rows x columns times coefficients (by output, then column), and the intercepts: rows x outputs. */
function affine(g: GraphWriter, x: Value, coefficients: Float64Array, intercepts: ArrayLike<number>): Value {
  const outputs = intercepts.length;
  const width = coefficients.length / outputs;
  const turned = Float64Array.from(
    coefficients,
    (_, at) => coefficients[(at % outputs) * width + Math.floor(at / outputs)] as number,
  );
  const product = g.op('MatMul', [x, g.real(turned, [width, outputs])]);
  return g.op('Add', [product, g.real(intercepts, [1, outputs])]);
}

export const linearNodes = (g: GraphWriter, x: Value, { coefficients, intercept }: LinearModel): Value =>
  affine(g, x, coefficients, [intercept]);

export function logisticNodes(g: GraphWriter, x: Value, model: LogisticModel): Value {
  const scores = affine(g, x, model.coefficients, model.intercepts);
  if (model.classes > 2) return g.op('Softmax', [scores], acrossColumns);
  return g.op('Concat', [g.op('Sigmoid', [g.op('Neg', [scores])]), g.op('Sigmoid', [scores])], acrossColumns);
}

/** Probabilities of decisions, each column by its own sigmoid. */
export function plattNodes(g: GraphWriter, decisions: Value, calibration: readonly Platt[]): Value {
  const row = (of: (platt: Platt) => number) =>
    g.real(
      calibration.map((platt) => -of(platt)),
      [1, calibration.length],
    );
  const turned = g.op('Mul', [decisions, row(({ slope }) => slope)]);
  return g.op('Sigmoid', [g.op('Add', [turned, row(({ offset }) => offset)])]);
}

/** Of two classes: the chances of the second, given, and of the first before it. */
export const bothClasses = (g: GraphWriter, second: Value): Value =>
  g.op('Concat', [g.op('Sub', [g.scalar(1), second]), second], acrossColumns);

/** Rows that sum to 1; those of nothing become `otherwise`. */
export function normalised(g: GraphWriter, shares: Value, otherwise: Value): Value {
  const sums = g.op('ReduceSum', [shares, g.whole([1])]);
  return g.op('Where', [g.op('Greater', [sums, g.scalar(0)]), g.op('Div', [shares, sums]), otherwise]);
}

export function linearSvmNodes(g: GraphWriter, x: Value, model: LinearSvmModel): Value {
  const { classes, coefficients, intercepts, calibration } = model;
  const chances = plattNodes(g, affine(g, x, coefficients, intercepts), calibration);
  return classes === 2 ? bothClasses(g, chances) : normalised(g, chances, g.scalar(1 / classes));
}
