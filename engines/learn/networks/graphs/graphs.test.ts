import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constant, input, openFunction } from '@stroma/tensor';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../../scripts/shared-data.ts';
import type { NetworkTrainingState } from '../training-options.ts';
import { type Graph, type GraphKind, prepareEdges } from './graph.ts';
import { nodeNetwork, wholeGraphNetwork } from './graph-network.ts';
import { fitGraphNetwork, fitNodeNetwork, loadGraphNetwork, loadNodeNetwork } from './index.ts';

/** Of PyTorch 1.13, in double; golden/pytorch.py holds the formulas and how the parameters are made. */
const golden: { networks: Record<GraphKind, { parameters: Record<string, number[]>; outputs: number[] }> } =
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden/pytorch-1.13.json'), 'utf8'));
const kinds = ['gcn', 'sage', 'gat'] as const;
const mode = { outputs: 2, dropoutRate: 0 };

const numbers = (shape: readonly number[], index: number): Float64Array =>
  Float64Array.from({ length: shape.reduce((size, each) => size * each, 1) }, (_, at) =>
    Math.sin(1.7 * at * at + index + 0.5 + at),
  );
const parametersOf = (kind: GraphKind) =>
  Object.fromEntries(
    Object.entries(golden.networks[kind].parameters).map(([name, shape], at) => [
      name,
      numbers(shape, at + 1),
    ]),
  );
const shapeOf = (kind: GraphKind) => ({ kind, width: 4, layers: 2, heads: 2 });

const example: Graph = {
  nodes: 6,
  features: numbers([6, 3], 0),
  source: Int32Array.of(0, 1, 2, 2, 3),
  target: Int32Array.of(1, 2, 0, 3, 4),
  weights: Float64Array.of(1, 2, 0.5, 1, 3),
};

const edgesOf = (graph: Graph, kind: GraphKind) => {
  const { source, target, weight } = prepareEdges(graph, kind, false);
  return source.length > 0
    ? { source, target, weight }
    : { source: new Int32Array(1), target: new Int32Array(1), weight: new Float32Array(1) };
};

/** What the network with the parameters of the golden values gives each node. */
async function ofNodes(kind: GraphKind, graph: Graph): Promise<number[][]> {
  const { source, target, weight } = edgesOf(graph, kind);
  const list = (values: ArrayLike<number>) => constant(Array.from(values), [values.length], 'i32');
  const asked = list(Array.from({ length: graph.nodes }, (_, node) => node));
  const edges = { source: list(source), target: list(target), weight: constant(Float64Array.from(weight)) };
  const y = nodeNetwork(shapeOf(kind))(input('x', [graph.nodes, 3]), edges, asked, mode);
  const fixed = parametersOf(kind);
  await using run = await openFunction({ y }, { precision: 'f64', fixed });
  expect(run.inputs.map(({ name }) => name)).toEqual(['x']);
  const all = (await run.run({ x: graph.features })).y ?? [];
  return Array.from({ length: graph.nodes }, (_, node) => [...all.slice(2 * node, 2 * node + 2)]);
}

/** What it gives the whole graph, padded. */
async function ofGraph(kind: GraphKind, graph: Graph, nodes: number, more: number): Promise<number[]> {
  const own = edgesOf(graph, kind);
  const edges = own.source.length + more;
  const padded = (values: ArrayLike<number>, size: number) => [
    ...Array.from(values),
    ...new Array<number>(size - values.length).fill(0),
  ];
  const list = (values: ArrayLike<number>) => constant(padded(values, edges), [1, edges], 'i32');
  const y = wholeGraphNetwork(shapeOf(kind))(
    {
      x: input('x', [1, nodes, 3]),
      source: list(own.source),
      target: list(own.target),
      weight: constant(padded(own.weight, edges), [1, edges]),
      share: constant(padded(new Array<number>(graph.nodes).fill(1 / graph.nodes), nodes), [1, nodes]),
    },
    mode,
  );
  await using run = await openFunction({ y }, { precision: 'f64', fixed: parametersOf(kind) });
  return [...((await run.run({ x: padded(graph.features, 3 * nodes) })).y ?? [])];
}

