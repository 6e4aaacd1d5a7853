/**
 * Single predictions over HTTP with their confidence, and with their explanation: of what AutoML makes of the diabetes
 * table of the Pima (768 x 9), and of the sonar table (208 x 61).
 *   node bench/predictions.ts
 */
import { sharedData } from '../scripts/shared-data.ts';
import { print, printNoise, quantile, round } from './measure.ts';
import { addDataset, startServer } from './stroma-server.ts';

const bench = 'predictions';
const warm = 30;
const asked = 300;
const mostMs = 20;

const tables = [
  { file: 'tables/PimaIndiansDiabetes2.csv', target: 'diabetes' },
  { file: 'tables/Sonar.csv', target: 'Class' },
] as const;

const server = await startServer();
try {
  for (const { file, target } of tables) {
    const path = sharedData(file);
    if (path === null) {
      console.log(JSON.stringify({ bench, skipped: `${file} is not there` }));
      continue;
    }
    const { client } = server;
    const { datasetId } = await addDataset(server, path);
    const { job_id: id } = await client.training.automl({
      body: { dataset_id: datasetId, target, time_limit_s: 20 },
    });
    for (;;) {
      const { status, error } = await client.jobs.get({ params: { id } });
      if (status === 'succeeded') break;
      if (status !== 'queued' && status !== 'running') throw new Error(error?.message ?? status);
      await new Promise((done) => setTimeout(done, 250));
    }
    const { result } = await client.training.get({ params: { id } });
    const model_id = result?.model_id ?? '';
    const { signature, learned_by } = await client.predictions.metrics({ params: { id: model_id } });
    const row = Object.fromEntries(signature.map(({ name, typical }) => [name, typical]));
    for (const explain of [false, true]) {
      const times: number[] = [];
      for (let at = 0; at < warm + asked; at++) {
        const varied = { ...row };
        const column = signature[at % signature.length];
        if (column?.low != null && column.high != null)
          varied[column.name] = column.low + ((column.high - column.low) * (at % 17)) / 16;
        const began = performance.now();
        await client.predictions.predict({ body: { model_id, rows: [varied], explain } });
        if (at >= warm) times.push(performance.now() - began);
      }
      const p95 = round(quantile(times, 0.95));
      print({
        bench,
        figure: `${target}: one row${explain ? ' with its explanation' : ''}, p95 (p50 ${round(quantile(times, 0.5))} ms; ${learned_by})`,
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
} finally {
  await server.stop();
}
