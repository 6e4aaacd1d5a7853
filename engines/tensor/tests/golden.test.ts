import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Optimiser, Schedule, Tensor } from '../index.ts';
import * as t from '../index.ts';

/** Of PyTorch 1.13, in double; golden/pytorch.py holds the call of each and how its inputs are made. */
const golden: {
  operations: Record<string, { shapes: number[][]; loss: number; gradients: number[][] }>;
  optimisers: Record<string, number[]>;
} = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/pytorch-1.13.json'), 'utf8'));

const numbers = (shape: readonly number[], index: number): Float64Array =>
  Float64Array.from(
    { length: shape.reduce((size, each) => size * each, 1) },
    (_, at) => 2 * Math.sin(1.7 * at * at + index + 0.5 + at),
  );

const labels = t.constant([0, 2, 1, 2, 0], [5], 'i32');
const truth = t.constant([0, 1, 1, 0, 1]);
type Call = (...x: Tensor[]) => Tensor;
const one = (call: (x: Tensor) => Tensor): Call => call as Call;
const two = (call: (x: Tensor, y: Tensor) => Tensor): Call => call as Call;
const three = (call: (x: Tensor, y: Tensor, z: Tensor) => Tensor): Call => call as Call;
const five = (call: (x: Tensor, w: Tensor, u: Tensor, b: Tensor, more: Tensor) => Tensor): Call =>
  call as Call;

const segments = t.constant([0, 2, 1, 2, 0], [5], 'i32');
const mask = t.constant([1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1], [3, 4]);

const calls: Record<string, Call> = {
  arithmetic: two((x, y) => t.subtract(t.add(t.multiply(x, y), t.divide(x, t.add(t.multiply(y, y), 1))), y)),
  maximum_minimum: two((x, y) => t.add(t.maximum(x, y), t.minimum(t.multiply(x, 2), y))),
  exp_log_sqrt_pow: one((x) => {
    const positive = t.add(t.square(x), 0.1);
    return t.add(t.add(t.exp(x), t.log(positive)), t.add(t.sqrt(positive), t.power(positive, 1.7)));
  }),
  abs_sin_cos_neg: one((x) => t.add(t.abs(x), t.multiply(t.sin(x), t.cos(t.negate(x))))),
  where: two((x, y) => t.where(t.greater(x, y), t.square(x), y)),
  clamp: one((x) => t.clamp(x, -0.5, 1.2)),
  erf: one(t.erf),
  sum_mean: one((x) => t.multiply(t.sum(x, [0, 2]), t.mean(x, [0, 2]))),
  amin: one((x) => t.min(x, [1])),
  permute_reshape_expand: one((x) =>
    t.broadcastTo(t.reshape(t.transpose(x, [2, 0, 1]), [1, 4, 3]), [2, 4, 3]),
  ),
  slice_pad_flip: one((x) => t.multiply(t.pad(t.slice(x, 1, 1, 5, 2), 1, 1, 2), t.flip(x, 1))),
  cat_split_stack: two((x, y) =>
    t.stack(
      t.split(t.square(t.concat([x, y], 1)), 1, [2, 3]).map((each) => t.sum(each, [1])),
      1,
    ),
  ),
  linear: three(t.linear),
  einsum_three: three((x, y, z) => t.einsum('ab,bc,a->c', x, y, z)),
  einsum_diagonal: one((x) => t.einsum('iij->ij', x)),
  rms_norm: two((x, scale) => t.rmsNorm(x, scale)),
  batch_norm_eval: three((x, scale, shift) =>
    t.batchNormKept(x, scale, shift, { mean: t.constant([0.5, -1]), variance: t.constant([2, 0.3]) }),
  ),
  segment_softmax: one((x) => t.segmentSoftmax(x, segments, 3)),
  attention_causal: three((q, k, v) => t.attention(q, k, v, { causal: true })),
  attention_masked: three((q, k, v) => t.attention(q, k, v, { mask })),
  avg_pool1d: one((x) => t.averagePool(x, 3, { stride: 2, padding: 1 })),
  mse_weighted: three((x, y, w) => t.squaredError(x, y, { weights: t.square(w) })),
  cross_entropy_sum: one((x) => t.crossEntropy(x, labels, { reduction: 'sum' })),
  relu: one(t.relu),
  leaky_relu: one((x) => t.leakyRelu(x, 0.2)),
  elu: one((x) => t.elu(x)),
  gelu: one(t.gelu),
  silu: one(t.silu),
  softplus: one(t.softplus),
  tanh: one(t.tanh),
  sigmoid: one(t.sigmoid),
  softmax: one((x) => t.softmax(x, 1)),
  log_softmax: one((x) => t.logSoftmax(x)),
  logsumexp: one((x) => t.logSumExp(x, [0, 2])),
  amax: one((x) => t.max(x, [0, 2])),
  var: one((x) => t.variance(x, [1], false, 1)),
  cumsum: one((x) => t.cumulativeSum(x, 1)),
  matmul: two(t.matmul),
  einsum: two((a, b) => t.einsum('nab,ncb->nca', a, b)),
  layer_norm: three((x, w, b) => t.layerNorm(x, w, b)),
  group_norm: three((x, w, b) => t.groupNorm(x, 2, w, b)),
  batch_norm: three((x, w, b) => t.batchNorm(x, w, b).output),
  mse_loss: two((x, y) => t.squaredError(x, y)),
  l1_loss: two((x, y) => t.absoluteError(x, y)),
  huber_loss: two((x, y) => t.huber(x, y, 0.7)),
  cross_entropy: one((x) => t.crossEntropy(x, labels)),
  cross_entropy_smoothed: one((x) => t.crossEntropy(x, labels, { smoothing: 0.1 })),
  binary_cross_entropy_with_logits: one((x) => t.binaryCrossEntropy(x, truth)),
  focal: one((x) => t.focalLoss(x, truth)),
  gaussian_nll_loss: three((x, v, y) => t.gaussianNll(x, t.add(t.square(v), 0.1), y)),
  pinball: two((x, y) => t.quantileLoss(x, y, 0.9)),
  cox: one((x) => t.coxLoss(x, t.constant([3, 1, 2, 2, 5]), t.constant([1, 1, 0, 1, 0]))),
  contrastive: two((x, y) => t.contrastiveLoss(x, y, 0.2)),
  ctc_loss: one((x) => {
    const whole = (values: number[], shape: number[]) => t.constant(values, shape, 'i32');
    return t.ctcLoss(
      t.logSoftmax(x),
      whole([1, 2, 2, 3, 1, 0], [2, 3]),
      whole([7, 6], [2]),
      whole([3, 2], [2]),
    );
  }),
  conv1d: three((x, w, b) => t.convolution(x, w, b, { stride: 2, padding: 1, dilation: 2 })),
  conv2d: three((x, w, b) => t.convolution(x, w, b, { stride: [1, 2], padding: [1, 0], groups: 2 })),
  conv_transpose1d: three((x, w, b) =>
    t.transposedConvolution(x, w, b, { stride: 3, padding: 1, outputPadding: 1 }),
  ),
  conv_transpose2d: two((x, w) =>
    t.transposedConvolution(x, w, undefined, { stride: 2, padding: [0, 1], groups: 2 }),
  ),
  max_pool1d: one((x) => t.maxPool(x, 3, { stride: 2, padding: 1 })),
  max_pool2d: one((x) => t.maxPool(x, 2)),
  avg_pool2d: one((x) => t.averagePool(x, 2, { stride: 1, padding: 1 })),
  multi_head_attention: three((q, k, v) => t.multiHeadAttention(q, k, v, 2)),
  lstm: five((x, input, hidden, bias) => t.lstm(x, { input, hidden, bias }).outputs),
  gru: five((x, input, hidden, bias, newBias) => t.gru(x, { input, hidden, bias, newBias }).outputs),
  rfft_real: one((x) => t.fourier(x, 3).real),
  rfft_imaginary: one((x) => t.fourier(x, 3).imaginary),
  irfft: two((real, imaginary) => t.inverseFourier({ real, imaginary }, 8)),
  index_add: one((x) => t.scatterAdd(x, labels, 4)),
  index_select: one((x) => t.gather(x, labels, 1)),
};