/** Weights of edges are in single precision. */
const near = (own: readonly number[], other: readonly number[]) => {
  expect(own.length).toBe(other.length);
  own.forEach((value, at) => {
    expect(Math.abs(value - (other[at] as number))).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
  });
};

function renumbered({ nodes, features, source, target }: Graph, places: readonly number[]): Graph {
  const moved = new Float64Array(features.length);
  places.forEach((place, node) => {
    moved.set(features.subarray(3 * node, 3 * node + 3), 3 * place);
  });
  const at = (node: number) => places[node] as number;
  return { nodes, features: moved, source: target.map(at), target: source.map(at) };
}

const anyGraph = fc.integer({ min: 1, max: 6 }).chain((nodes) => {
  const node = fc.integer({ min: 0, max: nodes - 1 });
  return fc.record({
    graph: fc
      .record({
        features: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
          minLength: 3 * nodes,
          maxLength: 3 * nodes,
        }),
        edges: fc.array(fc.tuple(node, node), { maxLength: 8 }),
      })
      .map(({ features, edges }) => ({
        nodes,
        features: Float64Array.from(features),
        source: Int32Array.from(edges, ([from]) => from),
        target: Int32Array.from(edges, ([, to]) => to),
      })),
    places: fc.shuffledSubarray(
      Array.from({ length: nodes }, (_, at) => at),
      { minLength: nodes, maxLength: nodes },
    ),
    more: fc.integer({ min: 0, max: 3 }),
  });
});
const numRuns = Number(process.env.STROMA_TEST_NETWORK_RUNS ?? 4);

describe.each(kinds)('%s', (kind) => {
  it('gives what PyTorch does with matrices of nodes x nodes', async () => {
    near((await ofNodes(kind, example)).flat(), golden.networks[kind].outputs);
  });

  it('answers alike for nodes in any order, and for graphs with any room', async () => {
    const property = fc.asyncProperty(anyGraph, async ({ graph, places, more }) => {
      const other = renumbered(graph, places);
      const [own, moved] = [await ofNodes(kind, graph), await ofNodes(kind, other)];
      near(
        own.flat(),
        places.flatMap((place) => moved[place] as number[]),
      );
      const whole = await ofGraph(kind, graph, graph.nodes, 0);
      near(whole, await ofGraph(kind, other, graph.nodes + more, more));
    });
    await fc.assert(property, { numRuns });
  });
});

const tcga = sharedData('omics/breast_tcga');
const options = { seed: 1, validation: 0, rate: 0.02, width: 16 };
const ring = (nodes: number, chord: boolean): Graph => ({
  nodes,
  features: Float64Array.from({ length: nodes }, (_, node) => node % 2),
  source: Int32Array.from({ length: nodes + (chord ? 1 : 0) }, (_, at) => (at < nodes ? at : 0)),
  target: Int32Array.from({ length: nodes + (chord ? 1 : 0) }, (_, at) =>
    at < nodes ? (at + 1) % nodes : 2,
  ),
});

const likeliest = (outputs: Float64Array, classes: number) =>
  Array.from({ length: outputs.length / classes }, (_, row) => {
    const own = outputs.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });

