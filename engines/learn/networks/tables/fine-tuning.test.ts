import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tableData } from '../../dense/table-inputs.ts';
import type { Matrix, Target } from '../../estimator.ts';
import { scoreOf } from '../../scores/metrics.ts';
import { NetworkFunction } from '../evaluation.ts';
import { tuningOf } from '../parts/tuning.ts';
import type { NetworkTrainingState } from '../training-options.ts';
import { fineTune, layersOf } from './fine-tuning.ts';
import {
  architectureOfSaved,
  fitFtTransformer,
  fitMlp,
  fitTabularResNet,
  type SavedTableNetwork,
  type TableNetworkKind,
} from './table-network.ts';

/** Numbers of which one has gaps, and a category; a site shifts what is measured. */
function measured(rows: number, seed: number, shift: number): { matrix: Matrix; target: Target } {
  const random = seededRandom(seed);
  const [a, b] = [0, 1].map(() => Float64Array.from({ length: rows }, () => random.normal())) as [
    Float64Array,
    Float64Array,
  ];
  const site = Float64Array.from({ length: rows }, () => random.whole(3));
  const codes = Int32Array.from(a, (value, row) =>
    Math.sin(2 * value) + (b[row] as number) ** 2 - 1 + shift * (site[row] as number) > 0 ? 1 : 0,
  );
  const gappy = b.map((value) => (random.next() < 0.1 ? Number.NaN : value));
  return {
    matrix: { rows, names: ['a', 'b', 'site'], categories: [0, 0, 3], columns: [a, gappy, site] },
    target: { kind: 'class', codes, classes: 2 },
  };
}

const few = measured(48, 2, 0.3);
const kinds = ['mlp', 'tabular_resnet', 'ft_transformer'] as const;
const layerCounts = { mlp: 3, tabular_resnet: 4, ft_transformer: 4 } as const;
const bases = {} as Record<TableNetworkKind, SavedTableNetwork>;
const { matrix, target } = measured(240, 1, 0);
beforeAll(async () => {
  const options = { seed: 1, epochs: 12, rate: 0.01 };
  const fitted = [
    await fitMlp(matrix, target, { ...options, hidden: [12, 10] }),
    await fitTabularResNet(matrix, target, { ...options, width: 8 }),
    await fitFtTransformer(matrix, target, { ...options, width: 8, heads: 2, epochs: 3 }),
  ];
  for (const network of fitted) {
    bases[network.kind] = network.save();
    await network.close();
  }
});

/** Whose weights are as the base's, by the first part of their names. */
const unchanged = (base: SavedTableNetwork, tuned: SavedTableNetwork): string[] =>
  Object.entries(base.weights).flatMap(([name, own]) =>
    Buffer.compare(Buffer.from(own.buffer, own.byteOffset, own.byteLength), bytesOf(tuned, name)) === 0
      ? [name]
      : [],
  );
function bytesOf({ weights }: SavedTableNetwork, name: string): Buffer {
  const own = weights[name] as Float32Array;
  return Buffer.from(own.buffer, own.byteOffset, own.byteLength);
}

