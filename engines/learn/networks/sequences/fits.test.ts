import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../../scripts/shared-data.ts';
import {
  fitConvolution1d,
  fitGru,
  fitLstm,
  fitTransformerEncoder,
  loadSequenceNetwork,
  type Sequences,
} from './index.ts';

const fits = {
  convolution_1d: fitConvolution1d,
  lstm: fitLstm,
  gru: fitGru,
  transformer_encoder: fitTransformerEncoder,
};
const small = { seed: 1, rate: 0.01, validation: 0, width: 16, hidden: 16, layers: 1, heads: 2, blocks: 2 };

/** Power of Italy by hours of a day: of October to March, or of April to September. */
function powerDemand(part: 'TRAIN' | 'TEST') {
  const lines = readFileSync(sharedData(`wearable/aeon/ItalyPowerDemand_${part}.ts`) as string, 'utf8')
    .split('\n')
    .filter((line) => /^[-\d]/.test(line))
    .map((line) => line.split(':'));
  const values = Float64Array.from(lines.flatMap(([days]) => (days as string).split(',').map(Number)));
  const codes = Int32Array.from(lines, ([, label]) => Number(label) - 1);
  const sequences: Sequences = { rows: lines.length, steps: 24, channels: 1, values };
  return { sequences, target: { kind: 'class' as const, codes, classes: 2 } };
}

/** Each row of 2 to 12 steps; the answer is the first step of one channel, with values missing in the other. */
function firstSteps(rows: number, seed: number) {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: rows * 12 * 2 }, (_, at) =>
    at % 2 === 1 && random.next() < 0.2 ? Number.NaN : 20 + 4 * random.normal(),
  );
  const lengths = Int32Array.from({ length: rows }, () => 2 + random.whole(11));
  const sequences: Sequences = { rows, steps: 12, channels: 2, values, lengths };
  const first = Float64Array.from({ length: rows }, (_, row) => values[row * 24] as number);
  return { sequences, target: { kind: 'number' as const, values: first } };
}

describe.each(Object.entries(fits))('%s', (kind, fit) => {
  it.skipIf(sharedData('wearable/aeon') === null)(
    'tells winter from summer by the use of power on days it has not seen, and reads itself back',
    async () => {
      const { sequences, target } = powerDemand('TRAIN');
      await using network = await fit(sequences, target, { ...small, epochs: 20 });
      const others = powerDemand('TEST');
      const predicted = await network.predict(others.sequences);
      const correct = others.target.codes.filter(
        (code, row) => (predicted[2 * row + code] as number) > 0.5,
      ).length;
      expect(correct / others.target.codes.length).toBeGreaterThan(0.93);
      expect(network.kind).toBe(kind);
      await using loaded = loadSequenceNetwork(structuredClone(network.save()));
      expect(await loaded.predict(others.sequences)).toEqual(predicted);
    },
  );
});

describe('sequences of several lengths with missing values', () => {
  it('are learned from; longer ones than in training are answered, and padding changes nothing', async () => {
    const { sequences, target } = firstSteps(160, 3);
    await using network = await fitGru(sequences, target, { ...small, steps: 250 });
    const { scaling } = network.save();
    expect([...scaling.flagged]).toEqual([0, 1]);
    const others = firstSteps(60, 4);
    const predicted = await network.predict(others.sequences);
    const errors = predicted.map((value, row) => (value - (others.target.values[row] as number)) ** 2);
    expect(errors.reduce((sum, error) => sum + error, 0) / 60).toBeLessThan(0.35 * 16);
    const longer = { ...others.sequences, steps: 17, values: new Float64Array(60 * 17 * 2).fill(Number.NaN) };
    for (let row = 0; row < 60; row++)
      longer.values.set(others.sequences.values.subarray(row * 24, row * 24 + 24), row * 34);
    const again = await network.predict(longer);
    predicted.forEach((value, row) => {
      expect(again[row]).toBeCloseTo(value, 4);
    });
    // A bare runtime gives the same by the ONNX file.
    const { values, lengths } = others.sequences;
    const session = await InferenceSession.create(network.toOnnx({ batch: 'any' }), { logSeverityLevel: 3 });
    const x = Float32Array.from(values, (value) => (Number.isNaN(value) ? 0 : value));
    const missing = Float32Array.from({ length: 60 * 12 }, (_, at) =>
      Number(Number.isNaN(values[2 * at + 1])),
    );
    const { prediction } = await session.run({
      x: new Tensor('float32', x, [60, 12, 2]),
      missing: new Tensor('float32', missing, [60, 12, 1]),
      lengths: new Tensor('int32', lengths as Int32Array, [60]),
    });
    await session.release();
    predicted.forEach((value, row) => {
      expect(prediction?.data[row]).toBeCloseTo(value, 3);
    });
    const same = await fitGru(sequences, target, { ...small, steps: 250 });
    expect(same.save()).toEqual(network.save());
  });

  const sequences: Sequences = { rows: 2, steps: 3, channels: 1, values: Float64Array.of(1, 2, 3, 4, 5, 6) };
  const target = { kind: 'number' as const, values: Float64Array.of(1, 2) };
  const infinite = sequences.values.with(1, Number.POSITIVE_INFINITY);
  it.each([
    [{ steps: 4 }, {}, /2 rows x 4 steps x 1 channels need 8 values; given 6/],
    [{ lengths: Int32Array.of(3, 0) }, {}, /Row 2 has a length of 0; lengths are 1 to 3/],
    [{ values: infinite, names: ['heart rate'] }, {}, /heart rate holds infinite values/],
    [{ values: sequences.values.map(() => Number.NaN) }, {}, /Nothing is known of channel 1/],
    [{}, { width: 16, heads: 3 }, /width must be a multiple of heads/],
    [{}, { layers: 0 }, /layers must be a whole number from 1; given 0/],
  ])('are refused where they do not fit (%#)', async (given, options, message) => {
    const run = fitTransformerEncoder({ ...sequences, ...given }, target, { ...small, ...options });
    await expect(run).rejects.toThrow(message);
  });

  it('are refused where a recurrent network would be unrolled too far', async () => {
    const long = { rows: 2, steps: 600, channels: 1, values: new Float32Array(1200) };
    await expect(fitLstm(long, target, small)).rejects.toThrow(/512 steps at most; given 600/);
  });
});
