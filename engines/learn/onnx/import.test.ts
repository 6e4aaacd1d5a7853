import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@stroma/kernel';
import { bytesField, encode, type OnnxAttribute, type OnnxNode, writeModel } from '@stroma/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAutoml } from '../automl/automl-model.ts';
import { fitLogistic } from '../linear/logistic.ts';
import type { FeatureColumn, FeatureTable } from '../table/feature-table.ts';
import { readModelFile } from './import/model-file.ts';
import { fieldsOf } from './import/wire-reader.ts';
import { exportOnnx, exportPredictor, importOnnx, openLayer } from './index.ts';
import { classesFor, mixedTable, modelOf } from './tables.suite.ts';

/** Of scikit-learn and skl2onnx; fixtures/scikit-learn.py made it. */
const golden: Record<
  string,
  {
    file: string;
    columns: string[] | null;
    given: (number | null)[] | Record<string, (number | string)[]>;
    predicted: number[];
  }
> = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/scikit-learn.json'), 'utf8'));

function tableOf({ given, columns }: Pick<(typeof golden)[string], 'given' | 'columns'>): FeatureTable {
  const lists: Record<string, (number | string | null)[]> = Array.isArray(given)
    ? Object.fromEntries(
        (columns ?? []).map((name, at) => [
          name,
          given.filter((_, cell) => cell % (columns?.length ?? 1) === at),
        ]),
      )
    : given;
  const made = Object.entries(lists).map(([name, values]): FeatureColumn => {
    const levels = [...new Set(values.filter((value) => typeof value === 'string'))];
    return levels.length > 0
      ? {
          kind: 'category',
          name,
          levels,
          codes: Int32Array.from(values, (value) => levels.indexOf(String(value))),
        }
      : {
          kind: 'number',
          name,
          values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
        };
  });
  // Order of columns is free, and others may be there.
  const spare: FeatureColumn = {
    kind: 'text',
    name: 'notes',
    values: made[0] ? Array(lists[made[0].name]?.length).fill('') : [],
  };
  return { rows: spare.values.length, columns: [spare, ...made.reverse()] };
}

const farthest = (given: ArrayLike<number>, wanted: readonly number[]): number =>
  given.length === wanted.length
    ? wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - (given[at] as number))), 0)
    : Number.POSITIVE_INFINITY;

describe('an ONNX file of another program', () => {
  it.each([
    ['pipeline', ['ill', 'well']],
    ['forest', ['0', '10', '20']],
    ['imputed', []],
  ])('predicts as scikit-learn does: %s', async (name, classes) => {
    const own = golden[name] as (typeof golden)[string];
    await using model = await importOnnx(
      Buffer.from(own.file, 'base64'),
      own.columns === null ? {} : { columns: own.columns },
    );
    expect(model.classes).toEqual(classes);
    const { outputs, labels, values } = await model.predict(tableOf(own));
    expect(farthest(outputs, own.predicted)).toBeLessThan(1e-5);
    expect(labels === null).toBe(classes.length === 0);
    expect(values === null).toBe(classes.length > 0);
  });

  it('predicts as PyTorch does, and gives what a layer of its network says', async () => {
    const own: { file: string; given: number[]; predicted: number[]; layer: number[] } = JSON.parse(
      readFileSync(join(import.meta.dirname, 'fixtures/pytorch.json'), 'utf8'),
    );
    const bytes = Buffer.from(own.file, 'base64');
    const columns = Array.from({ length: 10 }, (_, at) => `point ${at}`);
    const table = tableOf({ ...own, columns });
    await using model = await importOnnx(bytes, { columns, classes: ['a', 'b', 'c'], scores: 'logits' });
    expect(farthest((await model.predict(table)).outputs, own.predicted)).toBeLessThan(1e-5);
    await using layer = await openLayer(bytes, '/2/Flatten', { columns });
    const features = await layer.features(table);
    const byRow = own.layer.map((_, cell) => features.columns[cell % 24]?.[Math.floor(cell / 24)] as number);
    expect(farthest(byRow, own.layer)).toBeLessThan(1e-5);
  });

  it('names every column that is missing or of another kind', async () => {
    const own = golden.pipeline as (typeof golden)[string];
    await using model = await importOnnx(Buffer.from(own.file, 'base64'));
    expect(model.schema).toEqual([
      { name: 'glucose', kind: 'number' },
      { name: 'age', kind: 'number' },
      { name: 'site', kind: 'category' },
    ]);
    const table = tableOf(own);
    const of = (columns: FeatureColumn[]) => model.predict({ rows: table.rows, columns });
    const [glucose, age, site] = ['glucose', 'age', 'site'].map(
      (name) => table.columns.find((column) => column.name === name) as FeatureColumn,
    );
    await expect(of([{ ...site, name: 'age' } as FeatureColumn, glucose as FeatureColumn])).rejects.toThrow(
      /missing: "site"; of texts where numbers were expected: "age"/,
    );
    const gap = {
      ...age,
      values: Float64Array.from({ length: table.rows }, () => Number.NaN),
    } as FeatureColumn;
    await expect(of([glucose, gap, site] as FeatureColumn[])).rejects.toThrow(
      /Whole numbers .* "age", none missing; row 1 holds none/,
    );
    // It goes on after a refusal.
    expect((await model.predict(table)).labels).toHaveLength(table.rows);
  });
});