describe('a network learned on from a base', () => {
  it('keeps the weights of frozen layers to the bit, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, 2.6),
        async (kind, wanted, rateDecay) => {
          const base = bases[kind];
          const layers = Math.min(wanted, layerCounts[kind]);
          await using tuned = await fineTune(base, few.matrix, few.target, {
            seed: 3,
            steps: 3,
            validation: 0,
            layers,
            rateDecay,
            rate: 0.01,
          });
          const kept = unchanged(base, tuned.save());
          const frozen = {
            mlp: ['embedding', 'hidden0', 'hidden1'],
            tabular_resnet: ['embedding', 'first', 'block0', 'block1'],
            ft_transformer: ['embedding', 'token', 'block0', 'block1'],
          }[kind];
          const last = { mlp: 3, tabular_resnet: 4, ft_transformer: 4 }[kind] - layers;
          const groups =
            kind === 'mlp'
              ? [frozen.slice(0, 2), frozen.slice(2)]
              : [frozen.slice(0, 2), frozen.slice(2, 3), frozen.slice(3)];
          const names = groups.slice(0, last).flat();
          const isFrozen = (name: string) => names.some((each) => name.startsWith(`${each}.`));
          for (const name of Object.keys(base.weights)) if (isFrozen(name)) expect(kept).toContain(name);
          expect(kept.filter((name) => !isFrozen(name) && name.endsWith('.weight'))).toEqual([]);
        },
      ),
      { numRuns: 4 },
    );
  });

  it.each(kinds)('of %s: an adapter that has learned nothing changes nothing', async (kind) => {
    const base = bases[kind];
    const data = tableData(base.inputs, few.matrix);
    const architecture = architectureOfSaved(base);
    const adapted = tuningOf(layersOf(base), { layers: 1, rateDecay: 1, adapterRank: 2 });
    const random = seededRandom(4);
    // Its first part as it is drawn, its second as it begins: nothing.
    const sizes = Object.entries(base.weights).flatMap(([name, own]) => {
      if (!name.endsWith('.weight') || name.startsWith('head')) return [];
      const outputs = base.weights[name.replace('.weight', '.bias')]?.length ?? 1;
      return [
        [
          `adapter.down.${name}`,
          Float32Array.from({ length: (own.length / outputs) * 2 }, () => random.normal()),
        ] as const,
        [`adapter.up.${name}`, new Float32Array(2 * outputs)] as const,
      ];
    });
    const weights = { ...base.weights, ...Object.fromEntries(sizes) };
    await using whole = await NetworkFunction.open(architecture, 16, base.weights);
    await using other = await NetworkFunction.open(adapted.of(architecture), 16, weights);
    expect(await other.run(data)).toEqual(await whole.run(data));
    expect(adapted.merged(weights)).toEqual(base.weights);
  });

  it('learns by adapters what the head alone cannot, and is a network as any other afterwards', async () => {
    const near = measured(160, 5, 0.9);
    const fresh = measured(300, 6, 0.9);
    const scores: number[] = [];
    for (const own of [{ layers: 1 }, { layers: 1, adapterRank: 4 }, { layers: 'all' as const }]) {
      await using tuned = await fineTune(bases.mlp, near.matrix, near.target, {
        seed: 1,
        rate: 0.01,
        epochs: 30,
        ...own,
      });
      const saved = tuned.save();
      expect(Object.keys(saved.weights).sort()).toEqual(Object.keys(bases.mlp.weights).sort());
      scores.push(scoreOf('log_loss', fresh.target, await tuned.predict(fresh.matrix)));
      if (own.adapterRank !== undefined) expect(unchanged(bases.mlp, saved)).toContain('hidden0.bias');
    }
    const [head = 0, adapters = 0, all = 0] = scores;
    expect(adapters).toBeLessThan(head);
    expect(all).toBeLessThan(head);
  });

  it('goes on from a state to the bits of what was never cut off', async () => {
    const options = { seed: 1, epochs: 6, rate: 0.01, layers: 2, adapterRank: 2 };
    const states: NetworkTrainingState[] = [];
    await using whole = await fineTune(bases.mlp, few.matrix, few.target, {
      ...options,
      onState: (state) => states.push(structuredClone(state)),
    });
    const from = states[0] as NetworkTrainingState;
    expect(states.length).toBeGreaterThan(1);
    await using resumed = await fineTune(bases.mlp, few.matrix, few.target, { ...options, from });
    expect(resumed.save().weights).toEqual(whole.save().weights);
    await expect(
      fineTune(bases.mlp, few.matrix, few.target, { ...options, layers: 1, from }),
    ).rejects.toThrow(/another|other/);
  });

  it('takes a target of another kind with a head of its own, and says what does not fit', async () => {
    const values: Target = {
      kind: 'number',
      values: Float64Array.from(few.matrix.columns[0] as Float64Array, (x) => 100 + x),
    };
    await using tuned = await fineTune(bases.mlp, few.matrix, values, { seed: 1, epochs: 5 });
    expect(tuned.outputs).toBe(1);
    expect((await tuned.predict(few.matrix)).every((value) => value > 80 && value < 120)).toBe(true);
    const wrong = (own: object) => fineTune(bases.mlp, few.matrix, values, { seed: 1, steps: 1, ...own });
    await expect(wrong({ head: 'kept' })).rejects.toThrow(/2 classes was expected.*kind number/);
    await expect(wrong({ layers: 9 })).rejects.toThrow(/from 1 to 3; 9/);
    await expect(wrong({ adapterRank: 0.5 })).rejects.toThrow(/adapterRank/);
  });
});
