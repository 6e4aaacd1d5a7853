import { createHash } from 'node:crypto';
import { seededRandom } from '@stroma/kernel';
import { writeModel } from '@stroma/tensor';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import { fitElasticNet } from '../linear/elastic-net.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import {
  type BaseModelCard,
  baseModels,
  fitTransfer,
  loadTransfer,
  type ModelFolder,
  openLayer,
} from './index.ts';

const [width, hidden] = [4, 6];
const random = seededRandom(1);
const weights = Float64Array.from({ length: width * hidden }, () => random.normal());

/** Two layers, the first of which bends; what it ends in is of another task. */
const file = writeModel(
  {
    name: 'base',
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['turned'], attributes: {} },
      { op: 'Relu', inputs: ['turned'], outputs: ['hidden'], attributes: {} },
      { op: 'MatMul', inputs: ['hidden', 'v'], outputs: ['y'], attributes: {} },
    ],
    constants: [
      { name: 'w', type: 'f64', shape: [width, hidden], values: weights },
      { name: 'v', type: 'f64', shape: [hidden, 1], values: new Float64Array(hidden).fill(1) },
    ],
    inputs: [{ name: 'x', type: 'f64', shape: ['N', width] }],
    outputs: [{ name: 'y', type: 'f64', shape: ['N', 1] }],
  },
  'f64',
);

const names = ['a', 'b', 'c', 'd'];
const tableOf = (rows: number, shift: number): FeatureTable => ({
  rows,
  columns: names.map((name) => ({
    kind: 'number',
    name,
    values: Float64Array.from({ length: rows }, () => shift + random.normal()),
  })),
});

function hiddenOf({ rows, columns }: FeatureTable): Float64Array[] {
  return Array.from({ length: hidden }, (_, unit) =>
    Float64Array.from({ length: rows }, (_, row) =>
      Math.max(
        0,
        columns.reduce(
          (sum, column, at) =>
            sum +
            Number(column.kind === 'number' && column.values[row]) * (weights[at * hidden + unit] as number),
          0,
        ),
      ),
    ),
  );
}

const answersOf = (table: FeatureTable): Float64Array => {
  const units = hiddenOf(table);
  return Float64Array.from(
    { length: table.rows },
    (_, row) =>
      units.reduce((sum, own, at) => sum + (at % 2 === 0 ? 1 : -1) * (own[row] as number), 0) +
      0.05 * random.normal(),
  );
};

const reference = tableOf(120, 0);
const card: BaseModelCard = {
  format: 'stroma-base-model',
  version: 1,
  name: 'bends',
  description: 'Bends of four measures',
  model: { file: 'model.onnx', sha256: createHash('sha256').update(file).digest('hex') },
  columns: names,
  layer: 'hidden',
  data: { description: 'drawn', source: 'this test', rows: 1000 },
  licence: 'CC0-1.0',
  metrics: [{ name: 'rmse', value: 0.1, data: 'drawn' }],
  reference: Object.fromEntries(
    reference.columns.map((column) => [column.name, column.kind === 'number' ? [...column.values] : []]),
  ),
};

const folderOf = (files: Readonly<Record<string, string | Uint8Array>>): ModelFolder => ({
  list: async () => Object.keys(files),
  read: async (path) => {
    const own = files[path] ?? '';
    return typeof own === 'string' ? new TextEncoder().encode(own) : own;
  },
});
const folder = folderOf({
  'bends/card.json': JSON.stringify(card),
  'bends/model.onnx': file,
  'swapped/card.json': JSON.stringify({ ...card, name: 'swapped' }),
  'swapped/model.onnx': Uint8Array.of(1, 2, 3),
  'bare/card.json': JSON.stringify({ ...card, licence: '', metrics: [], data: undefined }),
  'leads-out/card.json': JSON.stringify({ ...card, model: { ...card.model, file: '../bends/model.onnx' } }),
  'broken/card.json': '{',
});

