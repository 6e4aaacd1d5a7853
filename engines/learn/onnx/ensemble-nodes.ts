import type { Calibration } from '../automl/calibration.ts';
import type { Combination } from '../automl/ensemble.ts';
import type { GraphWriter, Value } from './graph-writer.ts';
import { bothClasses, linearNodes, logisticNodes, normalised, plattNodes } from './linear-nodes.ts';

const acrossColumns = { axis: { int: 1 } };

/** Predictions of the members (each rows x outputs) as one. */
export function combinationNodes(
  g: GraphWriter,
  members: readonly Value[],
  combination: Combination,
  outputs: number,
): Value {
  if (combination.kind === 'blend') {
    const weighted = members.map((own, at) =>
      combination.weights[at] === 1 ? own : g.op('Mul', [own, g.scalar(combination.weights[at] as number)]),
    );
    return weighted.length === 1 ? (weighted[0] as Value) : g.op('Sum', weighted);
  }
  const columns = members.map((own) => {
    if (outputs === 1) return own;
    return logOdds(g, outputs === 2 ? second(g, own) : own, 0.005, 0.995);
  });
  const x = columns.length === 1 ? (columns[0] as Value) : g.op('Concat', columns, acrossColumns);
  const { model } = combination;
  return model.kind === 'logistic' ? logisticNodes(g, x, model) : linearNodes(g, x, model);
}

const second = (g: GraphWriter, own: Value): Value =>
  g.op('Slice', [own, g.whole([1]), g.whole([2]), g.whole([1])]);

function logOdds(g: GraphWriter, chances: Value, low: number, high: number): Value {
  const kept = g.op('Clip', [chances, g.scalar(low), g.scalar(high)]);
  return g.op('Log', [g.op('Div', [kept, g.op('Sub', [g.scalar(1), kept])])]);
}

/** Probabilities, rows x classes, calibrated. */
export function calibrationNodes(
  g: GraphWriter,
  given: Value,
  calibration: Calibration,
  classes: number,
): Value {
  if (calibration.kind === 'none') return given;
  const own = classes === 2 ? second(g, given) : given;
  const mapped =
    calibration.kind === 'platt'
      ? plattNodes(g, logOdds(g, own, 1e-6, 1 - 1e-6), calibration.classes)
      : stepNodes(g, own, calibration.classes);
  return classes === 2 ? bothClasses(g, mapped) : normalised(g, mapped, given);
}

type Steps = Extract<Calibration, { kind: 'isotonic' }>['classes'][number];

/** Linear between the steps of each class, level outside them. */
function stepNodes(g: GraphWriter, own: Value, classes: readonly Steps[]): Value {
  const columns = classes.map(({ from, to }, at) => {
    const value =
      classes.length === 1 ? own : g.op('Slice', [own, g.whole([at]), g.whole([at + 1]), g.whole([1])]);
    const kept = g.op('Clip', [value, g.scalar(from[0] as number), g.scalar(from.at(-1) as number)]);
    if (from.length === 1) return g.op('Add', [g.op('Mul', [kept, g.scalar(0)]), g.scalar(to[0] as number)]);
    // Places passed, of those between the first and the last: where the stretch begins.
    const inner = from.slice(1, -1);
    const passed = g.op('GreaterOrEqual', [kept, g.real(inner, [1, inner.length])]);
    const place = g.op('ReduceSum', [g.op('Cast', [passed], { to: { int: 7 } }), g.whole([1])]);
    const pick = (values: Float64Array): Value => g.op('Gather', [g.real(values, [values.length]), place]);
    const slopes = inner.length + 1;
    const slope = Float64Array.from(
      { length: slopes },
      (_, step) =>
        ((to[step + 1] as number) - (to[step] as number)) /
        ((from[step + 1] as number) - (from[step] as number)),
    );
    const risen = g.op('Mul', [g.op('Sub', [kept, pick(from.slice(0, -1))]), pick(slope)]);
    return g.op('Add', [pick(to.slice(0, -1)), risen]);
  });
  return columns.length === 1 ? (columns[0] as Value) : g.op('Concat', columns, acrossColumns);
}
