import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../../scripts/shared-data.ts';
import type { Target } from '../../estimator.ts';
import { scoreOf } from '../../scores/metrics.ts';
import { predictionsOf } from '../head.ts';
import { fineTuneImages, fitConvolution2d, type Images, imageFeatures } from '../images/index.ts';
import type { SavedNetwork } from '../network-predictor.ts';
import {
  fineTuneSequences,
  fitConvolution1d,
  fitGru,
  fitTransformerEncoder,
  type Sequences,
  sequenceFeatures,
} from '../sequences/index.ts';

/** Waves of one of two lengths, and rows of several lengths. */
function waves(rows: number, seed: number, shift: number): { sequences: Sequences; target: Target } {
  const random = seededRandom(seed);
  const codes = Int32Array.from({ length: rows }, () => random.whole(2));
  const lengths = Int32Array.from({ length: rows }, () => 3 + random.whole(4));
  const values = Float64Array.from({ length: rows * 6 }, (_, at) => {
    const code = codes[Math.floor(at / 6)] as number;
    return Math.sin((at % 6) * (0.7 + 0.9 * code) + shift) + 0.3 * random.normal();
  });
  return {
    sequences: { rows, steps: 6, channels: 1, values, lengths },
    target: { kind: 'class', codes, classes: 2 },
  };
}

const near = waves(60, 1, 0);
const far = waves(40, 2, 1.5);
const short = { seed: 1, rate: 0.01, validation: 0 };

/** Which weights are other than the base's. */
const changed = (base: SavedNetwork, tuned: SavedNetwork): string[] =>
  Object.entries(base.weights).flatMap(([name, own]) =>
    own.every((value, at) => Object.is(value, tuned.weights[name]?.[at])) ? [] : [name],
  );

/** What the head makes of what it is given: what the network predicts. */
function byHead(
  { weights, head }: SavedNetwork,
  { width, values }: { width: number; values: Float32Array },
): Float64Array {
  const [weight, bias] = [weights['head.weight'], weights['head.bias']] as [Float32Array, Float32Array];
  const logits = Float32Array.from({ length: (values.length / width) * bias.length }, (_, cell) => {
    const [row, output] = [Math.floor(cell / bias.length), cell % bias.length];
    let sum = bias[output] as number;
    for (let at = 0; at < width; at++)
      sum += (values[row * width + at] as number) * (weight[at * bias.length + output] as number);
    return sum;
  });
  return predictionsOf(head, logits);
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);

describe.each([
  ['a convolution', fitConvolution1d, { width: 6, blocks: 2 }, ['stem', 'block0']],
  ['gated recurrent units', fitGru, { hidden: 5, layers: 2 }, ['cell0']],
  ['a transformer', fitTransformerEncoder, { width: 6, heads: 2, layers: 2 }, ['embed', 'layer0']],
] as const)('%s learned on from a base', (_, fit, shape, below) => {
  it('keeps its frozen layers to the bit, learns those above, and by adapters the frozen ones too', async () => {
    await using network = await fit(near.sequences, near.target, { ...short, ...shape, steps: 6 });
    const base = network.save();
    const isBelow = (name: string) => below.some((each) => name.startsWith(`${each}.`));
    const names = Object.keys(base.weights);
    const tune = async (options: object) => {
      await using own = await fineTuneSequences(base, far.sequences, far.target, { ...short, ...options });
      return changed(base, own.save());
    };
    const last = await tune({ layers: 2, steps: 3 });
    expect(last.filter(isBelow)).toEqual([]);
    expect(last).toEqual(
      expect.arrayContaining(names.filter((own) => !isBelow(own) && own.endsWith('weight'))),
    );
    const adapted = await tune({ layers: 1, adapterRank: 2, steps: 3 });
    expect(adapted.some(isBelow)).toBe(true);
    expect(adapted.filter((own) => /bias|norm\d/i.test(own) && !own.startsWith('head'))).toEqual([]);
    const features = await sequenceFeatures(base, near.sequences);
    expect(farthest(byHead(base, features), await network.predict(near.sequences))).toBeLessThan(1e-5);
  });
});

const digits = sharedData('tables/sklearn_digits.csv');

/** Some of the 1,797 digits of scikit-learn, 8 x 8, those from `low` to `low + 4` as classes 0 to 4. */
function digitsOf(low: number, from: number, count: number): { images: Images; target: Target } {
  const rows = readFileSync(digits as string, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .filter((row) => (row[64] as number) >= low && (row[64] as number) < low + 5)
    .slice(from, from + count);
  const values = Float32Array.from(rows.flatMap((row) => row.slice(0, 64)));
  const codes = Int32Array.from(rows, (row) => (row[64] as number) - low);
  return {
    images: { rows: rows.length, height: 8, width: 8, channels: 1, values },
    target: { kind: 'class', codes, classes: 5 },
  };
}

describe('images', () => {
  it.skipIf(digits === null)(
    'a reader of 0 to 4 learns 5 to 9 from few of them, better by what lies below its head than by the head alone',
    async () => {
      const known = digitsOf(0, 0, 250);
      await using network = await fitConvolution2d(known.images, known.target, {
        ...{ seed: 1, rate: 0.02, epochs: 4, batch: 32, validation: 0, width: 6 },
      });
      const base = network.save();
      const few = digitsOf(5, 0, 60);
      const others = digitsOf(5, 200, 120);
      const tune = async (options: object) => {
        await using own = await fineTuneImages(base, few.images, few.target, {
          ...{ seed: 1, rate: 0.02, epochs: 12, validation: 0, head: 'new' as const },
          ...options,
        });
        const loss = scoreOf('log_loss', others.target, await own.predict(others.images));
        return { loss, moved: changed(base, own.save()) };
      };
      const head = await tune({ layers: 1 });
      expect(head.moved.filter((name) => !/^(norm|head)\./.test(name))).toEqual([]);
      const adapters = await tune({ layers: 1, adapterRank: 2 });
      expect(adapters.moved).toContain('stage0.block0.first.weight');
      expect(adapters.loss).toBeLessThan(head.loss);
      const all = await tune({ layers: 'all', steps: 2 });
      expect(all.moved.sort()).toEqual(Object.keys(base.weights).sort());
      const features = await imageFeatures(base, few.images);
      expect(farthest(byHead(base, features), await network.predict(few.images))).toBeLessThan(1e-5);
    },
  );
});