describe('a file of ours', () => {
  it('comes back as what it was, by one process and in many batches', async () => {
    const rows = 60;
    const table = mixedTable(rows, 7, 0);
    const target = classesFor(rows, 3, seededRandom(1));
    const configurations = [{ id: 'linear', family: 'linear' as const, settings: {} }];
    const model = loadAutoml(
      modelOf(table, target, { configurations, combine: 'blend', calibration: { kind: 'none' } }),
    );
    await using back = await importOnnx(exportOnnx(model).bytes);
    const many = mixedTable(5_000, 8, 2);
    const [wanted, read] = [model.predict(many), await back.predict(many)];
    expect(back.classes).toEqual(['class 0', 'class 1', 'class 2']);
    expect(farthest(read.outputs, [...wanted.outputs])).toBeLessThan(1e-9);
    expect(read.labels).toEqual(wanted.labels);
  });
});

type Nodes = readonly OnnxNode<OnnxAttribute>[];
const node = (
  op: string,
  attributes: OnnxNode<OnnxAttribute>['attributes'] = {},
  domain?: string,
): OnnxNode<OnnxAttribute> => ({
  op,
  inputs: ['x'],
  outputs: ['y'],
  attributes,
  ...(domain === undefined ? {} : { domain }),
});
const fileOf = (nodes: Nodes, shape: (number | string)[] = ['N', 2]): Uint8Array =>
  writeModel(
    {
      name: 'g',
      nodes,
      constants: [],
      inputs: [{ name: 'x', type: 'f32', shape }],
      outputs: [{ name: 'y', type: 'f32', shape }],
    },
    'f32',
  );
const columns = ['a', 'b'];