const share = (predicted: Float64Array, truth: Float64Array): number => {
  const mean = truth.reduce((sum, own) => sum + own / truth.length, 0);
  const left = truth.reduce((sum, own, at) => sum + (own - (predicted[at] as number)) ** 2, 0);
  return 1 - left / truth.reduce((sum, own) => sum + (own - mean) ** 2, 0);
};

describe('base models', () => {
  it('are those of a folder that tell their data, licence and metrics', async () => {
    const { models, refused } = await baseModels(folder);
    expect(models.map((own) => own.card.name)).toEqual(['bends', 'swapped']);
    expect(refused.map(({ path, why }) => [path, ...(why.match(/"(\w+)" must be/g) ?? [])])).toEqual([
      ['bare/card.json', '"data" must be', '"licence" must be', '"metrics" must be'],
      ['broken/card.json'],
      ['leads-out/card.json', '"model" must be'],
    ]);
    await expect(models[1]?.bytes()).rejects.toThrow(/of SHA-256 .* was expected/);
  });

  it('give what a layer says, named by its output', async () => {
    await using layer = await openLayer(file, 'hidden', { columns: names });
    const { columns } = await layer.features(reference);
    hiddenOf(reference).forEach((own, at) => {
      const most = own.reduce(
        (worst, value, row) => Math.max(worst, Math.abs(value - (columns[at]?.[row] as number))),
        0,
      );
      expect(most).toBeLessThan(1e-12);
    });
    await expect(openLayer(file, 'pooled', { columns: names })).rejects.toThrow(
      /no layer "pooled"; its last ones are "turned", "hidden", "y"/,
    );
  });

  it('let few rows learn what their columns alone do not tell, and are kept with their head', async () => {
    const [base, swapped] = (await baseModels(folder)).models;
    if (base === undefined || swapped === undefined) throw new Error('two were expected');
    const [few, many] = [tableOf(60, 0), tableOf(300, 0)];
    const target: Target = { kind: 'number', values: answersOf(few) };
    await using model = await fitTransfer(base, few, target, { seed: 1 });
    const predicted = await model.predict(many);
    const matrix = (table: FeatureTable) => ({
      rows: table.rows,
      names,
      categories: names.map(() => 0),
      columns: table.columns.map((column) => (column.kind === 'number' ? column.values : new Float64Array())),
    });
    const plain = fitElasticNet(matrix(few), target, { seed: 1 }).predict(matrix(many));
    const truth = answersOf(many);
    expect(share(predicted, truth)).toBeGreaterThan(0.99);
    expect(share(plain, truth)).toBeLessThan(0.9);
    await using again = await loadTransfer(structuredClone(model.save()), base);
    expect(await again.predict(many)).toEqual(predicted);
    const other = { ...swapped, card: { ...swapped.card, model: { ...card.model, sha256: 'f'.repeat(64) } } };
    await expect(loadTransfer(model.save(), other)).rejects.toThrow(/"bends" of SHA-256/);
  });

  it('tell rows that are not like those they were trained on', async () => {
    const [base] = (await baseModels(folder)).models;
    if (base === undefined) throw new Error('one was expected');
    const shiftOf = async (table: FeatureTable) => {
      const codes = Int32Array.from(answersOf(table), (value, at) => (at < 4 ? at % 2 : value > 0 ? 1 : 0));
      await using model = await fitTransfer(base, table, { kind: 'class', classes: 2, codes }, { seed: 1 });
      expect(model.outputs).toBe(2);
      return model.shift;
    };
    const [alike, other] = [await shiftOf(tableOf(80, 0)), await shiftOf(tableOf(80, 1.5))];
    expect(alike?.p_value).toBeGreaterThan(0.01);
    expect(other?.p_value).toBeLessThanOrEqual(0.01);
    expect(other?.mmd).toBeGreaterThan(10 * Math.abs(alike?.mmd ?? 0));
    const outside = (own: typeof alike) => own?.outside.reduce((sum, each) => sum + each.share, 0) ?? 0;
    expect(outside(other)).toBeGreaterThan(outside(alike));
  });
});
