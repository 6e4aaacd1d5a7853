/**
 * Boosted trees and a random forest against scikit-learn on the same table and as many threads; what explaining and
 * predicting one row take. BENCH_PYTHON names an interpreter that has scikit-learn (python3 otherwise).
 *   node bench/trees.ts [rounds]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { seededRandom } from '@stroma/kernel';
import { explainTrees, fitBoostedTrees, fitRandomForest, TreeThreads } from '@stroma/learn';
import { inTurns, median, print, printNoise, quantile, round, timed } from './measure.ts';

const rounds = Number(process.argv[2] ?? 3);
const threads = 2;
const width = 20;

interface Table {
  matrix: { rows: number; names: string[]; columns: Float64Array[]; categories: number[] };
  codes: Int32Array;
}

/** Twenty normals; what they say of the class is bent, crossed and noisy. */
function makeTable(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  const columns = Array.from({ length: width }, () =>
    Float64Array.from({ length: rows }, () => random.normal()),
  );
  const codes = Int32Array.from({ length: rows }, (_, row) => {
    const x = (column: number) => columns[column]?.[row] as number;
    const pull =
      x(0) + 0.5 * x(1) * x(2) + Math.sin(2 * x(3)) + 0.7 * (x(4) > 0 ? x(5) : -x(6)) + 0.3 * x(7) ** 2 - 0.3;
    return random.next() < 1 / (1 + Math.exp(-pull)) ? 1 : 0;
  });
  const names = columns.map((_, column) => `x${column}`);
  return { matrix: { rows, names, columns, categories: names.map(() => 0) }, codes };
}

function areaUnderCurve(chances: Float64Array, codes: Int32Array): number {
  const order = Uint32Array.from(codes.keys()).sort(
    (a, b) => (chances[2 * a + 1] as number) - (chances[2 * b + 1] as number),
  );
  let ranks = 0;
  let positives = 0;
  order.forEach((row, rank) => {
    if (codes[row] !== 1) return;
    ranks += rank + 1;
    positives++;
  });
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (codes.length - positives));
}

/** Holds the tables and fits on demand: a line in, a line out. */
const python = `
import sys, time, numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import roc_auc_score
def read(path):
    data = np.fromfile(path).reshape(${width + 1}, -1)
    return np.ascontiguousarray(data[:${width}].T), data[${width}]
model = None
print('ready', flush=True)
for line in sys.stdin:
    what, path = line.split()
    if what == 'read': learn = read(path)
    elif what == 'score':
        X, y = read(path)
        print(roc_auc_score(y, model.predict_proba(X)[:, 1]), flush=True)
        continue
    else:
        model = HistGradientBoostingClassifier(early_stopping=False) if what == 'boost' else RandomForestClassifier(n_jobs=${threads})
        model.fit(*learn)
    print('done', flush=True)
`;

async function openPeer(): Promise<{ ask: (line: string) => Promise<string>; close: () => void } | null> {
  const child = spawn(process.env.BENCH_PYTHON ?? 'python3', ['-c', python], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('The peer ended.');
    return value as string;
  };
  const isReady = await next().catch(() => null);
  if (isReady === null) return null;
  return {
    ask(line) {
      child.stdin.write(`${line}\n`);
      return next();
    },
    close: () => child.stdin.end(),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
const pool = new TreeThreads(threads);
const peer = await openPeer();
if (peer === null) console.log('No scikit-learn was found (BENCH_PYTHON): its side is left out.');

async function write(name: string, { matrix, codes }: Table): Promise<string> {
  const path = join(folder, name);
  const parts = [...matrix.columns, Float64Array.from(codes)].map((column) => new Uint8Array(column.buffer));
  await writeFile(path, Buffer.concat(parts));
  return path;
}

async function compare(name: string, what: 'boost' | 'forest', rows: number): Promise<void> {
  const learn = makeTable(rows, 1);
  const check = makeTable(50_000, 2);
  const target = { kind: 'class', codes: learn.codes, classes: 2 } as const;
  const train = () =>
    what === 'boost'
      ? fitBoostedTrees(learn.matrix, target, { seed: 1, threads: pool })
      : fitRandomForest(learn.matrix, target, { seed: 1, threads: pool });
  let model = fitBoostedTrees(
    makeTable(2000, 3).matrix,
    { ...target, codes: makeTable(2000, 3).codes },
    { seed: 1, threads: pool },
  );
  await peer?.ask(`read ${await write('learn', learn)}`);
  const ours = async () => {
    model = train();
  };
  const times =
    peer === null
      ? { ours: [await timed(ours)], peer: [] }
      : await inTurns(rounds, ours, () => peer.ask(`${what} -`));
  const auc = areaUnderCurve(model.predict(check.matrix), check.codes);
  const peerAuc = peer === null ? null : Number(await peer.ask(`score ${await write('check', check)}`));
  const ratio = peer === null ? null : round(median(times.peer) / median(times.ours));
  print({
    bench: 'trees',
    figure: `${name}, ${threads} threads: peer's time over ours`,
    unit: 'ms',
    ours: round(median(times.ours), 0),
    peer: peer === null ? null : round(median(times.peer), 0),
    peer_name: peer === null ? null : 'scikit-learn',
    ratio,
    target: 'ratio >= 1',
    ok: ratio === null || ratio >= 1,
  });
  print({
    bench: 'trees',
    figure: `${name}: area under the curve on 50,000 other rows`,
    unit: 'auc',
    ours: round(auc, 4),
    peer: peerAuc === null ? null : round(peerAuc, 4),
    peer_name: peer === null ? null : 'scikit-learn',
    ratio: null,
    target: 'no more than 0.002 less',
    ok: peerAuc === null || auc >= peerAuc - 0.002,
  });
  printNoise('trees', times);
}

async function explainAndPredict(): Promise<void> {
  const { matrix, codes } = makeTable(10_000, 4);
  const model = fitBoostedTrees(
    matrix,
    { kind: 'class', codes, classes: 2 },
    { seed: 1, rounds: 500, threads: pool },
  );
  const began = performance.now();
  explainTrees(model, matrix);
  const seconds = (performance.now() - began) / 1000;
  const shared = { bench: 'trees', peer: null, peer_name: null, ratio: null };
  print({
    ...shared,
    figure: 'exact TreeSHAP, 500 trees of 31 leaves, one thread',
    unit: 'rows/s',
    ours: round(matrix.rows / seconds, 0),
    target: 'reported',
    ok: true,
  });
  const one = matrix.columns.map((values) => values.slice(0, 1));
  const times = Array.from({ length: 5000 }, (_, turn) => {
    one.forEach((value, column) => {
      value[0] = matrix.columns[column]?.[turn] as number;
    });
    const start = performance.now();
    model.predict({ ...matrix, rows: 1, columns: one });
    return performance.now() - start;
  });
  const p99 = quantile(times, 0.99);
  print({
    ...shared,
    figure: 'one row predicted by 500 trees, p99',
    unit: 'ms',
    ours: round(p99, 4),
    target: '< 1',
    ok: p99 < 1,
  });
}

try {
  await explainAndPredict();
  await compare('boosted trees 100k x 20', 'boost', 100_000);
  await compare('boosted trees 1M x 20', 'boost', 1_000_000);
  await compare('random forest 100k x 20', 'forest', 100_000);
} finally {
  peer?.close();
  pool.close();
  await rm(folder, { recursive: true });
}
