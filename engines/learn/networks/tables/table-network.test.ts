import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { fitTableInputs, tableData } from '../../dense/table-inputs.ts';
import type { Matrix, Target } from '../../estimator.ts';
import { scoreOf } from '../../scores/metrics.ts';
import { integratedGradients } from './integrated-gradients.ts';
import {
  fitFtTransformer,
  fitMlp,
  fitTabularResNet,
  loadTableNetwork,
  type TableNetwork,
} from './table-network.ts';
import { exportTableNetwork } from './table-onnx.ts';

/** Two amounts far from 0, one of them often missing, and a category: what is learned depends on all three. */
function table(rows: number, seed: number): { matrix: Matrix; signal: Float64Array } {
  const random = seededRandom(seed);
  const dose = Float64Array.from({ length: rows }, () => 500 + 40 * random.normal());
  const marker = Float64Array.from({ length: rows }, () =>
    random.next() < 0.2 ? Number.NaN : Math.exp(random.normal()),
  );
  const site = Float64Array.from({ length: rows }, () => random.whole(3));
  const signal = dose.map(
    (value, row) =>
      (value - 500) / 40 +
      (Number.isNaN(marker[row]) ? 1.5 : -Math.log(marker[row] as number)) +
      ([0, 2, -2][site[row] as number] as number),
  );
  return {
    matrix: { rows, names: ['dose', 'marker', 'site'], columns: [dose, marker, site], categories: [0, 0, 4] },
    signal,
  };
}

const { matrix, signal } = table(160, 1);
const fresh = table(80, 2);
const random = seededRandom(3);
const targets = (of: Float64Array) => ({
  number: { kind: 'number', values: of.map((value) => 300 + 20 * value) } as Target,
  class: {
    kind: 'class',
    codes: Int32Array.from(of, (value) => (value < -1 ? 0 : value < 1.5 ? 1 : 2)),
    classes: 3,
  } as Target,
  survival: {
    kind: 'survival',
    times: of.map((value) => -Math.log(random.next() + 1e-9) * Math.exp(-2 * value)),
    events: Uint8Array.from(of, () => (random.next() < 0.7 ? 1 : 0)),
  } as Target,
});
const options = { seed: 1, epochs: 25, rate: 0.01, patience: 10 };
/** The ResNet sees numbers by their order, the others as they do by default. */
const byOrder = { numbers: 'quantiles' } as const;
const networks = {
  mlp: (target: Target, own = {}) => fitMlp(matrix, target, { ...options, hidden: [24, 24], ...own }),
  tabular_resnet: (target: Target, own = {}) =>
    fitTabularResNet(matrix, target, { ...options, ...byOrder, width: 16, blocks: 1, ...own }),
  ft_transformer: (target: Target, own = {}) =>
    fitFtTransformer(matrix, target, { ...options, width: 8, heads: 2, epochs: 12, ...own }),
};
const kinds = Object.keys(networks) as (keyof typeof networks)[];
const known = new Map<string, Promise<TableNetwork>>();
function fitted(kind: (typeof kinds)[number], of: keyof ReturnType<typeof targets>): Promise<TableNetwork> {
  const name = `${kind} ${of}`;
  const network = known.get(name) ?? networks[kind](targets(signal)[of]);
  known.set(name, network);
  return network;
}

afterAll(async () => {
  for (const network of known.values()) await (await network).close();
});

/** Missing where training had none, codes it never had, values beyond all. */
const strange: Matrix = {
  ...matrix,
  rows: 4,
  columns: [
    Float64Array.of(Number.NaN, 1e300, 500, -1e9),
    Float64Array.of(1, Number.NaN, 1e12, 0),
    Float64Array.of(3, Number.NaN, 17, -2),
  ],
};

