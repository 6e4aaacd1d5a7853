import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { input, openFunction } from '@stroma/tensor';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../../scripts/shared-data.ts';
import { imageNetwork } from './image-network.ts';
import { fitConvolution2d, type Images, loadImageNetwork } from './index.ts';

/** Of PyTorch 1.13, in double; golden/pytorch.py holds the calls and how the parameters are made. */
const golden: { parameters: Record<string, number[]>; outputs: number[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/pytorch-1.13.json'), 'utf8'),
);
const numbers = (shape: readonly number[], index: number): Float64Array =>
  Float64Array.from({ length: shape.reduce((size, each) => size * each, 1) }, (_, at) =>
    Math.sin(1.7 * at * at + index + 0.5 + at),
  );

it('gives what PyTorch does', async () => {
  const shape = { width: 3, stages: 2, blocks: 1, kernel: 3 };
  const y = imageNetwork(shape)(input('x', [2, 5, 4, 2]), { outputs: 2, dropoutRate: 0 });
  const fixed = Object.fromEntries(
    Object.entries(golden.parameters).map(([name, sizes], at) => [name, numbers(sizes, at + 1)]),
  );
  await using run = await openFunction({ y }, { precision: 'f64', fixed });
  expect(run.inputs.map(({ name }) => name)).toEqual(['x']);
  const { y: own } = await run.run({ x: numbers([2, 5, 4, 2], 0) });
  golden.outputs.forEach((value, at) => {
    expect(own?.[at]).toBeCloseTo(value, 9);
  });
});

const digits = sharedData('tables/sklearn_digits.csv');

/** Some of the 1,797 digits of scikit-learn, 8 x 8. */
function digitsFrom(from: number, to: number) {
  const rows = readFileSync(digits as string, 'utf8')
    .trim()
    .split('\n')
    .slice(1 + from, 1 + to)
    .map((line) => line.split(',').map(Number));
  const values = Float32Array.from(rows.flatMap((row) => row.slice(0, 64)));
  const codes = Int32Array.from(rows, (row) => row[64] as number);
  const images: Images = { rows: rows.length, height: 8, width: 8, channels: 1, values };
  return { images, target: { kind: 'class' as const, codes, classes: 10 } };
}

describe('fitConvolution2d', () => {
  it.skipIf(digits === null)('reads digits that others wrote, some of their places missing', async () => {
    const { images, target } = digitsFrom(0, 450);
    const values = images.values.map((value, at) => (at % 97 === 0 ? Number.NaN : value));
    const options = {
      seed: 1,
      rate: 0.02,
      epochs: 9,
      batch: 32,
      validation: 0,
      width: 6,
      course: 'cosine' as const,
    };
    await using network = await fitConvolution2d({ ...images, values }, target, options);
    const others = digitsFrom(1000, 1797);
    const predicted = await network.predict(others.images);
    const likeliest = Array.from(others.target.codes, (_, row) => {
      const own = predicted.subarray(10 * row, 10 * row + 10);
      return own.indexOf(Math.max(...own));
    });
    const correct = likeliest.filter((code, row) => code === others.target.codes[row]).length;
    expect(correct / 797).toBeGreaterThan(0.8);
    await using loaded = loadImageNetwork(structuredClone(network.save()));
    expect(await loaded.predict(others.images)).toEqual(predicted);
    // A bare runtime gives the same by the ONNX file, of as many images as it is given.
    const session = await InferenceSession.create(network.toOnnx({ batch: 'any' }), { logSeverityLevel: 3 });
    const few = Float32Array.from(others.images.values.subarray(0, 5 * 64));
    const { prediction } = await session.run({
      x: new Tensor('float32', few, [5, 8, 8, 1]),
      missing: new Tensor('float32', new Float32Array(5 * 64), [5, 8, 8, 1]),
    });
    await session.release();
    expect(prediction?.dims).toEqual([5, 10]);
    predicted.subarray(0, 50).forEach((value, at) => {
      expect(prediction?.data[at]).toBeCloseTo(value, 4);
    });
  });

  it.each([
    [{ width: 7 }, {}, /2 rows x 8 x 7 x 1 channels need 112 values; given 128/],
    [{}, { kernel: 4 }, /odd number .* given 4/],
    [{}, { stages: 5 }, /5 stages halve images of 8 x 8/],
    [{}, { dropout: 1 }, /dropout must be from 0 to below 1/],
  ])('says what does not fit (%#)', async (size, options, message) => {
    const images = { rows: 2, height: 8, width: 8, channels: 1, values: new Float32Array(128), ...size };
    const target = { kind: 'number' as const, values: Float64Array.of(1, 2) };
    await expect(fitConvolution2d(images, target, { seed: 1, ...options })).rejects.toThrow(message);
  });
});
