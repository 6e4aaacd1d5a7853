import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  byName,
  cast,
  decodeState,
  dropout,
  encodeState,
  filled,
  initial,
  initialState,
  input,
  linear,
  memoryOf,
  movingAverage,
  openFunction,
  parameter,
  planTraining,
  relu,
  squaredError,
  state,
  sum,
  type Tensor,
  Trainer,
  type TrainingSpec,
  toOnnx,
  train,
  weightedSum,
} from '../index.ts';

const batch = 16;
const x = input('x', [batch, 3]);
const y = input('y', [batch, 1]);

function network(rows = x, drop = 0) {
  const w1 = parameter('first.weight', [3, 12], initial.kaiming(3));
  const b1 = parameter('first.bias', [12], initial.zeros);
  const w2 = parameter('second.weight', [12, 1], initial.linear(12));
  const hidden = relu(linear(rows, w1, b1));
  return linear(drop > 0 ? dropout(hidden, drop, 'hidden') : hidden, w2);
}

function planOf(changes: Partial<TrainingSpec> = {}, drop = 0) {
  return planTraining({
    objectives: { error: { loss: squaredError(network(x, drop), y) } },
    rows: [x, y],
    optimiser: { kind: 'adam' },
    schedule: { rate: 0.01 },
    ...changes,
  });
}

const rows = 100;
const random = seededRandom(3);
const data = {
  x: Float32Array.from({ length: rows * 3 }, () => random.normal()),
  y: new Float32Array(rows),
};
for (let row = 0; row < rows; row++)
  data.y[row] = Math.abs(data.x[3 * row] as number) - (data.x[3 * row + 1] as number);