describe('values and gradients are those of PyTorch, to 1e-9 in double and 2e-5 in single precision:', () => {
  it.each(Object.entries(golden.operations))('%s', async (name, { shapes, loss, gradients }) => {
    const inputs = shapes.map((shape, at) => t.input(`x${at}`, shape));
    const result = (calls[name] as Call)(...inputs);
    const total = t.sum(t.multiply(result, t.constant(numbers(result.shape, 99), result.shape)));
    const outputs = Object.fromEntries(t.gradients(total, inputs).map((each, at) => [`d${at}`, each]));
    const given = Object.fromEntries(shapes.map((shape, at) => [`x${at}`, numbers(shape, at)]));
    for (const [precision, tolerance] of [
      ['f64', 1e-9],
      ['f32', 2e-5],
    ] as const) {
      await using all = await t.openFunction({ loss: total, ...outputs }, { precision });
      const used = Object.fromEntries(
        all.inputs.map((each) => [each.name, given[each.name] as Float64Array]),
      );
      const ours = await all.run(used);
      for (const [at, expected] of [[loss], ...gradients].entries()) {
        const own = ours[at === 0 ? 'loss' : `d${at - 1}`] ?? [];
        const scale = Math.max(1, ...expected.map(Math.abs));
        expect(own.length).toBe(expected.length);
        for (const [place, value] of expected.entries())
          expect(Math.abs((own[place] as number) - value), `${precision} ${at} ${place}`).toBeLessThan(
            tolerance * scale,
          );
      }
    }
  });
});

describe('ten steps end where those of PyTorch do:', () => {
  const ways: Record<string, { optimiser: Optimiser; schedule: Schedule; clipNorm?: number }> = {
    sgd: { optimiser: { kind: 'sgd' }, schedule: { rate: 0.05 } },
    sgd_momentum: { optimiser: { kind: 'sgd', momentum: 0.9 }, schedule: { rate: 0.05 } },
    sgd_nesterov: {
      optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
      schedule: { rate: 0.05 },
    },
    adam: { optimiser: { kind: 'adam', weightDecay: 0.01 }, schedule: { rate: 0.05 } },
    adamw_cosine: {
      optimiser: { kind: 'adamw', weightDecay: 0.1 },
      schedule: { rate: 0.05, course: { kind: 'cosine', steps: 10, least: 0.001 } },
    },
    adam_clipped_step: {
      optimiser: { kind: 'adam' },
      schedule: { rate: 0.05, course: { kind: 'step', every: 3, factor: 0.5 } },
      clipNorm: 0.5,
    },
  };
  it.each(Object.entries(golden.optimisers))('%s', async (name, expected) => {
    const p = t.parameter('p', [6], { kind: 'values', values: numbers([6], 0) });
    const error = t.subtract(t.multiply(t.constant(numbers([6], 7)), p), 1);
    const loss = t.multiply(t.sum(t.square(error)), 0.5);
    const plan = t.planTraining({
      objectives: { loss: { loss } },
      rows: [],
      ...(ways[name] as (typeof ways)[string]),
    });
    await using trainer = await t.Trainer.open(plan, {}, { seed: 1 });
    await trainer.run(10);
    for (const [at, value] of expected.entries()) expect(trainer.state.parameters[at]).toBeCloseTo(value, 5);
  });
});
