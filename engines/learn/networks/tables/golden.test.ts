import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFunction } from '@stroma/tensor';
import { expect, it } from 'vitest';
import { predictionGraph } from '../evaluation.ts';
import { ftDefaults, ftTransformer } from './ft-transformer.ts';
import { mlp, mlpDefaults } from './mlp.ts';
import type { TableShape } from './table-architecture.ts';
import { resNetDefaults, tabularResNet } from './tabular-resnet.ts';

interface Golden {
  networks: Record<string, { parameters: Record<string, number[]>; outputs: number[] }>;
}

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/pytorch-1.13.json'), 'utf8'),
) as Golden;

/** As golden/pytorch.py has it. */
const sine = (count: number, index: number) =>
  Float64Array.from({ length: count }, (_, at) => Math.sin(1.7 * at * at + index + 0.5 + at));
const shape: TableShape = { numbers: 3, indicated: [1], codes: 2, places: 5, outputs: 2 };
const missing = [0, 1, 0, 1];
const given = {
  numbers: sine(12, 0).map((value, at) => (at % 3 === 1 && missing[(at - 1) / 3] === 1 ? 0 : value)),
  missing,
  codes: [2, 4, 0, 3, 3, 1, 2, 4],
};

it.each([
  ['mlp', mlp(shape, { ...mlpDefaults, hidden: [5, 4], embedding: 4 })],
  [
    'tabular_resnet',
    tabularResNet(shape, { ...resNetDefaults, blocks: 2, width: 6, inner: 2, embedding: 4 }),
  ],
  ['ft_transformer', ftTransformer(shape, { ...ftDefaults, blocks: 2, width: 4, heads: 2, inner: 1.25 })],
] as const)('%s gives what PyTorch gives, within 1e-9', async (name, architecture) => {
  const { parameters, outputs } = golden.networks[name] as Golden['networks'][string];
  const weights = Object.entries(parameters).map(([own, size], index) => {
    const values = sine(
      size.reduce((a, b) => a * b),
      index + 1,
    );
    return [own, own.endsWith('.variance') ? values.map((value) => Math.abs(value) + 0.5) : values];
  });
  const { output } = predictionGraph(architecture, 4);
  await using network = await openFunction(
    { output },
    { precision: 'f64', fixed: Object.fromEntries(weights) },
  );
  const ours = (await network.run(given)).output as Float64Array;
  expect(ours.length).toBe(outputs.length);
  outputs.forEach((value, at) => {
    expect(Math.abs((ours[at] as number) - value)).toBeLessThan(1e-9);
  });
});