describe('training in a thread', () => {
  it('learns, tells its progress and how long is left', async () => {
    const told: number[] = [];
    const plan = planOf();
    const state = await train(plan, data, {
      seed: 1,
      steps: 600,
      reportEvery: 100,
      onProgress: ({ loss, secondsLeft }) => told.push(loss, secondsLeft),
    });
    expect(told.length).toBe(12);
    expect(told[10]).toBeLessThan((told[0] as number) / 20);
    expect(told[11]).toBe(0);
    const one = input('x', [1, 3]);
    await using predict = await openFunction(
      { y: network(one) },
      { fixed: byName(state.parameters, plan.parameters) },
    );
    expect((await predict.run({ x: [-2, 0.5, 1] })).y?.[0]).toBeCloseTo(1.5, 0);
  });

  it('gives the same bits in one go and with pauses, dropout, decay, clipping and a schedule included', async () => {
    const plan = planOf(
      {
        optimiser: { kind: 'adamw', weightDecay: 0.01 },
        schedule: { rate: 0.02, warmUpSteps: 10, course: { kind: 'cosine', steps: 80 } },
        clipNorm: 0.5,
        decays: (name) => name.endsWith('weight'),
      },
      0.3,
    );
    const whole = await train(plan, data, { seed: 7, steps: 90 });
    const saved: Uint8Array[] = [];
    await train(plan, data, {
      seed: 7,
      steps: 40,
      saveEvery: 33,
      onSave: (state) => saved.push(encodeState(state)),
    });
    const rest = await train(plan, data, { seed: 7, steps: 90, from: decodeState(saved[0] as Uint8Array) });
    expect(decodeState(saved[0] as Uint8Array).step).toBe(33);
    expect(rest).toEqual(whole);
    const other = await train(plan, data, { seed: 8, steps: 90 });
    expect(other.parameters).not.toEqual(whole.parameters);
  });

  it('stops within a step when told to and hands out where it stands', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const stands: number[] = [];
    const run = train(planOf(), data, {
      seed: 1,
      steps: 1e9,
      reportEvery: 50,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
      onSave: ({ step }) => stands.push(step),
    });
    await expect(run).rejects.toBe(reason);
    expect(stands.length).toBe(1);
    await using trainer = await Trainer.open(planOf(), data, { seed: 1, go: Int32Array.of(0) });
    expect((await trainer.run(20)).steps).toBe(1);
  });

  it('ends with the error of whoever listens', async () => {
    const onProgress = () => {
      throw new Error('no room to write');
    };
    await expect(train(planOf(), data, { seed: 1, steps: 1e9, reportEvery: 10, onProgress })).rejects.toThrow(
      'no room to write',
    );
  });

  it('is refused before it starts when it would need more memory than it may take', async () => {
    const plan = planOf();
    const { bytes } = memoryOf(plan, rows);
    await expect(train(plan, data, { seed: 1, steps: 1, memoryLimitBytes: bytes - 1 })).rejects.toMatchObject(
      {
        code: 'TRAINING_TOO_LARGE',
      },
    );
  });

  it('is shared by threads: the step of one larger batch, the same bits each time, resumed and stopped like any', async () => {
    const half = input('x', [batch / 2, 3]);
    const target = input('y', [batch / 2, 1]);
    const objectives = { error: { loss: squaredError(network(half), target) } };
    const shared = planOf({ objectives, rows: [half, target], threads: 2 });
    const together = await train(shared, data, { seed: 3, steps: 30 });
    const alone = await train(planOf(), data, { seed: 3, steps: 30 });
    for (const [at, value] of alone.parameters.entries())
      expect(together.parameters[at]).toBeCloseTo(value, 4);
    const first = await train(shared, data, { seed: 3, steps: 11 });
    expect(await train(shared, data, { seed: 3, steps: 30, from: first })).toEqual(together);
    const controller = new AbortController();
    const stands: number[] = [];
    const run = train(shared, data, {
      seed: 3,
      steps: 1e9,
      reportEvery: 5,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
      onSave: ({ step }) => stands.push(step),
    });
    await expect(run).rejects.toThrow('enough');
    expect(stands.length).toBe(1);
  });

  it.each([1, 2])(
    'says which objective left the finite numbers, and when, on %i threads',
    async (threads) => {
      const plan = planOf({ optimiser: { kind: 'sgd' }, schedule: { rate: 1e6 }, threads });
      await expect(train(plan, data, { seed: 1, steps: 100 })).rejects.toMatchObject({
        code: 'TRAINING_DIVERGED',
        details: { objective: 'error' },
      });
    },
  );

  it('refuses data and states that do not belong to the plan', async () => {
    const plan = planOf();
    const run = (given: Record<string, Float32Array>) => train(plan, given, { seed: 1, steps: 1 });
    await expect(run({ x: data.x })).rejects.toThrow(/"y" 100 values in a Float32Array; given nothing/);
    await expect(run({ x: data.x.subarray(1), y: data.y })).rejects.toThrow(/"x" whole rows/);
    const decayed = (weightDecay: number) => ({ optimiser: { kind: 'adamw' as const, weightDecay } });
    for (const [own, other] of [
      [plan, planOf({ schedule: { rate: 0.5 } })],
      [planOf(decayed(0.1)), planOf(decayed(0.2))],
      [plan, planOf({ threads: 2 })],
    ] as const)
      await expect(
        train(own, data, { seed: 1, steps: 1, from: initialState(other, 1) }),
      ).rejects.toMatchObject({ code: 'CONFLICT' });
    for (const text of ['', 'STROMA-TRAINING-1\nnone\n', 'STROMA-TRAINING-1\n{}\n'])
      expect(() => decodeState(new TextEncoder().encode(text))).toThrow(/not a saved training/);
  });

  it('mixes objectives by their weights and leaves alone what it is not to learn', async () => {
    const parts = {
      error: { loss: squaredError(network(), y), weight: 0.5 },
      same: { loss: squaredError(network(), y), weight: 1.5 },
    };
    const changes = { learns: (name: string) => name !== 'first.weight' };
    const mixed = await train(planOf({ ...changes, objectives: parts }), data, { seed: 2, steps: 20 });
    const loss = weightedSum([{ value: squaredError(network(), y), weight: 2 }]);
    const single = planOf({ ...changes, objectives: { loss: { loss } } });
    const alone = await train(single, data, { seed: 2, steps: 20 });
    for (const [at, value] of alone.parameters.entries()) expect(mixed.parameters[at]).toBeCloseTo(value, 4);
    expect(alone.kept).toEqual(initialState(single, 2).kept);
    expect(alone.kept.length).toBe(36);
  });

  it('keeps the running means of a batch norm, step by step', async () => {
    const [scale, shift] = ['scale', 'shift'].map((name) => parameter(name, [3], initial.ones)) as [
      Tensor,
      Tensor,
    ];
    const kept = state('mean', [3], initial.zeros);
    const normed = batchNorm(x, scale, shift);
    const plan = planOf({
      objectives: { error: { loss: squaredError(sum(normed.output, [1], true), y) } },
      updates: [movingAverage(kept, normed.mean, 0.5)],
    });
    const once = await train(plan, data, { seed: 4, steps: 1 });
    const twice = await train(plan, data, { seed: 4, steps: 40 });
    const means = [0, 1, 2].map((at) =>
      data.x.filter((_, place) => place % 3 === at).reduce((a, b) => a + b / rows, 0),
    );
    for (const [at, value] of means.entries()) {
      expect(Math.abs(once.kept[at] as number)).toBeGreaterThan(0);
      expect(Math.abs((twice.kept[at] as number) - value)).toBeLessThan(0.5);
    }
  });
});

