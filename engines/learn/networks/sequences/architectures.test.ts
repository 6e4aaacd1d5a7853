import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constant, input, openFunction, type Tensor } from '@stroma/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SequenceNetwork } from './sequence-network.ts';
import { sequenceNetwork } from './sequence-settings.ts';

/** Of PyTorch 1.13, in double; golden/pytorch.py holds the modules and how their parameters are made. */
const golden: { networks: Record<string, { parameters: Record<string, number[]>; outputs: number[] }> } =
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden/pytorch-1.13.json'), 'utf8'));

const numbers = (shape: readonly number[], index: number): Float64Array =>
  Float64Array.from({ length: shape.reduce((size, each) => size * each, 1) }, (_, at) =>
    Math.sin(1.7 * at * at + index + 0.5 + at),
  );

const networks: Record<string, SequenceNetwork> = {
  convolution1d: sequenceNetwork({ kind: 'convolution_1d', width: 4, blocks: 2, kernel: 3 }),
  lstm: sequenceNetwork({ kind: 'lstm', hidden: 4, layers: 2 }),
  gru: sequenceNetwork({ kind: 'gru', hidden: 4, layers: 2 }),
  transformer: sequenceNetwork({ kind: 'transformer_encoder', width: 4, heads: 2, layers: 1, hidden: 8 }),
};
const mode = { outputs: 2, dropoutRate: 0 };
const names = Object.keys(networks);
const parametersOf = (name: string) =>
  Object.fromEntries(
    Object.entries(golden.networks[name]?.parameters ?? {}).map(([key, shape], at) => [
      key,
      numbers(shape, at + 1),
    ]),
  );

/** What a network with the parameters of the golden values gives. */
async function given(name: string, x: ArrayLike<number>, steps: number, lengths: readonly number[] | null) {
  const rows = x.length / steps / 2;
  const held = lengths === null ? null : constant([...lengths], [rows], 'i32');
  const y = (networks[name] as SequenceNetwork)(input('x', [rows, steps, 2]), held, mode) as Tensor;
  await using run = await openFunction({ y }, { precision: 'f64' });
  const parameters = parametersOf(name);
  expect(run.inputs.map((each) => each.name).sort()).toEqual(['x', ...Object.keys(parameters)].sort());
  return [...((await run.run({ x, ...parameters })).y as Float64Array)];
}

const near = (own: readonly number[], other: readonly number[]) => {
  expect(own.length).toBe(other.length);
  own.forEach((value, at) => {
    expect(value).toBeCloseTo(other[at] as number, 9);
  });
};

describe.each(names)('%s', (name) => {
  it('gives what PyTorch does, for rows of several lengths', async () => {
    const outputs = await given(name, numbers([3, 6, 2], 0), 6, [6, 4, 1]);
    near(outputs, golden.networks[name]?.outputs ?? []);
  });

  it('never looks past the length of a row', async () => {
    const row = fc.record({
      values: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 }),
      past: fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 8, maxLength: 8 }),
      length: fc.integer({ min: 1, max: 4 }),
    });
    const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 2 }), async (rows) => {
      const lengths = rows.map(({ length }) => length);
      const padded = rows.flatMap(({ values, past, length }) =>
        [...values, ...past].map((_, at) => (at < 2 * length ? values[at] : past[at % 8]) as number),
      );
      const together = await given(name, padded, 8, lengths);
      const alone: number[] = [];
      for (const { values, length } of rows)
        alone.push(...(await given(name, values.slice(0, 2 * length), length, null)));
      near(together, alone);
    });
    await fc.assert(property, { numRuns: Number(process.env.STROMA_TEST_NETWORK_RUNS ?? 3) });
  });
});
