import type { DenseLayer, DenseModel, DenseNetwork } from '../dense/dense-network.ts';
import { farthest, type NumberInput, softest } from '../dense/table-inputs.ts';
import type { GraphWriter, Value } from './graph-writer.ts';

const acrossColumns = { axis: { int: 1 } };

/** The mean of what the networks say of rows x columns, in double: rows x outputs. */
export function denseNodes(g: GraphWriter, x: Value, { networks }: DenseModel): Value {
  const all = networks.map((network) => networkNodes(g, x, network));
  const sum = all.reduce((before, own) => g.op('Add', [before, own]));
  return all.length === 1 ? sum : g.op('Div', [sum, g.scalar(all.length)]);
}

function networkNodes(g: GraphWriter, x: Value, { inputs, head, embeddings, layers }: DenseNetwork): Value {
  const parts: Value[] = [];
  const { numbers, codes, places } = inputs;
  if (numbers.length > 0) {
    const raw = columnsOf(g, x, numbers);
    const missing = g.op('IsNaN', [raw]);
    const filled = g.op('Where', [missing, g.scalar(0), raw]);
    parts.push(g.op('Where', [missing, g.scalar(0), scaledNodes(g, filled, numbers)]));
    const flagged = numbers.filter(({ indicator }) => indicator);
    if (flagged.length > 0)
      parts.push(g.op('Cast', [g.op('IsNaN', [columnsOf(g, x, flagged)])], { to: { int: 11 } }));
  }
  if (codes.length > 0) {
    const width = embeddings.length / places;
    const table = g.real(embeddings, [places, width]);
    for (const { column, places: own, unknown } of codes) {
      // One place below the codes and one above them stand for the unknown.
      const raw = columnsOf(g, x, [{ column }]);
      const known = g.op('Where', [g.op('IsNaN', [raw]), g.scalar(-1), raw]);
      const within = g.op('Min', [g.op('Max', [known, g.scalar(-1)]), g.scalar(own.length)]);
      const at = g.op('Add', [g.op('Cast', [within], { to: { int: 7 } }), g.whole([1], [])]);
      const place = g.op('Gather', [g.whole([unknown, ...own, unknown]), at]);
      parts.push(g.op('Squeeze', [g.op('Gather', [table, place]), g.whole([1])]));
    }
  }
  const first = parts.length === 1 ? (parts[0] as Value) : g.op('Concat', parts, acrossColumns);
  const output = layerNodes(g, first, layers);
  if (head.kind === 'class')
    return g.op('Softmax', [g.op('Div', [output, g.scalar(head.temperature)])], acrossColumns);
  if (head.kind !== 'number') return output;
  return g.op('Add', [g.op('Mul', [output, g.scalar(head.scale)]), g.scalar(head.centre)]);
}

const columnsOf = (g: GraphWriter, x: Value, inputs: readonly { column: number }[]): Value =>
  g.op('Gather', [x, g.whole(inputs.map(({ column }) => column))], acrossColumns);

function scaledNodes(g: GraphWriter, x: Value, numbers: readonly NumberInput[]): Value {
  if (numbers.every(({ scale }) => scale.kind === 'robust')) return robustNodes(g, x, numbers);
  const all = numbers.map((own, at) => {
    const column = columnsOf(g, x, [{ column: at }]);
    return own.scale.kind === 'robust' ? robustNodes(g, column, [own]) : orderNodes(g, column, own);
  });
  return all.length === 1 ? (all[0] as Value) : g.op('Concat', all, acrossColumns);
}

function robustNodes(g: GraphWriter, x: Value, numbers: readonly NumberInput[]): Value {
  const row = (of: (scale: { centre: number; scale: number }) => number) =>
    g.real(
      numbers.map(({ scale }) => (scale.kind === 'robust' ? of(scale) : 0)),
      [1, numbers.length],
    );
  const apart = g.op('Sub', [x, row(({ centre }) => centre)]);
  // A column of one value says nothing.
  const told = g.op('Mul', [apart, row(({ scale }) => (scale === 0 ? 0 : 1))]);
  const own = g.op('Div', [told, row(({ scale }) => (scale === 0 ? 1 : scale))]);
  const kept = g.op('Min', [g.op('Max', [own, g.scalar(-farthest)]), g.scalar(farthest)]);
  const share = g.op('Div', [kept, g.scalar(softest)]);
  const squared = g.op('Add', [g.op('Mul', [share, share]), g.scalar(1)]);
  return g.op('Div', [kept, g.op('Sqrt', [squared])]);
}

/** Each piece of the line adds the share of its rise that lies below x. */
function orderNodes(g: GraphWriter, x: Value, { scale }: NumberInput): Value {
  if (scale.kind === 'robust') return x;
  const { knots, scores } = scale;
  const pieces = Array.from({ length: Math.max(1, knots.length - 1) }, (_, at) => at);
  const row = (values: readonly number[]) => g.real(values, [1, values.length]);
  const rise = (values: Float64Array, at: number) =>
    at + 1 < values.length ? (values[at + 1] as number) - (values[at] as number) : 0;
  const apart = g.op('Sub', [x, row(pieces.map((at) => knots[at] ?? 0))]);
  const share = g.op('Div', [apart, row(pieces.map((at) => rise(knots, at) || 1))]);
  const held = g.op('Min', [g.op('Max', [share, g.scalar(0)]), g.scalar(1)]);
  const climbed = g.op('ReduceSum', [
    g.op('Mul', [held, row(pieces.map((at) => rise(scores, at)))]),
    g.whole([1]),
  ]);
  return g.op('Add', [climbed, g.scalar(scores[0] ?? 0)]);
}

const layerNodes = (g: GraphWriter, x: Value, layers: readonly DenseLayer[]): Value =>
  layers.reduce((value, layer) => layerNode(g, value, layer), x);

function layerNode(g: GraphWriter, x: Value, layer: DenseLayer): Value {
  switch (layer.kind) {
    case 'linear': {
      const outputs = layer.bias.length;
      const product = g.op('MatMul', [x, g.real(layer.weight, [layer.weight.length / outputs, outputs])]);
      return g.op('Add', [product, g.real(layer.bias, [1, outputs])]);
    }
    case 'relu':
      return g.op('Relu', [x]);
    case 'affine': {
      const width = layer.scale.length;
      const turned = g.op('Mul', [x, g.real(layer.scale, [1, width])]);
      return g.op('Add', [turned, g.real(layer.shift, [1, width])]);
    }
    case 'residual':
      return g.op('Add', [x, layerNodes(g, x, layer.layers)]);
  }
}
