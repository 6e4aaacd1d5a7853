import { StromaError } from '@stroma/kernel';
import type { DenseModel } from '../dense/dense-network.ts';
import type { SavedModel } from '../estimator.ts';
import type { GaussianProcessModel } from '../linear/gaussian-process.ts';
import type { LinearModel } from '../linear/least-squares.ts';
import type { LinearSvmModel } from '../linear/linear-svm.ts';
import type { LogisticModel } from '../linear/logistic.ts';
import type { RbfRegressionModel } from '../linear/rbf-regression.ts';
import type { RbfSvmModel } from '../linear/rbf-svm.ts';
import type { NaiveBayesModel } from '../neighbours/naive-bayes.ts';
import type { NeighbourModel } from '../neighbours/nearest-neighbours.ts';
import { loadTrees, treeKinds } from '../trees/tree-model.ts';
import { denseNodes } from './dense-nodes.ts';
import type { GraphWriter, Value } from './graph-writer.ts';
import { gaussianProcessNodes, rbfRegressionNodes, rbfSvmNodes, rowCount } from './kernel-nodes.ts';
import { linearNodes, linearSvmNodes, logisticNodes } from './linear-nodes.ts';
import { naiveBayesNodes, neighbourNodes } from './neighbour-nodes.ts';
import { treeNodes } from './tree-nodes.ts';

type Written = (g: GraphWriter, x: Value, saved: SavedModel) => Value;

const baselineNodes: Written = (g, x, saved) => {
  const answer = saved.answer as Float64Array;
  const size = g.op('Concat', [rowCount(g, x), g.whole([answer.length])], { axis: { int: 0 } });
  return g.op('Expand', [g.real(answer, [1, answer.length]), size]);
};

const trees: Written = (g, x, saved) => treeNodes(g, x, loadTrees(saved));

const writers: Readonly<Record<string, Written>> = {
  ...Object.fromEntries(treeKinds.map((kind) => [kind, trees])),
  baseline: baselineNodes,
  linear: (g, x, saved) => linearNodes(g, x, saved as LinearModel),
  logistic: (g, x, saved) => logisticNodes(g, x, saved as LogisticModel),
  'linear-svm': (g, x, saved) => linearSvmNodes(g, x, saved as LinearSvmModel),
  'rbf-svm': (g, x, saved) => rbfSvmNodes(g, x, saved as RbfSvmModel),
  'rbf-regression': (g, x, saved) => rbfRegressionNodes(g, x, saved as RbfRegressionModel),
  'gaussian-process': (g, x, saved) => gaussianProcessNodes(g, x, saved as GaussianProcessModel),
  'nearest-neighbours': (g, x, saved) => neighbourNodes(g, x, saved as NeighbourModel),
  'dense-networks': (g, x, saved) => denseNodes(g, x, saved as DenseModel),
  'naive-bayes': (g, x, saved) => naiveBayesNodes(g, x, saved as NaiveBayesModel),
};

/** What a predictor says of rows x columns: rows x outputs. Throws INVALID_INPUT for a kind that has no such file. */
export function predictorNodes(g: GraphWriter, x: Value, saved: SavedModel): Value {
  const written = writers[saved.kind];
  if (written === undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `A model of kind ${Object.keys(writers).join(', ')} was expected for an ONNX file; "${saved.kind}" was given. Export one of these, or keep this one in the format it was saved in.`,
      { kind: saved.kind },
    );
  return written(g, x, saved);
}
