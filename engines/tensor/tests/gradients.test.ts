import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Shape, Tensor } from '../index.ts';
import * as t from '../index.ts';
import { checkGradients, type Draw } from './finite-differences.ts';

type Case = [
  name: string,
  draws: (sizes: Sizes) => (Draw | Shape)[],
  build: (x: Tensor[], sizes: Sizes) => Tensor,
];
interface Sizes {
  a: number;
  b: number;
  c: number;
}

const positive = (shape: Shape): Draw => ({ shape, from: 0.3, to: 2 });
const whole = (shape: Shape, below: number): Draw => ({ shape, from: 0, to: below, whole: true });
const unit = (shape: Shape): Draw => ({ shape, from: 0, to: 1 });
const one = (apply: (x: Tensor, sizes: Sizes) => Tensor) => (x: Tensor[], sizes: Sizes) =>
  apply(x[0] as Tensor, sizes);
const two = (apply: (x: Tensor, y: Tensor, sizes: Sizes) => Tensor) => (x: Tensor[], sizes: Sizes) =>
  apply(x[0] as Tensor, x[1] as Tensor, sizes);
const three = (apply: (x: Tensor, y: Tensor, z: Tensor) => Tensor) => (x: Tensor[]) =>
  apply(x[0] as Tensor, x[1] as Tensor, x[2] as Tensor);

