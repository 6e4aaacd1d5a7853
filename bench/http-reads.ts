/**
 * What a page asks for while it is open: a profile, the dataset list, a job's status. 100 callers, each asking
 * again as soon as it has its answer; and the same with 250 ms between, as people's pages do.
 *   node bench/http-reads.ts
 */
import { join } from 'node:path';
import { writeClinicCsv } from './clinic-csv.ts';
import { print, printNoise, round } from './measure.ts';
import { runLoad } from './run-load.ts';
import { addDataset, startServer } from './stroma-server.ts';

const bench = 'http-reads';
const callers = 100;
const server = await startServer();
try {
  const ids: { datasetId: string; jobId: string }[] = [];
  for (let index = 0; index < 20; index++) {
    const csv = join(server.folder, `visits_${index}.csv`);
    await writeClinicCsv(csv, index === 0 ? 100_000 : 1000 + index, server.folder);
    ids.push(await addDataset(server, csv));
  }
  const reads = {
    profile: ids.map(({ datasetId }) => `/api/v1/data/profiles/${datasetId}`),
    'dataset list': ['/api/v1/data/datasets'],
    'job status': ids.map(({ jobId }) => `/api/v1/data/jobs/${jobId}`),
  };
  const all: Record<string, number[]> = {};
  for (const [figure, paths] of Object.entries(reads)) {
    const requests = paths.map((path) => ({ method: 'GET' as const, path }));
    const plan = { url: server.url, token: server.token, callers, seconds: 4, requests };
    const runs = [await runLoad(plan), await runLoad(plan), await runLoad(plan)].toSorted(
      (a, b) => a.p95 - b.p95,
    );
    const middle = runs[1] ?? runs[0];
    if (!middle) continue;
    all[figure] = runs.map((run) => run.p95);
    const absolute = { peer: null, peer_name: null, ratio: null, target: '< 50' };
    print({
      bench,
      figure: `${figure} p95`,
      unit: 'ms',
      ours: round(middle.p95),
      ...absolute,
      ok: middle.p95 < 50,
    });
    const paced = await runLoad({ ...plan, pauseMs: 250 });
    print({
      bench,
      figure: `${figure} p95, asking every 250 ms`,
      unit: 'ms',
      ours: round(paced.p95),
      ...absolute,
      ok: paced.p95 < 50,
    });
    console.log(
      JSON.stringify({
        bench,
        figure,
        per_second: Math.round(middle.per_second),
        p50: round(middle.p50),
        p99: round(middle.p99),
      }),
    );
  }
  printNoise(bench, all);
} finally {
  await server.stop();
}
