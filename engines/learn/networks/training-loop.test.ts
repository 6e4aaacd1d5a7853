import { seededRandom } from '@stroma/kernel';
import { dropout, initial, linear, parameter, relu, type Tensor } from '@stroma/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreOf } from '../scores/metrics.ts';
import { tempered } from './head.ts';
import {
  type Architecture,
  NetworkFunction,
  type NetworkTrainingOptions,
  type NetworkTrainingState,
  networkMemory,
  predictionsOf,
  trainNetwork,
} from './index.ts';

const width = 12;
const layer = (name: string, x: Tensor, inputs: number, outputs: number) =>
  linear(
    x,
    parameter(`${name}.weight`, [inputs, outputs], initial.kaiming(inputs)),
    parameter(`${name}.bias`, [outputs], initial.zeros),
  );
const small = (outputs: number): Architecture => ({
  rows: [{ name: 'x', shape: [3], type: 'real' }],
  outputs,
  forward({ x }, { training }) {
    const hidden = relu(layer('first', x as Tensor, 3, width));
    return layer('second', training ? dropout(hidden, 0.1, 'hidden') : hidden, width, outputs);
  },
});

const rows = 203;
const random = seededRandom(5);
const x = Float32Array.from({ length: 3 * rows }, () => random.normal());
const signal = Float64Array.from({ length: rows }, (_, row) => {
  const [a = 0, b = 0] = x.subarray(3 * row, 3 * row + 2);
  return Math.abs(a) - b;
});
const numbers = { kind: 'number' as const, values: signal.map((value) => 1000 + 50 * value) };
const classes = {
  kind: 'class' as const,
  codes: Int32Array.from(signal, (value) => (value < 0 ? 0 : value < 1 ? 1 : 2)),
  classes: 3,
};
const survival = {
  kind: 'survival' as const,
  times: signal.map((value) => -Math.log(random.next() + 1e-9) * Math.exp(-2 * value)),
  events: Uint8Array.from({ length: rows }, () => (random.next() < 0.7 ? 1 : 0)),
};
const options: NetworkTrainingOptions = { seed: 1, epochs: 60, rate: 0.02 };

describe('the training of networks', () => {
  it.each([
    ['number', numbers, 'r2', 0.9],
    ['class', classes, 'accuracy', 0.85],
    ['survival', survival, 'concordance', 0.8],
  ] as const)(
    'learns a target of kind %s, and says so of rows it has not seen',
    async (_, target, metric, least) => {
      const outputs = target.kind === 'class' ? 3 : 1;
      const trained = await trainNetwork(small(outputs), { x }, target, { ...options, metric });
      expect(trained.score).toBeGreaterThan(least);
      await using network = await NetworkFunction.open(small(outputs), 64, trained.weights);
      const predicted = predictionsOf(trained.head, await network.run({ x }));
      expect(predicted.length).toBe(rows * outputs);
      expect(scoreOf(metric, target, predicted)).toBeGreaterThan(least);
    },
  );

  it('gives the same bits at once, and in parts that go on from where it was stopped', async () => {
    const told: NetworkTrainingState[] = [];
    const whole = await trainNetwork(small(1), { x }, numbers, options);
    const go = Int32Array.of(1);
    const cut = trainNetwork(small(1), { x }, numbers, {
      ...options,
      go,
      onProgress: ({ step }) => {
        if (step >= 100) go[0] = 0;
      },
      onState: (state) => told.push(state),
    });
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' });
    const from = structuredClone(told.at(-1) as NetworkTrainingState);
    expect(from.training.step % 10).toBe(1);
    expect(await trainNetwork(small(1), { x }, numbers, { ...options, from })).toEqual(whole);
    const other = trainNetwork(small(1), { x }, numbers, { ...options, rate: 0.01, from });
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('states its memory, and is refused above the limit before it starts', async () => {
    const { bytes } = networkMemory(small(1), { x }, numbers, options);
    const over = trainNetwork(small(1), { x }, numbers, { ...options, memoryLimitBytes: bytes - 1 });
    await expect(over).rejects.toMatchObject({ code: 'TRAINING_TOO_LARGE' });
  });

  it('ends with the best so far when it is late: after a look, or with the look it had', async () => {
    const long = { ...options, steps: 1e6, patience: 1e6, isLate: () => true };
    const states: NetworkTrainingState[] = [];
    const first = await trainNetwork(small(1), { x }, numbers, {
      ...long,
      onState: (state) => states.push(state),
    });
    expect(first).toMatchObject({ stopped: 'late', step: first.checks[0]?.step });
    expect([first.checks.length, first.score]).toEqual([1, first.checks[0]?.score]);
    const again = await trainNetwork(small(1), { x }, numbers, {
      ...long,
      from: states[0] as NetworkTrainingState,
    });
    expect(again).toEqual(first);
  });

  it('ends by a signal between runs, with its reason and where it stands', async () => {
    const controller = new AbortController();
    const states: number[] = [];
    const run = trainNetwork(small(1), { x }, numbers, {
      ...options,
      steps: 1e6,
      patience: 1e6,
      signal: controller.signal,
      onState: ({ training }) => states.push(training.step),
    });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(run).rejects.toThrow('enough');
    expect(states.at(-1)).toBeLessThan(1000);
  });

  it.each([
    [{ x: x.subarray(1) }, numbers, /"x" .* 203 rows/],
    [{ x }, { ...numbers, values: numbers.values.subarray(1) }, /each of 203 rows/],
    [{ x }, { ...numbers, values: numbers.values.with(7, Number.NaN) }, /row 8/],
    [{ x }, classes, /3 outputs; it has 1/],
    [{ x }, { ...survival, events: new Uint8Array(rows) }, /at least one event/],
  ] as const)('says what does not fit (%#)', async (data, target, message) => {
    await expect(trainNetwork(small(1), data, target, options)).rejects.toThrow(message);
  });

  it('cools probabilities that are surer than they are right, and no others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: 0, max: 2 })), {
          minLength: 12,
          maxLength: 40,
        }),
        fc.constantFrom(0.1, 1, 20),
        (given, sureness) => {
          const codes = Int32Array.from(given, ([, code]) => code);
          const truth = { kind: 'class' as const, codes, classes: 3 };
          const outputs = Float32Array.from(
            given.flatMap(([value, code]) => [value, 0, code / 3]),
            (value) => value * sureness,
          );
          const plain = { kind: 'class' as const, classes: 3, temperature: 1 };
          const lossAt = (temperature: number) =>
            scoreOf('log_loss', truth, predictionsOf({ ...plain, temperature }, outputs));
          const head = tempered(plain, outputs, truth);
          const temperature = head.kind === 'class' ? head.temperature : Number.NaN;
          expect(temperature).toBeGreaterThanOrEqual(1);
          for (const other of [1, temperature * 1.05, Math.max(1, temperature / 1.05)])
            if (other <= 10) expect(lossAt(temperature)).toBeLessThanOrEqual(lossAt(other) + 1e-4);
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });
});