describe('fitNodeNetwork', () => {
  it.skipIf(tcga === null)(
    'tells subtypes of tumours from 30 that are known, better with its neighbours than alone',
    async () => {
      const { graph, target } = tumours(tcga as string);
      const known = Uint32Array.from({ length: 30 }, (_, at) => 5 * at);
      const correct = async (given: Graph) => {
        const fit = { ...options, kind: 'gcn' as const, known, steps: 60, dropout: 0.3 };
        await using network = await fitNodeNetwork(given, target, fit);
        const found = likeliest(await network.predict(given), target.classes);
        await using loaded = loadNodeNetwork(structuredClone(network.save()));
        expect(await loaded.predict(given)).toEqual(await network.predict(given));
        const others = found.map((code, node) => (node % 5 === 0 ? 0 : Number(code === target.codes[node])));
        return others.reduce((sum, each) => sum + each, 0) / 120;
      };
      const none = { source: new Int32Array(0), target: new Int32Array(0) };
      const together = await correct(graph);
      expect(together).toBeGreaterThan(0.84);
      expect(together).toBeGreaterThan(await correct({ ...graph, ...none }));
    },
  );

  it('chooses by the nodes held out, and answers for a graph it has not seen', async () => {
    const graph = ring(40, false);
    const values = Float64Array.from({ length: 40 }, (_, node) => 100 + (node % 2));
    const validation = Uint32Array.of(1, 2, 3, 4);
    const target = { kind: 'number' as const, values };
    const fit = { ...options, kind: 'sage' as const, validation, epochs: 80, layers: 1 };
    await using network = await fitNodeNetwork(graph, target, fit);
    expect(network.notes.held_out_rows).toBe(4);
    // Ended after thirty steps and gone on with, it is the same to the bit.
    const go = Int32Array.of(1);
    const states: NetworkTrainingState[] = [];
    const cut = fitNodeNetwork(graph, target, {
      ...fit,
      go,
      onProgress: ({ step }) => {
        if (step >= 30) go[0] = 0;
      },
      onState: (state) => states.push(state),
    });
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' });
    const resumed = await fitNodeNetwork(graph, target, {
      ...fit,
      from: states.at(-1) as NetworkTrainingState,
    });
    expect(resumed.save()).toEqual(network.save());
    const predicted = await network.predict(ring(12, false));
    predicted.forEach((value, node) => {
      expect(Math.abs(value - 100 - (node % 2))).toBeLessThan(0.1);
    });
  });
});

const structures = sharedData('structures');
const folds = sharedData('golden/structures.json');

describe('fitGraphNetwork', () => {
  it.skipIf(structures === null || folds === null).each(kinds)(
    'by %s, knows the helices of ubiquitin by what touches what, from those of lysozyme',
    async (kind) => {
      const { graphs, target } = stretches('1aki');
      await using network = await fitGraphNetwork(graphs, target, { ...options, kind, steps: 80, batch: 32 });
      const others = stretches('1ubq');
      const predicted = await network.predict(others.graphs);
      const correct = others.target.codes.filter((code, row) => (predicted[2 * row + code] as number) > 0.5);
      // 83 in 100 are no helix.
      expect(correct.length / others.graphs.length).toBeGreaterThan(0.9);
    },
  );

  it('learns which rings have a chord, answers for larger ones, and reads itself back', async () => {
    const kind = 'gcn' as const;
    const graphs = Array.from({ length: 24 }, (_, at) => ring(6 + 2 * (at % 3), at % 2 === 1));
    const codes = Int32Array.from(graphs, (_, at) => at % 2);
    const target = { kind: 'class' as const, codes, classes: 2 };
    await using network = await fitGraphNetwork(graphs, target, { ...options, kind, steps: 80 });
    const others = [ring(6, true), ring(8, false), ring(12, false), ring(10, true)];
    const predicted = await network.predict(others);
    expect(likeliest(predicted, 2)).toEqual([1, 0, 0, 1]);
    await using loaded = loadGraphNetwork(structuredClone(network.save()));
    expect(await loaded.predict(others)).toEqual(predicted);
    // A bare runtime gives the same by the ONNX file.
    const [graph] = others as [Graph];
    const { source, target: into, weight } = prepareEdges(graph, kind, false);
    const size = { batch: 'any' as const, nodes: graph.nodes, edges: source.length };
    const session = await InferenceSession.create(network.toOnnx(size), { logSeverityLevel: 3 });
    const share = new Float32Array(graph.nodes).fill(1 / graph.nodes);
    const { prediction } = await session.run({
      x: new Tensor('float32', Float32Array.from(graph.features), [1, graph.nodes, 1]),
      source: new Tensor('int32', source, [1, size.edges]),
      target: new Tensor('int32', into, [1, size.edges]),
      weight: new Tensor('float32', weight, [1, size.edges]),
      share: new Tensor('float32', share, [1, graph.nodes]),
    });
    await session.release();
    expect(prediction?.data[1]).toBeCloseTo(predicted[1] as number, 4);
  });

  it.each([
    [{ ...example, features: example.features.subarray(1) }, /Graph 1 of 6 nodes .* given 17/],
    [{ ...example, target: example.target.with(2, 6) }, /Edge 2 of Graph 1 runs from 2 to 6/],
    [{ ...example, weights: new Float64Array(5) }, /Edge 0 of Graph 1 weighs 0/],
    [{ ...example, features: numbers([6, 4], 0) }, /graph 1 have 4 features, those of graph 2 have 3/],
    [{ ...example, features: example.features.with(0, Number.POSITIVE_INFINITY) }, /infinite/],
  ])('says what does not fit (%#)', async (graph, message) => {
    const target = { kind: 'number' as const, values: Float64Array.of(1, 2) };
    const run = fitGraphNetwork([graph, example], target, { ...options, kind: 'gcn' });
    await expect(run).rejects.toThrow(message);
  });
});