describe('what is not let in', () => {
  /** A tensor whose numbers stand in another file, as a constant of the graph or of a node of a graph in a node. */
  const external = [
    bytesField(8, 'w'),
    bytesField(13, [bytesField(1, 'location'), bytesField(2, '../../etc/passwd')]),
  ];
  const graphWith = (bytes: Uint8Array, more: ReturnType<typeof bytesField>) =>
    encode(
      [...fieldsOf(bytes)].map((field) =>
        field.number === 7 ? bytesField(7, [field.bytes, more]) : field.whole,
      ),
    );

  it('reads no other file, wherever its name stands', async () => {
    const plain = fileOf([node('Identity')]);
    const inner = bytesField(1, [
      bytesField(4, 'If'),
      bytesField(5, [bytesField(1, 'then_branch'), bytesField(6, bytesField(5, external))]),
    ]);
    const refused = /names another file/;
    await expect(importOnnx(graphWith(plain, bytesField(5, external)), { columns })).rejects.toThrow(refused);
    await expect(importOnnx(graphWith(plain, inner), { columns })).rejects.toThrow(refused);
    // A graph given twice is joined by those that read it.
    await expect(
      importOnnx(encode([plain, bytesField(7, bytesField(5, external))]), { columns }),
    ).rejects.toThrow(refused);
  });

  it.each([
    ['custom operators', fileOf([node('Spell', {}, 'org.example')]), /"Spell" of "org.example"/],
    [
      'what opens files by a name the file defines itself',
      encode([
        fileOf([node('EPContext', {}, 'com.microsoft')]),
        bytesField(25, [bytesField(1, 'EPContext'), bytesField(10, 'com.microsoft')]),
      ]),
      /"EPContext" of "com.microsoft"/,
    ],
    ['what opens files', fileOf([node('EPContext', {}, 'com.microsoft')]), /"EPContext" of "com.microsoft"/],
    [
      'shapes nobody knows',
      fileOf([node('Identity')], ['N', 'M']),
      /a known number of columns, .* "x": float32 \[N, M\]/,
    ],
    ['pictures', fileOf([node('Identity')], ['N', 3, 224, 224]), /a known number of columns, at most 30000/],
    ['what is no ONNX file', new TextEncoder().encode('MZ this is a program'), /An ONNX file was expected/],
    ['nothing', new Uint8Array(), /An ONNX file was expected/],
  ] as [string, Uint8Array, RegExp][])('%s', async (_, bytes, refused) => {
    await expect(importOnnx(bytes, { columns })).rejects.toThrow(refused);
  });

  it('asks for the names of columns side by side, and for what is too large', async () => {
    await expect(importOnnx(fileOf([node('Identity')]))).rejects.toThrow(
      /Give their names in that order as "columns"/,
    );
    await expect(importOnnx(fileOf([node('Identity')]), { columns, mostBytes: 10 })).rejects.toThrow(
      /at most 10 are read/,
    );
  });

  it('tells scores from probabilities', async () => {
    await using plain = await importOnnx(fileOf([node('Identity')]), { columns, classes: ['no', 'yes'] });
    const scores = columns.map(
      (name): FeatureColumn => ({ kind: 'number', name, values: Float64Array.of(3) }),
    );
    await expect(plain.predict({ rows: 1, columns: scores })).rejects.toThrow(
      /expected to hold probabilities/,
    );
  });

  it('ends a model that does not end, and opens it anew', async () => {
    const body = {
      name: 'body',
      nodes: [{ op: 'Identity', inputs: ['go'], outputs: ['on'], attributes: {} }],
      constants: [],
      inputs: [
        { name: 'i', type: 'i64', shape: [] },
        { name: 'go', type: 'bool', shape: [] },
        { name: 'v', type: 'f32', shape: ['N', 2] },
      ],
      outputs: [
        { name: 'on', type: 'bool', shape: [] },
        { name: 'v', type: 'f32', shape: ['N', 2] },
      ],
    } as const;
    const endless = writeModel(
      {
        name: 'g',
        nodes: [
          { op: 'ReduceMax', inputs: ['x'], outputs: ['most'], attributes: { keepdims: { int: 0 } } },
          { op: 'Greater', inputs: ['most', 'zero'], outputs: ['yes'], attributes: {} },
          { op: 'Loop', inputs: ['', 'yes', 'x'], outputs: ['y'], attributes: { body: { graph: body } } },
        ],
        constants: [{ name: 'zero', type: 'f32', shape: [], values: [0] }],
        inputs: [{ name: 'x', type: 'f32', shape: ['N', 2] }],
        outputs: [{ name: 'y', type: 'f32', shape: ['N', 2] }],
      },
      'f32',
    );
    await using model = await importOnnx(endless, { columns, classes: ['a', 'b'] });
    const table = (value: number): FeatureTable => ({
      rows: 1,
      columns: [
        { kind: 'number', name: 'a', values: Float64Array.of(value) },
        { kind: 'number', name: 'b', values: Float64Array.of(1 - value) },
      ],
    });
    const ending = new AbortController();
    const asked = model.predict(table(1), { signal: ending.signal });
    setTimeout(() => ending.abort(new Error('not wanted')), 50);
    await expect(asked).rejects.toThrow('not wanted');
    await expect(
      model.predict({
        rows: 1,
        columns: table(-1).columns.map((own) => ({ ...own, values: Float64Array.of(-1) }) as FeatureColumn),
      }),
    ).rejects.toThrow(/probabilities/);
  });

  it('waits no longer than it may', async () => {
    await expect(importOnnx(fileOf([node('Identity')]), { columns, timeoutMs: 1 })).rejects.toThrow(
      /did not open within 1 ms/,
    );
  });

  it('takes any bytes for a file or refuses them, and never fails otherwise', () => {
    const whole = exportPredictor(
      fitLogistic(
        {
          rows: 4,
          names: columns,
          columns: [Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 0, 1, 1)],
          categories: [0, 0],
        },
        { kind: 'class', classes: 2, codes: Int32Array.of(0, 1, 0, 1) },
        { seed: 1 },
      ).save(),
    ).bytes;
    const spoilt = fc
      .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
      .map(([at, byte, end]) => {
        const bytes = whole.slice(0, at % 2 === 0 ? whole.length : end);
        if (at < bytes.length) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        try {
          readModelFile(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'MODEL_INVALID' });
        }
      }),
      { numRuns: 300 },
    );
  });
});