describe('dropout', () => {
  it('keeps the share it says, scaled up, another one at each step and each site', async () => {
    const key = input('#key', [], 'i32');
    const ones = filled([20_000], 1);
    await using drawn = await openFunction({
      a: dropout(ones, 0.3, 'a'),
      b: dropout(ones, 0.3, 'b'),
      key: cast(key, 'real'),
    });
    const first = await drawn.run({ '#key': [1] });
    const second = await drawn.run({ '#key': [2] });
    const share = (values: ArrayLike<number>) =>
      Array.from(values).filter((value) => value > 0).length / 20_000;
    const alike = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).filter((value, at) => value === b[at]).length / 20_000;
    for (const values of [first.a, first.b, second.a] as Float32Array[]) {
      expect(Math.abs(share(values) - 0.7)).toBeLessThan(0.015);
      expect(Math.max(...values)).toBeCloseTo(1 / 0.7, 5);
    }
    for (const other of [first.b, second.a] as Float32Array[])
      expect(Math.abs(alike(first.a as Float32Array, other) - 0.58)).toBeLessThan(0.02);
    expect(await drawn.run({ '#key': [1] })).toEqual(first);
  });
});

describe('an ONNX file', () => {
  it('holds what was learned and gives the same answer in a bare runtime', async () => {
    const plan = planOf();
    const { parameters } = initialState(plan, 5);
    const fixed = byName(parameters, plan.parameters);
    const bytes = toOnnx({ y: network() }, { fixed });
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const session = await InferenceSession.create(bytes);
    const rowsIn = data.x.slice(0, 3 * batch);
    const theirs = await session.run({ x: new Tensor('float32', rowsIn, [batch, 3]) });
    await using ours = await openFunction({ y: network() }, { fixed });
    expect(session.inputNames).toEqual(['x']);
    expect(theirs.y?.data).toEqual((await ours.run({ x: rowsIn })).y);
    await session.release();
  });

  it('takes any number of rows where it is asked to, and refuses what is not of one', async () => {
    const plan = planOf();
    const fixed = byName(initialState(plan, 5).parameters, plan.parameters);
    const one = input('x', [1, 3]);
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const session = await InferenceSession.create(
      toOnnx({ y: network(one), each: sum(one, [1]) }, { fixed, anyRows: true }),
    );
    await using ours = await openFunction({ y: network() }, { fixed });
    const rowsIn = data.x.slice(0, 3 * batch);
    const whole = (await ours.run({ x: rowsIn })).y as Float32Array;
    for (const count of [1, 5, batch]) {
      const theirs = await session.run({ x: new Tensor('float32', rowsIn.slice(0, 3 * count), [count, 3]) });
      expect(theirs.y?.dims).toEqual([count, 1]);
      expect(theirs.each?.dims).toEqual([count]);
      for (let row = 0; row < count; row++) expect(theirs.y?.data[row]).toBeCloseTo(whole[row] as number, 6);
    }
    await session.release();
    expect(() => toOnnx({ y: network() }, { fixed, anyRows: true })).toThrow(/first dimension of 1/);
  });
});
