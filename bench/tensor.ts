/**
 * Training steps a second on one thread against PyTorch on one thread, Adam, the same networks, batches
 * gathered from 4,096 rows on both sides, in turns in one run. The ratio is by CPU second, which other work
 * on the machine disturbs less. Then: one row predicted by a loaded MLP, and what a second thread brings to a
 * large one.
 *   node bench/tensor.ts [seconds a turn] [network ...]      BENCH_PYTHON: a Python that has torch (1.13 of Debian is the peer)
 */
import { seededRandom } from '@stroma/kernel';
import {
  add,
  byName,
  convolution,
  gather,
  initial,
  initialState,
  input,
  layerNorm,
  linear,
  lstm,
  maxPool,
  mean,
  multiHeadAttention,
  multiply,
  openFunction,
  parameter,
  planTraining,
  relu,
  segmentSum,
  split,
  squaredError,
  sum,
  type Tensor,
  Trainer,
  type TrainingPlan,
  tanh,
  train,
} from '@stroma/tensor';
import { median, print, printNoise, quantile, round } from './measure.ts';
import { runTorch, type TorchPeer } from './torch-peer.ts';

const rows = 4096;
const layer = (name: string, x: Tensor, inputs: number, outputs: number) =>
  linear(
    x,
    parameter(`${name}.weight`, [inputs, outputs], initial.linear(inputs)),
    parameter(`${name}.bias`, [outputs], initial.zeros),
  );
const norm = (name: string, x: Tensor, width: number) =>
  layerNorm(
    x,
    parameter(`${name}.scale`, [width], initial.ones),
    parameter(`${name}.shift`, [width], initial.zeros),
  );

function mlp(x: Tensor): Tensor {
  return layer('c', relu(layer('b', relu(layer('a', x, 32, 128)), 128, 128)), 128, 1);
}

function wide(x: Tensor): Tensor {
  return layer('c', relu(layer('b', relu(layer('a', x, 64, 512)), 512, 512)), 512, 1);
}

function deepOnet(u: Tensor, at: Tensor): Tensor {
  const branch = layer('b3', relu(layer('b2', relu(layer('b1', u, 100, 128)), 128, 128)), 128, 64);
  const trunk = layer('t3', tanh(layer('t2', tanh(layer('t1', at, 2, 128)), 128, 128)), 128, 64);
  return sum(multiply(branch, trunk), [1], true);
}

function cnn(x: Tensor): Tensor {
  const conv = (name: string, from: Tensor, inputs: number, outputs: number) =>
    convolution(
      from,
      parameter(`${name}.weight`, [outputs, inputs, 5], initial.linear(5 * inputs)),
      parameter(`${name}.bias`, [outputs], initial.zeros),
      { padding: 2 },
    );
  return layer('head', mean(relu(conv('b', maxPool(relu(conv('a', x, 4, 16)), 2), 16, 32)), [2]), 32, 1);
}

function recurrent(x: Tensor): Tensor {
  const weight = (name: string, shape: number[]) => parameter(name, shape, initial.linear(32));
  const weights = { input: weight('w', [8, 128]), hidden: weight('u', [32, 128]), bias: weight('b', [128]) };
  return layer('head', lstm(x, weights).last, 32, 1);
}

function encoder(x: Tensor): Tensor {
  const h = layer('embed', x, 8, 64);
  const [q, k, v] = split(layer('qkv', h, 64, 192), 2, [64, 64, 64]) as [Tensor, Tensor, Tensor];
  const seen = norm('norm1', add(h, layer('out', multiHeadAttention(q, k, v, 4), 64, 64)), 64);
  const passed = norm('norm2', add(seen, layer('ff2', relu(layer('ff1', seen, 64, 128)), 128, 64)), 64);
  return layer('head', mean(passed, [1]), 64, 1);
}

const edges = Array.from({ length: 4000 }, (_, at) => at);
const source = Int32Array.from(edges, (at) => (at * 7919) % 500);
const target = Int32Array.from(edges, (at) => (at * 104729) % 499);

function gcn(x: Tensor): Tensor {
  const [from, to] = [input('source', [4000], 'i32'), input('target', [4000], 'i32')];
  const spread = (h: Tensor) => multiply(segmentSum(gather(h, from), to, 500), 1 / 8);
  return layer('second', spread(relu(layer('first', spread(x), 32, 64))), 64, 1);
}

const networks: Record<
  string,
  { shapes: number[][]; batch: number | null; build: (...x: Tensor[]) => Tensor }
> = {
  mlp: { shapes: [[32]], batch: 128, build: mlp as (...x: Tensor[]) => Tensor },
  mlp_wide: { shapes: [[64]], batch: 512, build: wide as (...x: Tensor[]) => Tensor },
  deeponet: { shapes: [[100], [2]], batch: 128, build: deepOnet as (...x: Tensor[]) => Tensor },
  cnn_1d: { shapes: [[4, 128]], batch: 32, build: cnn as (...x: Tensor[]) => Tensor },
  lstm: { shapes: [[20, 8]], batch: 32, build: recurrent as (...x: Tensor[]) => Tensor },
  transformer: { shapes: [[16, 8]], batch: 32, build: encoder as (...x: Tensor[]) => Tensor },
  gcn: { shapes: [[32]], batch: null, build: gcn as (...x: Tensor[]) => Tensor },
};

interface Pace {
  steps_per_s: number;
  per_cpu_s: number;
}

