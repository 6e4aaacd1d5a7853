import type { Matrix, Predictor, SavedModel } from '../estimator.ts';
import { checkSameColumns } from '../trees/checks.ts';
import { type Head, outputsOf, predictionsOf } from './predictions.ts';
import { product } from './product.ts';
import { type TableInputs, tableValues } from './table-inputs.ts';

/** A step from a row's values to its next ones. */
export type DenseLayer =
  /** x W + b; `weight` is inputs x outputs. */
  | { kind: 'linear'; weight: Float32Array; bias: Float32Array }
  | { kind: 'relu' }
  /** Of each value by itself; `seen` where it is a batch norm by the means it has kept. */
  | {
      kind: 'affine';
      scale: Float32Array;
      shift: Float32Array;
      seen?: { mean: Float32Array; variance: Float32Array };
    }
  /** What its layers give is added to what they were given. */
  | { kind: 'residual'; layers: readonly DenseLayer[] };

export interface DenseNetwork {
  inputs: TableInputs;
  head: Head;
  /** Places x width, of the categories; empty where there are none. */
  embeddings: Float32Array;
  layers: readonly DenseLayer[];
}

/** Networks of tables whose predictions are averaged. */
export interface DenseModel extends SavedModel {
  kind: 'dense-networks';
  networks: readonly DenseNetwork[];
}

/**
 * Networks of dense layers that predict by themselves, in double and at once, without what trained them: numbers, or
 * probabilities of classes, the mean of all networks. Missing values and unknown categories as in training.
 */
export function loadDenseNetworks(saved: DenseModel): Predictor {
  const first = saved.networks[0] as DenseNetwork;
  return {
    kind: saved.kind,
    outputs: outputsOf(first.head),
    predict(matrix) {
      checkSameColumns(saved, matrix);
      const mean = new Float64Array(matrix.rows * outputsOf(first.head));
      for (const network of saved.networks)
        predicted(network, matrix).forEach((value, at) => {
          mean[at] = (mean[at] as number) + value / saved.networks.length;
        });
      return mean;
    },
    save: () => saved,
  };
}

/** Rows that go through the layers together: their values stay in the cache. */
const rowsAtOnce = 256;

function predicted({ inputs, head, embeddings, layers }: DenseNetwork, matrix: Matrix): Float64Array {
  const outputs = outputsOf(head);
  const result = new Float64Array(matrix.rows * outputs);
  for (let from = 0; from < matrix.rows; from += rowsAtOnce) {
    const to = Math.min(matrix.rows, from + rowsAtOnce);
    const part = { ...matrix, rows: to - from, columns: matrix.columns.map((own) => own.subarray(from, to)) };
    const first = sideBySide(inputs, embeddings, part);
    result.set(predictionsOf(head, through(layers, first, part.rows)), from * outputs);
  }
  return result;
}

/** Numbers, indicators and embeddings of each row, one after the other. */
function sideBySide(inputs: TableInputs, embeddings: Float32Array, matrix: Matrix): Float64Array {
  const { numbers, missing, codes } = tableValues(inputs, matrix);
  const [wide, flags, coded] = [numbers, missing, codes].map(({ length }) => length / matrix.rows) as [
    number,
    number,
    number,
  ];
  const each = inputs.places === 0 ? 0 : embeddings.length / inputs.places;
  const width = wide + flags + coded * each;
  const values = new Float64Array(matrix.rows * width);
  for (let row = 0; row < matrix.rows; row++) {
    values.set(numbers.subarray(row * wide, (row + 1) * wide), row * width);
    values.set(missing.subarray(row * flags, (row + 1) * flags), row * width + wide);
    for (let at = 0; at < coded; at++) {
      const place = codes[row * coded + at] as number;
      const own = embeddings.subarray(place * each, (place + 1) * each);
      values.set(own, row * width + wide + flags + at * each);
    }
  }
  return values;
}

const through = (layers: readonly DenseLayer[], x: Float64Array, rows: number): Float64Array =>
  layers.reduce((values, layer) => applied(layer, values, rows), x);

function applied(layer: DenseLayer, x: Float64Array, rows: number): Float64Array {
  switch (layer.kind) {
    case 'linear':
      return product(x, rows, layer.weight, layer.bias);
    case 'relu': {
      const above = new Float64Array(x.length);
      for (let at = 0; at < x.length; at++) above[at] = Math.max(0, x[at] as number);
      return above;
    }
    case 'affine': {
      const { scale, shift } = layer;
      const width = scale.length;
      const moved = new Float64Array(x.length);
      for (let from = 0; from < x.length; from += width)
        for (let at = 0; at < width; at++)
          moved[from + at] = (x[from + at] as number) * (scale[at] as number) + (shift[at] as number);
      return moved;
    }
    case 'residual': {
      const added = through(layer.layers, x, rows);
      const sum = new Float64Array(x.length);
      for (let at = 0; at < x.length; at++) sum[at] = (x[at] as number) + (added[at] as number);
      return sum;
    }
  }
}