const cases: Case[] = [
  ['add', ({ a, b }) => [[a, b], [b]], two(t.add)],
  ['subtract', ({ a, b }) => [[a, 1], [b]], two(t.subtract)],
  [
    'multiply',
    ({ a, b, c }) => [
      [a, b, 1],
      [b, c],
    ],
    two(t.multiply),
  ],
  ['divide', ({ a, b }) => [[a, b], positive([a, 1])], two(t.divide)],
  [
    'maximum and minimum',
    ({ a, b }) => [[a, b], [b]],
    two((x, y) => t.add(t.maximum(x, y), t.minimum(t.multiply(x, 2), y))),
  ],
  [
    'exp, log, sqrt, power',
    ({ a }) => [positive([a])],
    one((x) => t.add(t.add(t.exp(x), t.log(x)), t.multiply(t.sqrt(x), t.power(x, 1.7)))),
  ],
  [
    'abs, sin, cos, square',
    ({ a, b }) => [[a, b]],
    one((x) => t.add(t.abs(x), t.multiply(t.sin(x), t.add(t.cos(x), t.square(x))))),
  ],
  ['where', ({ a, b }) => [[a, b], [b]], two((x, y) => t.where(t.greater(x, y), t.square(x), y))],
  [
    'relu, leakyRelu, elu',
    ({ a, b }) => [[a, b]],
    one((x) => t.add(t.add(t.relu(x), t.leakyRelu(x, 0.2)), t.elu(x))),
  ],
  [
    'tanh, sigmoid, silu',
    ({ a, b }) => [[a, b]],
    one((x) => t.add(t.add(t.tanh(x), t.sigmoid(x)), t.silu(x))),
  ],
  ['softplus, gelu', ({ a, b }) => [[a, b]], one((x) => t.add(t.softplus(x), t.gelu(x)))],
  [
    'matmul of matrices',
    ({ a, b, c }) => [
      [a, b],
      [b, c],
    ],
    two(t.matmul),
  ],
  [
    'matmul, broadcast',
    ({ a, b, c }) => [
      [2, 1, a, b],
      [3, b, c],
    ],
    two(t.matmul),
  ],
  [
    'matmul, rows of many dimensions',
    ({ a, b, c }) => [
      [2, a, b],
      [b, c],
    ],
    two(t.matmul),
  ],
  ['linear', ({ a, b, c }) => [[2, a, b], [b, c], [c]], three(t.linear)],
  [
    'gradient of a gradient',
    ({ a, b, c }) => [
      [a, b],
      [b, c],
    ],
    two((x, y) => t.gradients(t.mean(t.square(t.tanh(t.matmul(x, y)))), [x])[0] as Tensor),
  ],
  [
    'einsum, batched',
    ({ a, b, c }) => [
      [2, a, b],
      [2, c, b],
    ],
    two((x, y) => t.einsum('nab,ncb->nca', x, y)),
  ],
  [
    'einsum, three, outer and summed',
    ({ a, b, c }) => [[a, b], [b, c], [a]],
    three((x, y, z) => t.einsum('ab,bc,a->c', x, y, z)),
  ],
  ['einsum, diagonal', ({ a, b }) => [[a, a, b]], one((x) => t.einsum('iij->ij', x))],
  [
    'sum, mean, variance',
    ({ a, b, c }) => [[a, b, c + 1]],
    one((x) => t.add(t.sum(x, [0, 2]), t.multiply(t.mean(x, [0, 2]), t.variance(x, [0, -1])))),
  ],
  ['max, min', ({ a, b, c }) => [[a, b, c]], one((x) => t.add(t.max(x, [0, 2], true), t.min(x, [1], true)))],
  [
    'softmax, logSoftmax',
    ({ a, b, c }) => [[a, b, c]],
    one((x) => t.multiply(t.softmax(x, 1), t.logSoftmax(x))),
  ],
  [
    'logSumExp, cumulativeSum',
    ({ a, b, c }) => [[a, b, c]],
    one((x) =>
      t.multiply(t.logSumExp(x, [0, 2], true), t.add(t.cumulativeSum(x, 1), t.cumulativeSum(x, 2, true))),
    ),
  ],
  [
    'reshape, transpose, broadcastTo',
    ({ a, b, c }) => [[a, b, c]],
    one((x, { a, b, c }) =>
      t.multiply(t.broadcastTo(t.reshape(t.transpose(x, [2, 0, 1]), [1, c, a, b]), [2, c, a, b]), 0.5),
    ),
  ],
  [
    'slice, pad, flip, steps',
    ({ a, b }) => [[a, b + 3]],
    one((x, { b }) => t.multiply(t.pad(t.slice(x, 1, 1, b + 2, 2), 0, 1, 2), t.sum(t.flip(x, 1)))),
  ],
  [
    'concat, split, stack',
    ({ a, b }) => [
      [a, b + 1],
      [a, 2],
    ],
    two((x, y, { b }) =>
      t.stack(
        t.split(t.square(t.concat([x, y], 1)), 1, [b, 3]).map((each) => t.sum(each, [1])),
        1,
      ),
    ),
  ],
  ['gather', ({ a, b, c }) => [[a, b, 2], whole([c, 2], b)], two((x, at) => t.gather(x, at, 1))],
  [
    'scatterAdd',
    ({ a, b, c }) => [[a, b], whole([a], c)],
    two((x, at, { c }) => t.square(t.scatterAdd(x, at, c))),
  ],
  [
    'segmentSoftmax',
    ({ a, b, c }) => [[a + c, b], whole([a + c], 3)],
    two((x, at) => t.segmentSoftmax(x, at, 3)),
  ],
  ['clamp, erf', ({ a, b }) => [[a, b]], one((x) => t.multiply(t.clamp(x, -1, 1.5), t.erf(x)))],
  [
    'segmentSum',
    ({ a, b, c }) => [[a + c, b], whole([a + c], 3)],
    two((x, at) => t.square(t.segmentSum(x, at, 3))),
  ],
  ['dropout, one key', ({ a, b }) => [[a, b]], one((x) => t.square(t.dropout(x, 0.4, 'here')))],
  ['layerNorm', ({ a, b }) => [[a, b + 2], [b + 2], [b + 2]], three(t.layerNorm)],
  ['rmsNorm', ({ a, b }) => [[a, b + 1], [b + 1]], two((x, scale) => t.rmsNorm(x, scale))],
  [
    'groupNorm',
    ({ a, b }) => [[a, 4, b + 1], [4], [4]],
    three((x, scale, shift) => t.groupNorm(x, 2, scale, shift)),
  ],
  [
    'batchNorm',
    ({ a, b, c }) => [[a + 2, b, c], [b], [b]],
    three((x, scale, shift) => t.batchNorm(x, scale, shift).output),
  ],
  [
    'batchNormKept',
    ({ a, b, c }) => [[a, b, c], [b], positive([b])],
    three((x, scale, spread) => t.batchNormKept(x, scale, scale, { mean: scale, variance: spread })),
  ],
  [
    'squaredError, absoluteError',
    ({ a, b }) => [
      [a, b],
      [a, b],
    ],
    two((x, y) => t.add(t.squaredError(x, y), t.absoluteError(x, y))),
  ],
  [
    'huber, quantileLoss, weighted',
    ({ a }) => [[a + 1], [a + 1], positive([a + 1])],
    three((x, y, weights) => t.add(t.huber(x, y, 0.7, { weights }), t.quantileLoss(x, y, 0.9))),
  ],
  [
    'crossEntropy',
    ({ a, b }) => [[a, b + 1], whole([a], b + 1)],
    two((x, y) => t.add(t.crossEntropy(x, y), t.crossEntropy(x, y, { smoothing: 0.1, reduction: 'sum' }))),
  ],
  [
    'binaryCrossEntropy, focalLoss',
    ({ a }) => [[a], unit([a])],
    two((x, y) => t.add(t.binaryCrossEntropy(x, y), t.focalLoss(x, y))),
  ],
  ['gaussianNll', ({ a }) => [[a], positive([a]), [a]], three(t.gaussianNll)],
  [
    'coxLoss',
    ({ a, b }) => [[a + b]],
    one((risk, { a, b }) => {
      const n = a + b;
      const at = Array.from({ length: n }, (_, row) => row);
      return t.coxLoss(
        risk,
        t.constant(at.map((row) => (row * 7) % 4)),
        t.constant(at.map((row) => (row % 3 === 1 ? 0 : 1))),
      );
    }),
  ],
  [
    'contrastiveLoss',
    ({ a, b }) => [
      [a + 1, b + 1],
      [a + 1, b + 1],
    ],
    two((x, y) => t.contrastiveLoss(x, y, 0.5)),
  ],
  [
    'convolution 1D, strides',
    ({ a, b }) => [[a, b, 7], [2, b, 3], [2]],
    three((x, w, b) => t.convolution(x, w, b, { stride: 2, padding: 1 })),
  ],
  [
    'convolution 1D, dilated, grouped',
    ({ a, b, c }) => [
      [a, 2 * b, 6 + c],
      [4, b, 2],
    ],
    two((x, w) => t.convolution(x, w, undefined, { dilation: 2, groups: 2, padding: 3 })),
  ],
  [
    'convolution 2D',
    ({ a, b, c }) => [[a, b, 3 + c, 4], [2, b, 2, 3], [2]],
    three((x, w, b) => t.convolution(x, w, b, { stride: [1, 2], padding: [1, 0] })),
  ],
  [
    'transposedConvolution 1D',
    ({ a, b, c }) => [[a, b, 2 + c], [b, 2, 3], [2]],
    three((x, w, b) => t.transposedConvolution(x, w, b, { stride: 2, padding: 1, outputPadding: 1 })),
  ],
  [
    'transposedConvolution 2D',
    ({ a, b, c }) => [
      [a, b, 2, 1 + c],
      [b, 1, 2, 3],
    ],
    two((x, w) => t.transposedConvolution(x, w, undefined, { stride: [2, 1], padding: [0, 1] })),
  ],
  [
    'gradient of a gradient of a convolution',
    ({ a }) => [
      [a, 1, 4],
      [1, 1, 2],
    ],
    two((x, w) => t.gradients(t.sum(t.square(t.convolution(x, w))), [x])[0] as Tensor),
  ],
  [
    'maxPool, apart and overlapping',
    ({ a, b }) => [[a, b, 6]],
    one((x) => t.add(t.sum(t.square(t.maxPool(x, 2))), t.sum(t.maxPool(x, 3, { stride: 2, padding: 1 })))),
  ],
  [
    'averagePool, two dimensions',
    ({ a, c }) => [[a, 2, 4, 3 + c]],
    one((x) =>
      t.add(t.sum(t.square(t.averagePool(x, [2, 1]))), t.sum(t.averagePool(x, 2, { stride: 1, padding: 1 }))),
    ),
  ],
  [
    'attention, causal',
    ({ a, b, c }) => [
      [a, b, c + 1],
      [a, b + 1, c + 1],
      [a, b + 1, 2],
    ],
    three((q, k, v) => t.attention(q, k, v, { causal: true })),
  ],
  [
    'multiHeadAttention, masked',
    ({ a, b }) => [
      [a, b + 1, 4],
      [a, b + 1, 4],
    ],
    two((q, k, { b }) =>
      t.multiHeadAttention(q, k, t.tanh(k), 2, {
        mask: t.constant(Array.from({ length: b + 1 }, (_, at) => (at === 1 ? 0 : 1))),
      }),
    ),
  ],
  [
    'lstm',
    ({ a, b, c }) => [[a, b + 1, c], [c, 8], [2, 8], [8]],
    ([x, w, u, bias]) =>
      t.lstm(x as Tensor, { input: w as Tensor, hidden: u as Tensor, bias: bias as Tensor }).outputs,
  ],
  [
    'gru',
    ({ a, b, c }) => [[a, b + 1, c], [c, 6], [2, 6], [6], [2]],
    ([x, w, u, bias, more]) =>
      t.gru(x as Tensor, {
        input: w as Tensor,
        hidden: u as Tensor,
        bias: bias as Tensor,
        newBias: more as Tensor,
      }).last,
  ],
  [
    'fourier and its inverse',
    ({ a, b }) => [
      [a, 2 * b + 2],
      [a, b],
    ],
    two((x, w, { b }) => {
      const { real, imaginary } = t.fourier(x, b);
      return t.inverseFourier({ real: t.multiply(real, w), imaginary: t.square(imaginary) }, 2 * b + 2);
    }),
  ],
  [
    'ctcLoss',
    ({ a, b }) => [[a, b + 4, 3]],
    one((x, { a, b }) => {
      const rows = (of: (row: number) => number[]) => Array.from({ length: a }, (_, row) => of(row)).flat();
      const labels = t.constant(
        rows((row) => [1, 1 + (row % 2), 2]),
        [a, 3],
        'i32',
      );
      const [places, lengths] = [
        t.constant(
          rows((row) => [b + 4 - (row % 2)]),
          [a],
          'i32',
        ),
        t.constant(
          rows((row) => [1 + (row % 2)]),
          [a],
          'i32',
        ),
      ];
      return t.ctcLoss(t.logSoftmax(x), labels, places, lengths);
    }),
  ],
];

