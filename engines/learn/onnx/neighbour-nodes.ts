import type { NaiveBayesModel } from '../neighbours/naive-bayes.ts';
import type { NeighbourModel } from '../neighbours/nearest-neighbours.ts';
import type { GraphWriter, Value } from './graph-writer.ts';
import { squaredDistances } from './kernel-nodes.ts';
import { normalised } from './linear-nodes.ts';

const acrossColumns = { axis: { int: 1 } };
const real = { to: { int: 11 } };

/** Equal distances go by row, as with us: TopK takes the lower place first. */
export function neighbourNodes(g: GraphWriter, x: Value, model: NeighbourModel): Value {
  const { neighbours, classes, answers, weights, values, votes, names } = model;
  const squares = squaredDistances(g, x, values, names.length);
  const [near, places] = g.many('TopK', [squares, g.whole([neighbours])], 2, {
    axis: { int: 1 },
    largest: { int: 0 },
    sorted: { int: 1 },
  }) as [Value, Value];
  const own = g.op('Gather', [g.real(weights, [weights.length]), places]);
  const voices = votes === 'uniform' ? own : g.op('Mul', [own, closeness(g, near)]);
  const said = g.op('Gather', [g.real(answers, [answers.length]), places]);
  if (classes === 0) {
    const sum = g.op('ReduceSum', [g.op('Mul', [voices, said]), g.whole([1])]);
    return g.op('Div', [sum, g.op('ReduceSum', [voices, g.whole([1])])]);
  }
  const codes = Float64Array.from({ length: classes }, (_, code) => code);
  const isOf = g.op('Equal', [g.op('Unsqueeze', [said, g.whole([2])]), g.real(codes, [1, 1, classes])]);
  const voiced = g.op('Mul', [g.op('Cast', [isOf], real), g.op('Unsqueeze', [voices, g.whole([2])])]);
  const sums = g.op('ReduceSum', [voiced, g.whole([1])], { keepdims: { int: 0 } });
  return normalised(g, sums, g.scalar(1 / classes));
}

/** One over the distance; where one is at distance 0, such alone. */
function closeness(g: GraphWriter, squares: Value): Value {
  const zero = g.op('Equal', [squares, g.scalar(0)]);
  const first = g.op('Slice', [zero, g.whole([0]), g.whole([1]), g.whole([1])]);
  const inverse = g.op('Div', [g.scalar(1), g.op('Sqrt', [squares])]);
  return g.op('Where', [first, g.op('Cast', [zero], real), inverse]);
}

export function naiveBayesNodes(g: GraphWriter, x: Value, model: NaiveBayesModel): Value {
  const { classes, priors, categories, parts } = model;
  const numbers = [...categories.keys()].filter((at) => categories[at] === 0);
  const evidence = [g.real(priors, [1, classes])];
  if (numbers.length > 0) evidence.push(normalNodes(g, x, model, numbers));
  categories.forEach((count, at) => {
    if (count === 0) return;
    // The last row, of no evidence, is of missing values and codes past those fitted.
    const table = new Float64Array((count + 1) * classes);
    for (let code = 0; code < classes; code++)
      for (let value = 0; value < count; value++)
        table[value * classes + code] = parts[at]?.[code * count + value] as number;
    const column = g.op('Gather', [x, g.whole([at], [])], acrossColumns);
    const known = g.op('Less', [column, g.scalar(count)]);
    const place = g.op('Cast', [g.op('Where', [known, column, g.scalar(count)])], { to: { int: 7 } });
    evidence.push(g.op('Gather', [g.real(table, [count + 1, classes]), place]));
  });
  const scores = evidence.length === 1 ? (evidence[0] as Value) : g.op('Sum', evidence);
  return g.op('Softmax', [scores], acrossColumns);
}

function normalNodes(g: GraphWriter, x: Value, model: NaiveBayesModel, columns: readonly number[]): Value {
  const { classes, parts } = model;
  const shape = [1, columns.length, classes];
  const cells = (of: (part: Float64Array, code: number) => number) =>
    g.real(
      columns.flatMap((at) =>
        Array.from({ length: classes }, (_, code) => of(parts[at] as Float64Array, code)),
      ),
      shape,
    );
  const taken = g.op('Gather', [x, g.whole(columns)], acrossColumns);
  const wide = g.op('Unsqueeze', [taken, g.whole([2])]);
  const apart = g.op('Sub', [wide, cells((part, code) => part[2 * code] as number)]);
  const squares = g.op('Div', [
    g.op('Mul', [apart, apart]),
    cells((part, code) => part[2 * code + 1] as number),
  ]);
  const constants = cells((part, code) => Math.log(2 * Math.PI * (part[2 * code + 1] as number)));
  const own = g.op('Mul', [g.op('Add', [squares, constants]), g.scalar(-0.5)]);
  const told = g.op('Where', [g.op('IsNaN', [wide]), g.scalar(0), own]);
  return g.op('ReduceSum', [told, g.whole([1])], { keepdims: { int: 0 } });
}
