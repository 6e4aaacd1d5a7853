/** Words of training and prediction that pages use too. */

export const problemKinds = ['binary', 'multiclass', 'regression'] as const;
export type ProblemKind = (typeof problemKinds)[number];

export const classMetrics = [
  'roc_auc',
  'accuracy',
  'balanced_accuracy',
  'average_precision',
  'f1',
  'mcc',
  'log_loss',
  'brier',
] as const;
export const numberMetrics = ['rmse', 'mae', 'r2'] as const;
export const learningMetrics = [...classMetrics, ...numberMetrics] as const;
export type LearningMetric = (typeof learningMetrics)[number];

/** Of these less is better; of the others more. */
export const lessIsBetter: ReadonlySet<LearningMetric> = new Set(['log_loss', 'brier', 'rmse', 'mae']);

export const learningPresets = ['fast', 'balanced', 'thorough'] as const;
export type LearningPreset = (typeof learningPresets)[number];

/** How rows are parted where it is not by chance. */
export const splitWays = ['grouped', 'site', 'time'] as const;
export type SplitWay = (typeof splitWays)[number];

/** Learners by name, as leaderboards tell them; `baseline` says the same of every row. */
export const learnerKinds = [
  'baseline',
  'linear',
  'elastic_net',
  'naive_bayes',
  'neighbours',
  'svm',
  'gaussian_process',
  'random_forest',
  'extra_trees',
  'boosted_trees',
] as const;
export type LearnerKind = (typeof learnerKinds)[number];

/** Networks by what they take a row for: columns in any order, a sequence of steps, an image. */
export const tableNetworks = ['mlp', 'tabular_resnet', 'ft_transformer'] as const;
export const sequenceNetworks = ['convolution_1d', 'lstm', 'gru', 'transformer_encoder'] as const;
export const imageNetworks = ['convolution_2d'] as const;
export const networkKinds = [...tableNetworks, ...sequenceNetworks, ...imageNetworks] as const;
export type NetworkKind = (typeof networkKinds)[number];

/** How an ensemble makes one answer of many: means, weights that were found or given, most voices, a model of its own. */
export const ensembleMethods = ['average', 'weighted', 'vote', 'stack'] as const;
export type EnsembleMethod = (typeof ensembleMethods)[number];

/** What of a base model is learned on: a head alone, its last layers, all of them, or small adapters of the others. */
export const transferModes = ['frozen', 'last_layers', 'all', 'adapters'] as const;
export type TransferMode = (typeof transferModes)[number];

export const featureKinds = ['number', 'category', 'text', 'time'] as const;
export type FeatureKind = (typeof featureKinds)[number];

/** How a version came about. */
export const trainingKinds = ['automl', 'learner', 'network', 'ensemble', 'transfer', 'imported'] as const;
export type TrainingKind = (typeof trainingKinds)[number];

export const longestTrainingSeconds = 1800;
