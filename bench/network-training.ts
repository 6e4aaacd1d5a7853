/**
 * Training steps a CPU second of the networks of engines/learn, as they are fitted (AdamW, clipped gradients, batches of 32
 * gathered from 1,024 rows; graphs whole), against the same networks in PyTorch, one thread each, in turns in one run.
 *   node bench/network-training.ts [seconds a turn] [network ...]    BENCH_PYTHON: a Python that has torch (1.13 of Debian is the peer)
 */
import { seededRandom } from '@stroma/kernel';
import {
  fitConvolution1d,
  fitConvolution2d,
  fitGru,
  fitLstm,
  fitMlp,
  fitNodeNetwork,
  fitTransformerEncoder,
  type Graph,
  type NetworkTrainingOptions,
} from '@stroma/learn/networks';
import { median, print, printNoise, round } from './measure.ts';
import { runTorch, type TorchPeer } from './torch-peer.ts';

const rows = 1024;
const random = seededRandom(1);
const drawn = (count: number) => Float64Array.from({ length: count }, () => random.normal());
const target = (count: number) => ({ kind: 'number' as const, values: drawn(count) });
const sequences = (steps: number, channels: number) => ({
  rows,
  steps,
  channels,
  values: drawn(rows * steps * channels),
});
const table = {
  rows,
  names: Array.from({ length: 32 }, (_, at) => `x${at}`),
  columns: Array.from({ length: 32 }, () => drawn(rows)),
  categories: new Array<number>(32).fill(0),
};
const graph: Graph = {
  nodes: 500,
  features: drawn(500 * 32),
  source: Int32Array.from({ length: 2000 }, (_, at) => (at * 7919) % 500),
  target: Int32Array.from({ length: 2000 }, (_, at) => (at * 104729) % 499),
};
const nodes = (kind: 'gcn' | 'sage' | 'gat') => (options: NetworkTrainingOptions) => {
  const { weights: _, batch: __, ...rest } = options;
  return fitNodeNetwork(graph, target(graph.nodes), { ...rest, kind, width: 64, layers: 2 });
};

const fits: Record<string, (options: NetworkTrainingOptions) => Promise<AsyncDisposable>> = {
  mlp: (options) => fitMlp(table, target(rows), { ...options, hidden: [128, 128], dropout: 0 }),
  convolution_1d: (options) =>
    fitConvolution1d(sequences(64, 4), target(rows), { ...options, width: 32, blocks: 2, kernel: 5 }),
  convolution_2d: (options) =>
    fitConvolution2d(
      { rows, height: 12, width: 12, channels: 1, values: drawn(rows * 144) },
      target(rows),
      options,
    ),
  lstm: (options) => fitLstm(sequences(20, 8), target(rows), { ...options, hidden: 32 }),
  gru: (options) => fitGru(sequences(20, 8), target(rows), { ...options, hidden: 32 }),
  transformer_encoder: (options) =>
    fitTransformerEncoder(sequences(16, 8), target(rows), {
      ...options,
      width: 64,
      heads: 4,
      layers: 1,
      hidden: 128,
    }),
  gcn: nodes('gcn'),
  sage: nodes('sage'),
  gat: nodes('gat'),
};

/** From the first report on, so that opening the network is not counted. */
async function ours(name: string, seconds: number): Promise<number> {
  const go = Int32Array.of(1);
  let [cpu, began, first, steps] = [process.cpuUsage(), 0, 0, 0];
  let spent = 0;
  const onProgress = ({ step }: { step: number }) => {
    if (began === 0) [began, first, cpu] = [performance.now(), step, process.cpuUsage()];
    const { user, system } = process.cpuUsage(cpu);
    [steps, spent] = [step - first, user + system];
    if (performance.now() - began > seconds * 1000) go[0] = 0;
  };
  const options = { seed: 1, batch: 32, validation: 0, steps: 1e7, go, onProgress };
  try {
    await (fits[name] as (typeof fits)[string])(options);
  } catch (error) {
    if (go[0] === 1) throw error;
  }
  return (steps * 1e6) / spent;
}

interface Peer extends TorchPeer {
  per_cpu_s: number;
}

const theirs = (name: string, seconds: number): Promise<Peer | null> =>
  runTorch('network-training.py', [String(seconds), name]);

const seconds = Number(process.argv[2] ?? 3);
const chosen = process.argv.slice(3);
for (const name of chosen.length > 0 ? chosen : Object.keys(fits)) {
  const [own, peer]: [number[], number[]] = [[], []];
  let version = '';
  for (let turn = 0; turn < 3; turn++) {
    own.push(await ours(name, seconds));
    const their = turn > 0 && peer.length === 0 ? null : await theirs(name, seconds);
    if (their !== null) {
      peer.push(their.per_cpu_s);
      version = `PyTorch ${their.version}, ${their.blas}`;
    }
  }
  const ratio = peer.length === 0 ? null : round(median(own) / median(peer));
  print({
    bench: 'network-training',
    figure: `${name}: training steps as fitted, one thread`,
    unit: 'steps/CPU s',
    ours: Math.round(median(own)),
    peer: peer.length === 0 ? null : Math.round(median(peer)),
    peer_name: peer.length === 0 ? null : version,
    ratio,
    target: 'ratio >= 1',
    ok: ratio === null || ratio >= 1,
  });
  printNoise('network-training', { ours: own, ...(peer.length > 0 ? { peer } : {}) });
}