const sizes = fc.record({
  a: fc.integer({ min: 1, max: 3 }),
  b: fc.integer({ min: 1, max: 4 }),
  c: fc.integer({ min: 1, max: 3 }),
});
/** STROMA_TEST_GRADIENT_RUNS: how many shapes and draws for each operation. */
const runs = { numRuns: Number(process.env.STROMA_TEST_GRADIENT_RUNS ?? 2), seed: 5 };

describe('gradients are those of central differences, for any shapes:', () => {
  it.each(cases)('%s', async (_, draws, build) => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(1000), async (drawnSizes, seed) => {
        const all = draws(drawnSizes).map((draw) => ('shape' in draw ? draw : { shape: draw }));
        await checkGradients((inputs) => build(inputs, drawnSizes), all, seed);
      }),
      runs,
    );
  });
});

describe('shapes', () => {
  it('that do not fit are refused as the graph is written, with the operation and the shapes', () => {
    const x = t.input('x', [3, 4]);
    expect(() => t.add(x, t.input('y', [5]))).toThrow(
      /add: expected .* \(4 against 5\); given \[3, 4\] and \[5\]/,
    );
    expect(() => t.matmul(x, t.input('z', [3, 2]))).toThrow(
      /matmul: .*4 against 3.*given \[3, 4\] and \[3, 2\]/,
    );
    expect(() => t.reshape(x, [5, -1])).toThrow(/reshape/);
    expect(() => t.gradients(x, [x])).toThrow(/a real scalar; given \[3, 4\]/);
  });
});