describe.each(kinds)('%s', (kind) => {
  it.each([
    ['number', 'r2', 0.8],
    ['class', 'roc_auc', 0.92],
    ['survival', 'concordance', 0.8],
  ] as const)(
    'learns a target of kind %s from amounts, missing values and categories',
    async (of, metric, least) => {
      const network = await fitted(kind, of);
      const predicted = await network.predict(fresh.matrix);
      expect(scoreOf(metric, targets(fresh.signal)[of], predicted)).toBeGreaterThan(least);
      await using loaded = loadTableNetwork(structuredClone(network.save()));
      expect(await loaded.predict(fresh.matrix)).toEqual(predicted);
      expect((await network.predict(strange)).every(Number.isFinite)).toBe(true);
      // One row alone, as among others.
      const columns = fresh.matrix.columns.map((values) => values.subarray(0, 1));
      const alone = await network.predict({ ...fresh.matrix, rows: 1, columns });
      alone.forEach((value, at) => {
        expect(Math.abs(value - (predicted[at] as number))).toBeLessThan(1e-4 * Math.abs(value) + 1e-6);
      });
      // An ONNX file in a bare runtime gives the same, whatever the row holds.
      for (const [numbers, Values] of [
        ['float', Float32Array],
        ['double', Float64Array],
      ] as const) {
        const rows = [fresh.matrix, strange].flatMap((each) =>
          Array.from({ length: each.rows }, (_, row) => each.columns.map((values) => values[row] as number)),
        );
        const file = exportTableNetwork(network.save(), {
          batch: numbers === 'float' ? 'any' : rows.length,
          numbers,
        });
        const session = await InferenceSession.create(file.bytes, { logSeverityLevel: 3 });
        const x = new Tensor(numbers === 'float' ? 'float32' : 'float64', Values.from(rows.flat()), [
          rows.length,
          3,
        ]);
        const theirs = (await session.run({ x }))[file.outputs[0]?.name ?? '']?.data as Float32Array;
        const ours = [...predicted, ...(await network.predict(strange))];
        const spread = of === 'number' ? 40 : 1;
        expect(theirs.length).toBe(ours.length);
        theirs.forEach((value, at) => {
          expect(Math.abs(value - (ours[at] as number))).toBeLessThan(1e-5 * spread);
        });
        await session.release();
      }
    },
  );

  it('gives the same bits for the same seed, others for another', async () => {
    const { class: target } = targets(signal);
    const own = { epochs: 1 };
    const first = await networks[kind](target, own);
    const again = await networks[kind](target, own);
    const other = await networks[kind](target, { ...own, seed: 2 });
    expect(again.save()).toEqual(first.save());
    expect(other.save().weights).not.toEqual(first.save().weights);
  });
});

describe('integrated gradients', () => {
  it.each(kinds)('of %s add up to what the prediction differs from the baseline', async (kind) => {
    for (const of of ['number', 'class'] as const) {
      const network = await fitted(kind, of);
      const saved = network.save();
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.tuple(
              fc.double({ min: 300, max: 700, noNaN: true }),
              fc.option(fc.double({ min: 0, max: 30, noNaN: true })),
              fc.integer({ min: -1, max: 4 }),
            ),
            { minLength: 2, maxLength: 2 },
          ),
          async (rows) => {
            const at = (place: 0 | 1 | 2) => Float64Array.from(rows, (row) => row[place] ?? Number.NaN);
            const given: Matrix = { ...matrix, rows: 2, columns: [at(0), at(1), at(2)] };
            const one = (row: number): Matrix => ({
              ...given,
              rows: 1,
              columns: given.columns.map((all) => all.subarray(row, row + 1)),
            });
            const predicted = await network.predict(given);
            const plain = await integratedGradients(saved, given);
            const against = await integratedGradients(saved, one(0), { baseline: one(1), output: 0 });
            const scale = saved.head.kind === 'number' ? saved.head.scale : 1;
            for (const { attributions, values, bases, gaps, outputs } of [plain, against])
              values.forEach((value, row) => {
                const sum = attributions.subarray(3 * row, 3 * row + 3).reduce((a, b) => a + b);
                expect(Math.abs((bases[row] as number) + sum + (gaps[row] as number) - value)).toBeLessThan(
                  1e-9 * scale,
                );
                expect(Math.abs(gaps[row] as number)).toBeLessThan(2e-3 * scale);
                expect(
                  Math.abs(value - (predicted[network.outputs * row + (outputs[row] as number)] as number)),
                ).toBeLessThan(1e-4 * scale);
              });
            const second = predicted[network.outputs] as number;
            expect(Math.abs((against.bases[0] as number) - second)).toBeLessThan(1e-4 * scale);
          },
        ),
        { numRuns: 2, seed: 7 },
      );
    }
  });

  it('give a column that changes nothing nothing, and one that does its sign', async () => {
    const network = await fitted('mlp', 'number');
    const rows: Matrix = {
      ...matrix,
      rows: 2,
      columns: [Float64Array.of(560, 440), Float64Array.of(1, 1), Float64Array.of(0, 0)],
    };
    const baseline: Matrix = {
      ...rows,
      rows: 1,
      columns: [Float64Array.of(500), Float64Array.of(1), Float64Array.of(0)],
    };
    const { attributions } = await integratedGradients(network.save(), rows, { baseline });
    expect([attributions[1], attributions[2], attributions[4], attributions[5]]).toEqual([0, 0, 0, 0]);
    expect(attributions[0]).toBeGreaterThan(10);
    expect(attributions[3]).toBeLessThan(-10);
    await expect(integratedGradients(network.save(), rows, { baseline: rows })).rejects.toThrow(/one row/);
    await expect(integratedGradients(network.save(), rows, { output: 1 })).rejects.toThrow(/0 to 0/);
  });
});

