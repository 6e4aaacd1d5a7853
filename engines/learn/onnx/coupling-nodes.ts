import { GraphWriter, rows, type Value } from './graph-writer.ts';
import { bothClasses } from './linear-nodes.ts';

/** As in linear/pairwise-coupling.ts: a chance of 0 or 1 would leave the others none. */
const least = 1e-7;
const rounds = 200;

/**
 * Chances of all classes from those of each pair (rows x pairs), by the same rounds as `coupled`, for all rows together;
 * once a row has settled, further rounds leave it where it is to 1e-12.
 */
export function couplingNodes(
  g: GraphWriter,
  chances: Value,
  pairs: readonly { a: number; b: number }[],
  classes: number,
): Value {
  const there = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b);
  const found = pairs.length === 1 ? bothClasses(g, chances) : settled(g, chances, pairs, there);
  return placed(g, found, there, classes);
}

/** Columns of the classes that are `there` at their places among all, the others 0. */
export function placed(g: GraphWriter, own: Value, there: readonly number[], classes: number): Value {
  if (there.length === classes) return own;
  const first = g.op('Slice', [own, g.whole([0]), g.whole([1]), g.whole([1])]);
  const wide = g.op('Concat', [own, g.op('Mul', [first, g.scalar(0)])], { axis: { int: 1 } });
  const places = Array.from({ length: classes }, (_, code) => {
    const at = there.indexOf(code);
    return at < 0 ? there.length : at;
  });
  return g.op('Gather', [wide, g.whole(places)], { axis: { int: 1 } });
}

function settled(
  g: GraphWriter,
  chances: Value,
  pairs: readonly { a: number; b: number }[],
  there: readonly number[],
): Value {
  const count = there.length;
  const matrix = matrixNodes(g, chances, pairs, there);
  const cells = (of: GraphWriter, value: Value, width: number) =>
    of.many('Split', [value], width, {
      axis: { int: 1 },
      num_outputs: { int: width },
    });
  const body = new GraphWriter(g);
  const [round, go, before] = [body.name(), body.name(), body.name()];
  body.input(round, 'i64', []);
  body.input(go, 'bool', []);
  body.input(before, 'real', [rows, count]);
  const sum = (values: readonly Value[]): Value =>
    values.length === 1 ? (values[0] as Value) : body.op('Sum', values);
  const product = (a: Value, b: Value): Value => body.op('Mul', [a, b]);
  let p = cells(body, before, count);
  const at = (i: number, j: number): Value => matrix[i * count + j] as Value;
  let qp = p.map((_, i) => sum(p.map((own, j) => product(at(i, j), own))));
  let total = sum(p.map((own, i) => product(own, qp[i] as Value)));
  for (let i = 0; i < count; i++) {
    const change = body.op('Div', [body.op('Sub', [total, qp[i] as Value]), at(i, i)]);
    const scale = body.op('Add', [change, body.scalar(1)]);
    const bend = body.op('Add', [product(change, at(i, i)), product(qp[i] as Value, body.scalar(2))]);
    total = body.op('Div', [body.op('Add', [total, product(change, bend)]), product(scale, scale)]);
    qp = qp.map((own, j) => body.op('Div', [body.op('Add', [own, product(change, at(i, j))]), scale]));
    p = p.map((own, j) => body.op('Div', [j === i ? body.op('Add', [own, change]) : own, scale]));
  }
  body.output(body.name(), go, 'bool', []);
  body.output(body.name(), body.op('Concat', p, { axis: { int: 1 } }), 'real', [rows, count]);
  const start = g.op('Add', [
    g.op('Mul', [g.op('ReduceSum', [chances, g.whole([1])]), g.scalar(0)]),
    g.real(new Float64Array(count).fill(1 / count), [1, count]),
  ]);
  return g.many('Loop', [g.whole([rounds], []), '', start], 1, {
    body: { graph: body.graph('coupling') },
  })[0] as Value;
}

/** Each cell of the matrix of Wu, Lin & Weng, a column of rows. */
function matrixNodes(
  g: GraphWriter,
  chances: Value,
  pairs: readonly { a: number; b: number }[],
  there: readonly number[],
): Value[] {
  const count = there.length;
  const kept = g.op('Clip', [chances, g.scalar(least), g.scalar(1 - least)]);
  const seconds = g.many('Split', [kept], pairs.length, {
    axis: { int: 1 },
    num_outputs: { int: pairs.length },
  });
  const cells: Value[] = Array(count * count);
  const diagonal = Array.from({ length: count }, (): Value[] => []);
  pairs.forEach(({ a, b }, at) => {
    const second = seconds[at] as Value;
    const first = g.op('Sub', [g.scalar(1), second]);
    const [i, j] = [there.indexOf(a), there.indexOf(b)];
    diagonal[i]?.push(g.op('Mul', [second, second]));
    diagonal[j]?.push(g.op('Mul', [first, first]));
    const both = g.op('Neg', [g.op('Mul', [first, second])]);
    cells[i * count + j] = both;
    cells[j * count + i] = both;
  });
  diagonal.forEach((squares, i) => {
    cells[i * count + i] = squares.length === 1 ? (squares[0] as Value) : g.op('Sum', squares);
  });
  return cells;
}