/** Stretches of seven residues of chain A, joined where they are within 7 angstrom, and whether the middle is of a helix. */
function stretches(id: string) {
  const places = readFileSync(join(structures as string, `${id}.pdb`), 'utf8')
    .split('\n')
    .filter((line) => /^ATOM.{9}CA /.test(line) && line[21] === 'A')
    .map((line) => [30, 38, 46].map((from) => Number(line.slice(from, from + 8))));
  const all = JSON.parse(readFileSync(folds as string, 'utf8')).structures;
  const fold: string = all[`${id}.pdb`].dssp_by_chain.A;
  const apart = (a: number[], b: number[]) => Math.hypot(...a.map((each, at) => each - (b[at] as number)));
  const graphs = places.slice(3, -3).map((_, from): Graph => {
    const own = places.slice(from, from + 7);
    const pairs = own.flatMap((a, i) =>
      own.flatMap((b, j) => (i < j && apart(a, b) < 7 ? [[i, j] as const] : [])),
    );
    return {
      nodes: 7,
      features: Float64Array.from(own, (__, at) => Math.abs(at - 3)),
      source: Int32Array.from(pairs, ([i]) => i),
      target: Int32Array.from(pairs, ([, j]) => j),
    };
  });
  const codes = Int32Array.from(graphs, (_, at) => Number(fold[at + 3] === 'H'));
  return { graphs, target: { kind: 'class' as const, codes, classes: 2 } };
}

/** Tumours beside those most like them in their micro-RNA; of each, twenty genes; and which subtype it is. */
function tumours(folder: string) {
  const table = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.replaceAll('"', '').split(',').slice(1));
  const profiles = table('train_mirna.csv').map((row) => standard(row.map(Number)));
  const near = profiles.flatMap((own, node) =>
    profiles
      .map((other, at) => ({ at, likeness: own.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0) }))
      .filter(({ at }) => at !== node)
      .sort((a, b) => b.likeness - a.likeness)
      .slice(0, 5)
      .map(({ at }) => ({ at, node })),
  );
  const labels = table('train_labels.csv').map(([label]) => label as string);
  const names = [...new Set(labels)].sort();
  const graph: Graph = {
    nodes: labels.length,
    features: Float64Array.from(table('train_mrna.csv').flatMap((row) => row.slice(0, 20).map(Number))),
    source: Int32Array.from(near, ({ at }) => at),
    target: Int32Array.from(near, ({ node }) => node),
  };
  const codes = Int32Array.from(labels, (label) => names.indexOf(label));
  return { graph, target: { kind: 'class' as const, codes, classes: names.length } };
}

function standard(values: number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const norm = Math.hypot(...values.map((value) => value - mean));
  return values.map((value) => (value - mean) / norm);
}
