/**
 * Learning from tables. Everything is pure and seeded: typed arrays in, numbers out.
 *
 *   isolationForest    rows -> how odd each is
 *   oddRows            rows -> those whose combination of values is odd, at a stated rate
 *   mutualInformation  two classed columns -> how much one tells of the other
 *   driversOf          a measure and classed columns -> what goes with it, alone and beyond the others
 *   fitEncoder         a table's typed columns -> the matrix learners see, and how to make it of other rows
 *   inferProblem       a target column -> classes or numbers, with the reasons
 *   leaksOf            a table, its target and a split -> what would make a test look better than the truth
 *   kFolds, holdOut    rows -> those to learn from and those to test with
 *   scoreWithInterval  a target and predictions -> how good, within which bounds
 *   fitLogistic, fitLeastSquares, fitElasticNet(Classes), fitLinearSvm, fitRbfSvm,
 *   fitRbfRegression, fitGaussianProcess, fitNeighbours, fitNaiveBayes  matrix and target -> a predictor
 *   kMeans, gaussianMixture  matrix -> clusters
 *   automl             a table, a target and a time limit -> the best model found, and how good it is
 *   kernelShap, permutationImportance, ...  anything that predicts -> why it says what it says (explain/)
 *   fairnessOf         a target, predictions and protected columns -> how groups differ; reweigh, fitGroupThresholds
 *   driftOf            what was seen and what is seen now -> what changed, and how surely; driftOverWindows: since when
 *   fitBoostedTrees    matrix and target -> a predictor of trees; TreeThreads: the threads it may use
 *
 * Networks are an entry of their own, `@stroma/learn/networks`, so that this one loads none of what trains them.
 */

export * from './automl/index.ts';
export { type ClassedColumn, classesOfNumbers, classesOfTexts } from './classes.ts';
export * from './drift/index.ts';
export { type Driver, type Drivers, driversOf } from './drivers.ts';
export type { Target } from './estimator.ts';
export * from './explain/index.ts';
export * from './fairness/index.ts';
export {
  defaultForest,
  type ForestOptions,
  type IsolationForest,
  isolationForest,
} from './isolation-forest.ts';
export { fitElasticNetClasses } from './linear/elastic-logistic.ts';
export { fitElasticNet } from './linear/elastic-net.ts';
export {
  fitGaussianProcess,
  type GaussianProcessPredictor,
  loadGaussianProcess,
  mostProcessRows,
} from './linear/gaussian-process.ts';
export { fitLeastSquares, loadLinear } from './linear/least-squares.ts';
export { fitLinearSvm, type LinearSvmPredictor, loadLinearSvm } from './linear/linear-svm.ts';
export { fitLogistic, loadLogistic } from './linear/logistic.ts';
export { fitRbfRegression, loadRbfRegression } from './linear/rbf-regression.ts';
export { fitRbfSvm, loadRbfSvm, mostSvmRows, type RbfSvmPredictor } from './linear/rbf-svm.ts';
export {
  gaussianMixture,
  loadMixture,
  type Mixture,
  type MixtureModel,
} from './mixtures/gaussian-mixture.ts';
export { type KMeans, type KMeansModel, kMeans, loadKMeans } from './mixtures/k-means.ts';
export { mostSilhouetteRows, silhouette } from './mixtures/silhouette.ts';
export { type MutualInformation, mutualInformation } from './mutual-information.ts';
export { fitNaiveBayes, loadNaiveBayes } from './neighbours/naive-bayes.ts';
export { fitNeighbours, loadNeighbours } from './neighbours/nearest-neighbours.ts';
export { type OddRow, type OddRowOptions, oddRows } from './odd-rows.ts';
export * from './scores/index.ts';
export * from './table/index.ts';
export * from './trees/index.ts';
