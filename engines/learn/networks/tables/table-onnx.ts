import { input, toOnnx } from '@stroma/tensor';
import type { OnnxFile } from '../../onnx/index.ts';
import { predictionTensor } from '../head.ts';
import { tableTensors } from './table-graph.ts';
import { architectureOfSaved, type SavedTableNetwork } from './table-network.ts';

export interface NetworkExportOptions {
  /** Rows at once, 1 when left out; `any` takes as many as there are, one after the other, with no layer to be cut at. */
  batch?: number | 'any';
  /** Type of all numbers. Double holds columns whose spread is small for their size, as times in milliseconds. */
  numbers?: 'float' | 'double';
}

/**
 * A network of tables as an ONNX file (opset 20) of one input `x`, rows x columns in the order of its names, codes of
 * categories as numbers, NaN as missing. Its output is what `predict` gives: `probabilities` (rows x classes),
 * `value` or `risk` (rows x 1), to about 1e-6 of their spread. The same is told in the file's metadata, under
 * `stroma.` names.
 */
export function exportTableNetwork(
  saved: SavedTableNetwork,
  { batch = 1, numbers = 'float' }: NetworkExportOptions = {},
): OnnxFile {
  const { head, names, inputs, weights } = saved;
  const architecture = architectureOfSaved(saved);
  const rows = batch === 'any' ? 1 : batch;
  const x = input('x', [rows, names.length]);
  const output = architecture.forward(tableTensors(inputs, x), {
    batch: rows,
    training: false,
    keep: () => {},
  });
  const count = batch === 'any' ? 'N' : batch;
  const [name, meaning] = {
    class: ['probabilities', 'Probability of each class, 0, 1, ...'] as const,
    number: ['value', 'What is predicted.'] as const,
    survival: ['risk', 'The log of the hazard, about a constant: more is sooner.'] as const,
  }[head.kind];
  const precision = numbers === 'float' ? 'f32' : 'f64';
  const columns = `Columns ${names.slice(0, 50).join(', ')}${names.length > 50 ? ', ...' : ''}.`;
  const ports: Pick<OnnxFile, 'inputs' | 'outputs' | 'notes'> = {
    inputs: [{ name: 'x', type: numbers, shape: [count, names.length], meaning: columns }],
    outputs: [{ name, type: numbers, shape: [count, architecture.outputs], meaning }],
    notes:
      batch === 'any'
        ? []
        : [`The file takes ${batch} row${batch === 1 ? '' : 's'} at once; fill the last ones up.`],
  };
  const told = { kind: saved.kind, columns: names.map((column) => ({ name: column })), ...ports };
  const metadata = Object.fromEntries(
    Object.entries(told).map(([key, value]) => [
      `stroma.${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const facts = { metadata, description: `A model of kind ${saved.kind}.` };
  const bytes = toOnnx(
    { [name]: predictionTensor(head, output) },
    {
      precision,
      fixed: weights,
      facts,
      anyRows: batch === 'any',
    },
  );
  return { bytes, opset: 20, ml_opset: 5, ...ports };
}
