/**
 * Differentiable functions on tensors of static shape, run and trained by ONNX Runtime.
 *
 *   const x = input('x', [64, 8]);                         // a batch of 64 rows
 *   const w = parameter('w', [8, 1], initial.kaiming(8));
 *   const loss = squaredError(linear(x, w), input('y', [64, 1]));
 *
 *   openFunction({ loss })          value of a graph, in f32 or f64
 *   gradients(loss, [w])            its gradients: tensors like any other
 *   planTraining({ objectives: { loss: { loss } }, rows: [x, y], optimiser, schedule })
 *   train(plan, { x, y }, { seed, steps })   in a thread of its own: a state
 *   byName(state.parameters, plan.parameters)   what was learned, by name
 *   toOnnx({ y }, { fixed })        a file that any runtime opens
 *   Trainer                         the same training, step by step in a thread of the caller's
 *
 * Shapes are checked as the graph is written: TENSOR_SHAPE names the operation and the shapes. Missing values are
 * not treated: NaN goes where arithmetic takes it. Predictions of another batch size are another graph with the
 * same parameters.
 */

export { gradients } from './graph/gradients.ts';
export { initial } from './graph/initial.ts';
export type { Shape } from './graph/shape.ts';
export {
  constant,
  type ElementType,
  type Initial,
  input,
  parameter,
  state,
  stopGradient,
  type Tensor,
  withGradient,
} from './graph/tensor.ts';
export {
  type ModelFacts,
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxGraph,
  type OnnxNode,
  type OnnxType,
  type OnnxValue,
  type Precision,
  writeModel,
} from './onnx/model.ts';
export { bytesField, encode } from './onnx/protobuf.ts';
export {
  clamp,
  elu,
  erf,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from './operations/activations.ts';
export {
  abs,
  add,
  cast,
  cos,
  divide,
  equal,
  exp,
  greater,
  greaterOrEqual,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  power,
  sign,
  sin,
  sqrt,
  square,
  subtract,
  weightedSum,
  where,
} from './operations/arithmetic.ts';
export { type AttentionOptions, attention, multiHeadAttention } from './operations/attention.ts';
export {
  type ConvolutionOptions,
  convolution,
  transposedConvolution,
} from './operations/convolution.ts';
export { ctcLoss } from './operations/ctc.ts';
export { dropout } from './operations/dropout.ts';
export { einsum } from './operations/einsum.ts';
export { type Complex, fourier, inverseFourier } from './operations/fourier.ts';
export { gather, oneHot, scatterAdd, segmentSoftmax, segmentSum } from './operations/indexing.ts';
export {
  absoluteError,
  binaryCrossEntropy,
  contrastiveLoss,
  coxLoss,
  crossEntropy,
  focalLoss,
  gaussianNll,
  huber,
  type LossOptions,
  quantileLoss,
  squaredError,
} from './operations/losses.ts';
export {
  type BatchNorm,
  batchNorm,
  batchNormKept,
  groupNorm,
  layerNorm,
  movingAverage,
  rmsNorm,
  standardise,
} from './operations/normalisation.ts';
export { averagePool, maxPool, type PoolingOptions } from './operations/pooling.ts';
export { linear, matmul } from './operations/products.ts';
export { gru, lstm, type Recurrence, type RecurrentWeights } from './operations/recurrence.ts';
export {
  cumulativeSum,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  softmax,
  variance,
} from './operations/reductions.ts';
export {
  broadcastTo,
  filled,
  iota,
  ones,
  reshape,
  sum,
  transpose,
  unsqueeze,
  zeros,
} from './operations/shaping.ts';
export { concat, flip, pad, slice, split, stack } from './operations/slicing.ts';
export { openFunction, type TensorFunction, toOnnx } from './running/function.ts';
export { byName, type Slot } from './training/layout.ts';
export { type MemoryEstimate, memoryOf } from './training/memory.ts';
export { type Optimiser, rateAt, type Schedule } from './training/optimisers.ts';
export { planTraining, type TrainingPlan, type TrainingSpec } from './training/plan.ts';
export { decodeState, encodeState, initialState, type TrainingState } from './training/state.ts';
export { type TrainingProgress, type TrainOptions, train } from './training/train.ts';
export { Trainer, type TrainingData } from './training/trainer.ts';