async function ours(name: string, seconds: number): Promise<Pace> {
  const { shapes, batch, build } = networks[name] as (typeof networks)[string];
  const size = batch ?? 500;
  const inputs = shapes.map((shape, at) => input(`x${at}`, [size, ...shape]));
  const wanted = input('y', [size, 1]);
  const plan = planTraining({
    objectives: { error: { loss: squaredError(build(...inputs), wanted) } },
    rows: batch === null ? [] : [...inputs, wanted],
    optimiser: { kind: 'adam' },
    schedule: { rate: 1e-3 },
  });
  const random = seededRandom(1);
  const count = batch === null ? size : rows;
  const filled = (width: number) => Float32Array.from({ length: count * width }, () => random.normal());
  const data: Record<string, Float32Array | Int32Array> = { y: filled(1) };
  for (const [at, shape] of shapes.entries()) data[`x${at}`] = filled(shape.reduce((a, b) => a * b));
  await using trainer = await Trainer.open(plan, name === 'gcn' ? { ...data, source, target } : data, {
    seed: 1,
  });
  await trainer.run(trainer.stepsAtOnce);
  const [began, cpu, first] = [performance.now(), process.cpuUsage(), trainer.step];
  while (performance.now() - began < seconds * 1000) await trainer.run(trainer.stepsAtOnce);
  const { user, system } = process.cpuUsage(cpu);
  const steps = trainer.step - first;
  return {
    steps_per_s: (steps * 1000) / (performance.now() - began),
    per_cpu_s: (steps * 1e6) / (user + system),
  };
}

type Peer = Pace & TorchPeer;

const theirs = (name: string, seconds: number): Promise<Peer | null> =>
  runTorch('tensor.py', [String(seconds), name]);

const seconds = Number(process.argv[2] ?? 3);
const chosen = process.argv.slice(3);
for (const name of chosen.length > 0 ? chosen : Object.keys(networks)) {
  const [own, peer]: [Pace[], Pace[]] = [[], []];
  let version = '';
  for (let turn = 0; turn < 3; turn++) {
    own.push(await ours(name, seconds));
    const their = turn > 0 && peer.length === 0 ? null : await theirs(name, seconds);
    if (their !== null) {
      peer.push(their);
      version = `${their.version}, ${their.blas}`;
    }
  }
  const our = median(own.map((pace) => pace.per_cpu_s));
  const their = peer.length > 0 ? median(peer.map((pace) => pace.per_cpu_s)) : null;
  const ratio = their === null ? null : round(our / their);
  print({
    bench: 'tensor',
    figure: `${name}: training steps with Adam, one thread`,
    unit: 'steps/CPU s',
    ours: Math.round(our),
    peer: their === null ? null : Math.round(their),
    peer_name: their === null ? null : `PyTorch ${version}`,
    ratio,
    target: 'ratio >= 1',
    ok: ratio === null || ratio >= 1,
  });
  printNoise('tensor', {
    ours: own.map((pace) => pace.per_cpu_s),
    ...(peer.length > 0 ? { peer: peer.map((pace) => pace.per_cpu_s) } : {}),
  });
}

const learned = (plan: TrainingPlan) => byName(initialState(plan, 1).parameters, plan.parameters);
const planOf = (x: Tensor, y: Tensor, prediction: Tensor, threads = 1) =>
  planTraining({
    objectives: { error: { loss: squaredError(prediction, y) } },
    rows: [x, y],
    optimiser: { kind: 'adam' },
    schedule: { rate: 1e-3 },
    threads,
  });

async function oneRow(): Promise<void> {
  const [x, y] = [input('x', [1, 32]), input('y', [1, 1])];
  await using predict = await openFunction({ y: mlp(x) }, { fixed: learned(planOf(x, y, mlp(x))) });
  const row = Float32Array.from({ length: 32 }, (_, at) => Math.sin(at));
  const times: number[] = [];
  for (let turn = 0; turn < 5000; turn++) {
    const began = performance.now();
    await predict.run({ x: row });
    if (turn >= 500) times.push(performance.now() - began);
  }
  const p99 = round(quantile(times, 0.99), 3);
  const none = { peer: null, peer_name: null, ratio: null };
  print({
    bench: 'tensor',
    figure: 'mlp: one row predicted, p99',
    unit: 'ms',
    ours: p99,
    ...none,
    target: '< 1',
    ok: p99 < 1,
  });
}

async function secondThread(): Promise<void> {
  const data = { x: new Float32Array(rows * 64).map((_, at) => Math.sin(at)), y: new Float32Array(rows) };
  const rowsPerSecond = async (threads: number, batch: number) => {
    const [x, y] = [input('x', [batch, 64]), input('y', [batch, 1])];
    const plan = planOf(x, y, wide(x), threads);
    const marks: number[] = [];
    const onProgress = () => marks.push(performance.now());
    await train(plan, data, { seed: 1, steps: 120, reportEvery: 20, onProgress });
    return (100 * batch * threads * 1000) / ((marks.at(-1) as number) - (marks[0] as number));
  };
  const pairs = [];
  for (let turn = 0; turn < 3; turn++)
    pairs.push({ one: await rowsPerSecond(1, 512), two: await rowsPerSecond(2, 256) });
  const [one, two] = [median(pairs.map((pair) => pair.one)), median(pairs.map((pair) => pair.two))];
  print({
    bench: 'tensor',
    figure: 'wide mlp, batch 512: rows trained on two threads',
    unit: 'rows/s',
    ours: Math.round(two),
    peer: Math.round(one),
    peer_name: 'one thread',
    ratio: round(two / one),
    target: 'ratio >= 1 where two cores are free',
    ok: two >= one,
  });
}

if (chosen.length === 0) {
  await oneRow();
  await secondThread();
}
