/**
 * A group-by over 1M rows through the HTTP API, 16 callers, each statement different so that no cache answers.
 * Against the same statements by 16 callers on one DuckDB instance in this process, over the same Parquet.
 *   node bench/http-group-by.ts
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type DuckDb, ingestFile, quoteLiteral } from '@stroma/lake';
import { writeClinicCsv } from './clinic-csv.ts';
import { median, print, printNoise, quantile, round } from './measure.ts';
import { runLoad } from './run-load.ts';
import { addDataset, startServer } from './stroma-server.ts';

/** What is used here of the engine that the lake runs on: one instance, many connections. */
interface DuckDbModule {
  DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{ connect(): Promise<DuckDb['connection']>; closeSync(): void }>;
  };
}
const { resolve } = createRequire(import.meta.resolve('@stroma/lake'));
const { DuckDBInstance } = (await import(resolve('@duckdb/node-api'))) as DuckDbModule;

const bench = 'http-group-by';
const callers = 16;
const seconds = 6;
const statement = (from: string, n: string) =>
  `SELECT site, count(*) AS visits, avg(glucose_mg_dl) AS glucose FROM ${from} WHERE visit_id <> ${n} GROUP BY site ORDER BY site`;

const server = await startServer();
try {
  const csv = join(server.folder, 'visits.csv');
  await writeClinicCsv(csv, 1_000_000, server.folder);
  const { datasetId } = await addDataset(server, csv);
  const local = join(server.folder, 'local');
  await ingestFile({ sourcePath: csv, fileName: 'visits.csv', outputFolder: local });
  const parquet = join(local, 'data.parquet');

  const plan = (n: string, count: number) => ({
    url: server.url,
    token: server.token,
    callers: count,
    seconds,
    requests: [
      {
        method: 'POST' as const,
        path: '/api/v1/query/sql',
        body: JSON.stringify({ sql: statement('dataset', n), dataset_ids: [datasetId] }),
      },
    ],
  });
  const p95 = { ours: [] as number[], peer: [] as number[] };
  for (let turn = 0; turn < 3; turn++) {
    p95.peer.push(await inProcess(parquet, callers));
    // Statements of different turns differ as well.
    p95.ours.push((await runLoad(plan(`${turn + 1}0000000{n}`, callers))).p95);
  }
  const [our, their] = [median(p95.ours), median(p95.peer)];
  const limit = Math.max(3 * their, 60);
  print({
    bench,
    figure: `p95, ${callers} callers, never cached`,
    unit: 'ms',
    ours: round(our),
    peer: round(their),
    peer_name: 'the same SQL in process, as many callers',
    ratio: round(our / their),
    target: 'ratio <= 3 or < 60 ms',
    ok: our <= limit,
  });
  const alone = await runLoad(plan('990000000{n}', 1));
  const aloneInProcess = await inProcess(parquet, 1);
  print({
    bench,
    figure: 'p95, one caller, never cached',
    unit: 'ms',
    ours: round(alone.p95),
    peer: round(aloneInProcess),
    peer_name: 'the same SQL in process, one caller',
    ratio: round(alone.p95 / aloneInProcess),
    target: 'ratio <= 3 or < 60 ms',
    ok: alone.p95 <= Math.max(3 * aloneInProcess, 60),
  });
  const cached = await runLoad(plan('7', callers));
  print({
    bench,
    figure: `p95, ${callers} callers, cached`,
    unit: 'ms',
    ours: round(cached.p95),
    peer: null,
    peer_name: null,
    ratio: null,
    target: '< 60',
    ok: cached.p95 < 60,
  });
  printNoise(bench, p95);
} finally {
  await server.stop();
}

/** p95 in milliseconds of statements by so many callers, each on a connection of its own. */
async function inProcess(parquet: string, count: number): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GiB', threads: '2' });
  const from = `read_parquet(${quoteLiteral(parquet)})`;
  const times: number[] = [];
  const countFrom = performance.now() + seconds * 200;
  const end = countFrom + seconds * 1000;
  let next = 0;
  const caller = async () => {
    const connection = await instance.connect();
    while (performance.now() < end) {
      const asked = performance.now();
      await (await connection.runAndReadAll(statement(from, String(next++)))).getRowsJson();
      if (asked >= countFrom) times.push(performance.now() - asked);
    }
    connection.closeSync();
  };
  await Promise.all(Array.from({ length: count }, caller));
  instance.closeSync();
  return quantile(times, 0.95);
}
