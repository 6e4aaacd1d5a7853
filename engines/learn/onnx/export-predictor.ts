import type { DenseModel } from '../dense/dense-network.ts';
import type { SavedModel } from '../estimator.ts';
import type { MixtureModel } from '../mixtures/gaussian-mixture.ts';
import type { KMeansModel } from '../mixtures/k-means.ts';
import type { TreeModel } from '../trees/tree-model.ts';
import { centreDistances, componentLogs } from './cluster-nodes.ts';
import { GraphWriter, type Value } from './graph-writer.ts';
import { FileWriter, type OnnxExportOptions, type OnnxFile } from './onnx-file.ts';
import { predictorNodes } from './predictor-nodes.ts';

/** What `save` of a predictor, of k-means or of a mixture gave. */
export type ExportedModel = SavedModel | KMeansModel | MixtureModel;

/**
 * One fitted model as an ONNX file (opset 20, ai.onnx.ml 5) of one input `x`, rows x columns in the order of its names,
 * codes of categories as numbers, NaN as missing where the model takes it. Outputs are those of `predict`: `label` and
 * `probabilities` (of `classes`, 0, 1, ... when left out), or `value`; of k-means `cluster` and `squared_distances`, of
 * a mixture `component`, `probabilities` and `log_density`. Throws INVALID_INPUT for a kind ONNX cannot say.
 */
export function exportPredictor(
  saved: ExportedModel,
  { classes, ...options }: OnnxExportOptions & { classes?: readonly string[] } = {},
): OnnxFile {
  const g = new GraphWriter();
  const file = new FileWriter(g, options.numbers);
  const x = file.numbers(
    'x',
    saved.names.length,
    `Columns ${saved.names.slice(0, 50).join(', ')}${saved.names.length > 50 ? ', ...' : ''}.`,
  );
  const facts = {
    kind: saved.kind,
    columns: saved.names.map((name) => ({ name, unit: options.units?.[name] ?? null })),
  };
  if (saved.kind === 'k-means') {
    const model = saved as KMeansModel;
    writeClusters(file, centreDistances(g, x, model), model.clusters);
  } else if (saved.kind === 'gaussian-mixture')
    writeComponents(file, componentLogs(g, x, saved as MixtureModel), (saved as MixtureModel).shares.length);
  else {
    const predicted = predictorNodes(g, x, saved as SavedModel);
    const count = classesOf(saved as SavedModel);
    if (count === 0) file.output('value', predicted, 'double', 1, 'What is predicted.');
    else file.classes(predicted, classes ?? Array.from({ length: count }, (_, code) => String(code)));
  }
  return file.finish(
    `A model of kind ${saved.kind}.`,
    { ...facts, model_id: options.model_id, classes },
    options.engine_version,
  );
}

/** 0 for numbers, and for scores of risk or relevance. */
function classesOf(saved: SavedModel): number {
  if (typeof saved.classes === 'number') return saved.classes;
  const [network] = (saved as Partial<DenseModel>).networks ?? [];
  if (network !== undefined) return network.head.kind === 'class' ? network.head.classes : 0;
  const { link, base, answer } = saved as Partial<TreeModel & { answer: Float64Array }>;
  if (link === 'logistic' || link === 'chance') return 2;
  const outputs = (base ?? answer)?.length ?? 1;
  return outputs > 1 ? outputs : 0;
}

function writeClusters(file: FileWriter, squares: Value, count: number): void {
  const nearest = file.g.op('ArgMin', [squares], { axis: { int: 1 }, keepdims: { int: 0 } });
  file.output('cluster', nearest, 'int64', null, 'The cluster whose centre is nearest.');
  file.output('squared_distances', squares, 'double', count, 'To the centre of each cluster.');
}

function writeComponents(file: FileWriter, logs: Value, count: number): void {
  const { g } = file;
  const likeliest = g.op('ArgMax', [logs], { axis: { int: 1 }, keepdims: { int: 0 } });
  file.output('component', likeliest, 'int64', null, 'The likeliest component.');
  const shares = g.op('Softmax', [logs], { axis: { int: 1 } });
  file.output('probabilities', shares, 'double', count, 'How likely each component is.');
  const density = g.op('ReduceLogSumExp', [logs, g.whole([1])], { keepdims: { int: 0 } });
  file.output('log_density', density, 'double', null, 'Low where nothing like the row was fitted.');
}
