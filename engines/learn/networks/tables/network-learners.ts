import type { Settings } from '../../automl/learners.ts';
import { type FitNetwork, type NetworkLearners, networksOf } from '../../automl/network-families.ts';
import { type DenseModel, type DenseNetwork, loadDenseNetworks } from '../../dense/dense-network.ts';
import { foldsOf } from '../../table/splits.ts';
import type { NetworkTrainingState } from '../training-options.ts';
import { denseForm } from './dense-form.ts';
import { type FitTableNetwork, fitMlp, fitTabularResNet, type TableNetworkOptions } from './table-network.ts';

const epochs = 200;
/** Of the rows of each network, held back for early stopping. */
const parts = 5;

/**
 * What `automl` is given as `learners`, so that it tries networks beside what it has: an MLP and a residual network,
 * each the mean of some that held back different rows for early stopping.
 */
export const networkLearners: NetworkLearners = {
  mlp: learner(fitMlp, ({ width = 128, layers = 2, dropout = 0.2 }) => ({
    hidden: Array.from({ length: Number(layers) }, () => Number(width)),
    dropout: Number(dropout),
  })),
  tabular_resnet: learner(fitTabularResNet, ({ width = 96, blocks = 2, dropout = 0.2 }) => ({
    width: Number(width),
    blocks: Number(blocks),
    dropout: Number(dropout),
  })),
};

function learner<Own>(fit: FitTableNetwork<Own>, shapeOf: (settings: Settings) => Partial<Own>): FitNetwork {
  return async (matrix, target, settings, { seed, signal, go, budget, course, memoryLimitBytes }) => {
    const strata =
      target.kind === 'class'
        ? { by: 'stratified' as const, codes: target.codes }
        : { by: 'random' as const };
    const partOf = foldsOf(matrix.rows, strata, Math.min(parts, matrix.rows), seed);
    const networks: DenseNetwork[] = [];
    const reached: NetworkTrainingState[] = [];
    const before = (course?.from ?? []) as readonly NetworkTrainingState[];
    for (let bag = 0; bag < networksOf(settings, budget); bag++) {
      const validation = Uint32Array.from(partOf.keys()).filter((row) => partOf[row] === bag % parts);
      const from = before[bag];
      const options: TableNetworkOptions = {
        seed: seed + bag,
        epochs: Math.ceil(epochs * budget),
        rate: Number(settings.rate ?? 2e-3),
        weightDecay: Number(settings.weight_decay ?? 1e-2),
        validation,
        onState: (state) => {
          reached[bag] = state;
        },
        ...(from && { from }),
        ...(signal && { signal }),
        ...(go && { go }),
        ...(memoryLimitBytes !== undefined && { memoryLimitBytes }),
      };
      await using network = await fit(matrix, target, { ...shapeOf(settings), ...options });
      networks.push(denseForm(network.save()));
    }
    course?.keep(reached);
    const { names, categories } = matrix;
    const model: DenseModel = {
      kind: 'dense-networks',
      version: 1,
      names: [...names],
      categories: [...categories],
      networks,
    };
    return loadDenseNetworks(model);
  };
}
