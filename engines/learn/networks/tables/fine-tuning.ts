import { tableData } from '../../dense/table-inputs.ts';
import type { Matrix, Target } from '../../estimator.ts';
import { checkData, checkSameColumns } from '../../trees/checks.ts';
import { beforeHead, type FineTuningOptions, type Tunable, tuned } from '../parts/tuning.ts';
import type { MlpSettings } from './mlp.ts';
import {
  architectureFor,
  loadTableNetwork,
  type SavedTableNetwork,
  type TableNetwork,
} from './table-network.ts';

/**
 * A network of tables learned on from a base: its scales, categories and weights are those it begins with, and the same
 * columns are expected. Frozen layers keep their weights, to the bit, and their batch norms the means they have. Layers
 * that are learned have a lower rate the nearer they are to the columns (Howard & Ruder 2018, doi:10.18653/v1/P18-1031);
 * weight decay draws those below the head towards the base. Adapters add a product of two narrow matrices to the weights
 * of frozen layers (Hu 2021, arXiv:2106.09685): they begin as nothing, and are written into the weights at the end, so
 * that what comes out is a network as any other. Throws as `trainNetwork`, and INVALID_INPUT for other columns, or a base
 * head for another kind of target.
 */
export async function fineTune(
  base: SavedTableNetwork,
  matrix: Matrix,
  target: Target,
  options: FineTuningOptions,
): Promise<TableNetwork> {
  checkSameColumns(base, matrix);
  checkData(matrix, target, options.weights);
  const data = tableData(base.inputs, matrix);
  return loadTableNetwork(await tuned(tunableTable(base), data, matrix.rows, target, options));
}

/** What the head of the network is given for each row: rows x width, by row. */
export function tableFeatures(base: SavedTableNetwork, matrix: Matrix) {
  checkSameColumns(base, matrix);
  return beforeHead(tunableTable(base), tableData(base.inputs, matrix));
}

const tunableTable = (base: SavedTableNetwork): Tunable<SavedTableNetwork> => ({
  base,
  groups: layersOf(base),
  architecture: (outputs) => architectureFor(base, outputs),
});

/** Beginnings of the names of parameters, by layer from the columns to the head. */
export function layersOf({ kind, settings }: Pick<SavedTableNetwork, 'kind' | 'settings'>): string[][] {
  if (kind === 'mlp') {
    const hidden = (settings as MlpSettings).hidden.map((_, at) => [`hidden${at}`]);
    const [first = [], ...others] = hidden;
    return [['embedding', ...first], ...others, ['head']];
  }
  const { blocks } = settings as { blocks: number };
  const middle = Array.from({ length: blocks }, (_, at) => [`block${at}`]);
  return [['embedding', 'token', 'first'], ...middle, ['norm', 'head']];
}
