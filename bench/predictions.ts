/**
 * Single predictions over HTTP with their confidence, and with their explanation: of what AutoML makes of the diabetes
 * table of the Pima (768 x 9) and of the sonar table (208 x 61), and of boosted trees of the first. Beside the time that
 * a call takes, what it costs the server: milliseconds of all its processors, which a loaded machine leaves as they are.
 * Before that one row in the engine, of boosted trees.
 *   node bench/predictions.ts [seconds of AutoML, 20]
 */
import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import { explainTrees, fitBoostedTrees } from '@stroma/learn';
import type { Matrix } from '@stroma/learn/networks';
import { sharedData } from '../scripts/shared-data.ts';
import { print, printNoise, quantile, round } from './measure.ts';
import { addDataset, type BenchServer, startServer } from './stroma-server.ts';

const bench = 'predictions';
const warm = 100;
const asked = 400;
const mostMs = 20;
const seconds = Number(process.argv[2] ?? 20);

const models = [
  { file: 'tables/PimaIndiansDiabetes2.csv', target: 'diabetes', learner: null },
  { file: 'tables/Sonar.csv', target: 'Class', learner: null },
  { file: 'tables/PimaIndiansDiabetes2.csv', target: 'diabetes', learner: 'boosted_trees' },
] as const;

inEngine();
const server = await startServer();
try {
  for (const { file, target, learner } of models) {
    const path = sharedData(file);
    if (path === null) {
      console.log(JSON.stringify({ bench, skipped: `${file} is not there` }));
      continue;
    }
    const { datasetId } = await addDataset(server, path);
    const model_id = await trained(server, datasetId, target, learner);
    await measure(server, target, model_id);
  }
} finally {
  await server.stop();
}

async function trained(
  { client }: BenchServer,
  dataset_id: string,
  target: string,
  learner: 'boosted_trees' | null,
): Promise<string> {
  const { job_id: id } =
    learner === null
      ? await client.training.automl({ body: { dataset_id, target, time_limit_s: seconds } })
      : await client.training.learner({ body: { dataset_id, target, learner, name: learner } });
  for (;;) {
    const { status, error } = await client.jobs.get({ params: { id } });
    if (status === 'succeeded') break;
    if (status !== 'queued' && status !== 'running') throw new Error(error?.message ?? status);
    await new Promise((done) => setTimeout(done, 250));
  }
  return (await client.training.get({ params: { id } })).result?.model_id ?? '';
}

async function measure({ client, pid }: BenchServer, target: string, model_id: string): Promise<void> {
  const { signature, learned_by } = await client.predictions.metrics({ params: { id: model_id } });
  const row = Object.fromEntries(signature.map(({ name, typical }) => [name, typical]));
  for (const explain of [false, true]) {
    const times: number[] = [];
    let method = '';
    let before = 0;
    for (let at = 0; at < warm + asked; at++) {
      if (at === warm) before = cpuMs(pid);
      const varied = { ...row };
      const column = signature[at % signature.length];
      if (column?.low != null && column.high != null)
        varied[column.name] = column.low + ((column.high - column.low) * (at % 17)) / 16;
      const began = performance.now();
      const { predictions } = await client.predictions.predict({
        body: { model_id, rows: [varied], explain },
      });
      if (at >= warm) times.push(performance.now() - began);
      method = predictions[0]?.explanation?.method ?? '';
    }
    const cpu = round((cpuMs(pid) - before) / asked);
    const p95 = round(quantile(times, 0.95));
    const how = explain ? ` with its explanation (${method})` : '';
    print({
      bench,
      figure: `${target}: one row${how}, p95 (p50 ${round(quantile(times, 0.5))} ms, ${cpu} ms of processor; ${learned_by})`,
      unit: 'ms',
      ours: p95,
      peer: null,
      peer_name: null,
      ratio: null,
      target: `<= ${mostMs} ms`,
      ok: p95 <= mostMs,
    });
    printNoise(bench, { [`${target} ${explain}`]: [quantile(times, 0.5), quantile(times, 0.95)] });
  }
}

/** 300 rounds of 31 leaves, learned from 20,000 rows of 20 columns. */
function inEngine(): void {
  const random = seededRandom(1);
  const rows = 20_000;
  const columns = Array.from({ length: 20 }, () =>
    Float64Array.from({ length: rows }, () => random.normal()),
  );
  const matrix: Matrix = {
    rows,
    names: columns.map((_, at) => `c${at}`),
    categories: columns.map(() => 0),
    columns,
  };
  const codes = Int32Array.from(columns[0] ?? [], (value, row) =>
    value * (columns[1]?.[row] ?? 0) > 0 ? 1 : 0,
  );
  const model = fitBoostedTrees(
    matrix,
    { kind: 'class', codes, classes: 2 },
    { seed: 1, rounds: 300, leaves: 31 },
  );
  for (const [name, work, most] of [
    ['predicted', (one: Matrix) => model.predict(one), 1],
    ['explained by TreeSHAP', (one: Matrix) => explainTrees(model, one), 20],
  ] as const) {
    const times: number[] = [];
    let before = process.threadCpuUsage();
    for (let turn = 0; turn < 3200; turn++) {
      if (turn === 200) before = process.threadCpuUsage();
      const row = turn % rows;
      const one = { ...matrix, rows: 1, columns: columns.map((values) => values.subarray(row, row + 1)) };
      const began = performance.now();
      work(one);
      if (turn >= 200) times.push(performance.now() - began);
    }
    const { user, system } = process.threadCpuUsage(before);
    const p99 = round(quantile(times, 0.99), 3);
    print({
      bench,
      figure: `boosted trees, one row ${name} in the engine, p99 (median ${round(quantile(times, 0.5), 3)} ms, ${round((user + system) / 3_000_000, 3)} ms of processor)`,
      unit: 'ms',
      ours: p99,
      peer: null,
      peer_name: null,
      ratio: null,
      target: `< ${most} ms`,
      ok: p99 < most,
    });
    printNoise(bench, { [name]: [quantile(times, 0.5), quantile(times, 0.95)] });
  }
}

/** Of all threads of a process so far, by Linux' clock ticks of 10 ms; 0 on other systems. */
function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}