describe('what a network sees of a table', () => {
  it('keeps the order of numbers, and gives them one scale that nothing far off leaves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
          minLength: 3,
          maxLength: 300,
        }),
        fc.constantFrom('quantiles', 'robust'),
        (given, scale) => {
          const values = Float64Array.from(given, (value) => value ?? Number.NaN);
          const own: Matrix = { rows: values.length, names: ['a'], columns: [values], categories: [0] };
          const { numbers } = tableData(fitTableInputs(own, scale), own);
          const known = [...values.keys()].filter((row) => !Number.isNaN(values[row]));
          const seen = known.map((row) => (numbers as Float32Array)[row] as number);
          const order = known.toSorted((a, b) => (values[a] as number) - (values[b] as number));
          order.forEach((row, place) => {
            if (place > 0)
              expect(numbers?.[row]).toBeGreaterThanOrEqual(numbers?.[order[place - 1] as number] as number);
          });
          const mean = seen.reduce((a, b) => a + b / seen.length, 0);
          const square = seen.reduce((a, b) => a + (b - mean) ** 2 / seen.length, 0);
          if (scale === 'quantiles') {
            expect(Math.abs(mean)).toBeLessThan(1e-4);
            expect(square < 1e-6 || Math.abs(square - 1) < 1e-3).toBe(true);
          } else expect(seen.every((value) => Math.abs(value) <= 3)).toBe(true);
          values.forEach((value, row) => {
            if (Number.isNaN(value)) expect(numbers?.[row]).toBe(0);
          });
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  it('says which columns and settings it cannot take', async () => {
    const { number } = targets(signal);
    const network = await fitMlp(matrix, number, { seed: 1, epochs: 1, hidden: [4] });
    await expect(network.predict({ ...matrix, names: ['dose', 'site', 'marker'] })).rejects.toThrow(
      /in their order/,
    );
    await network.close();
    const endless = { ...matrix, columns: matrix.columns.with(0, signal.with(3, Number.POSITIVE_INFINITY)) };
    await expect(fitMlp(endless, number, { seed: 1 })).rejects.toThrow(/finite or missing/);
    await expect(fitFtTransformer(matrix, number, { seed: 1, width: 10 })).rejects.toThrow(
      /multiple of heads/,
    );
    await expect(fitMlp(matrix, number, { seed: 1, dropout: 1 })).rejects.toThrow(/below 1/);
    expect(() => loadTableNetwork({ ...network.save(), kind: 'forest' as 'mlp' })).toThrow(/"forest"/);
  });

  it('learns from a table of empty, constant and never seen values', async () => {
    const rows = 60;
    const of = (make: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => make(row));
    const own: Matrix = {
      rows,
      names: ['empty', 'same', 'code', 'x'],
      columns: [of(() => Number.NaN), of(() => 7), of(() => Number.NaN), of((row) => row)],
      categories: [0, 0, 2, 0],
    };
    await using network = await fitMlp(
      own,
      { kind: 'number', values: of((row) => row) },
      { seed: 1, epochs: 60, rate: 0.01 },
    );
    expect(
      scoreOf('r2', { kind: 'number', values: of((row) => row) }, await network.predict(own)),
    ).toBeGreaterThan(0.9);
  });
});
