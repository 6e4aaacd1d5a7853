/**
 * A CSV of 12 columns read, typed, written as sorted Parquet and fully profiled, in process: what a registered
 * dataset costs to compute. Against DuckDB's own COPY of the same file to Parquet plus SUMMARIZE of it, with the
 * same memory and threads. Both sides start from a file whose pages are warm.
 *   node bench/csv-rows.ts [rows]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectValues, ingestFile, openDuckDb, profileParquet, quoteLiteral } from '@stroma/lake';
import { writeClinicCsv } from './clinic-csv.ts';
import { inTurns, median, print, printNoise, round } from './measure.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const bench = `csv-${rows / 1e6}m`;
const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
const csv = join(folder, 'visits.csv');
const limits = { memoryMb: 1536, threads: 2 };

const parts = {
  ingest: [] as number[],
  profile: [] as number[],
  copy: [] as number[],
  summarize: [] as number[],
};

async function part(name: keyof typeof parts, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  parts[name].push(performance.now() - began);
}

const cpu = { ours: [] as number[], peer: [] as number[] };

/** Processor time of both cores: what is left of a figure when others use the machine as well. */
async function counted(side: keyof typeof cpu, work: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  cpu[side].push((user + system) / 1000);
}

async function ours(): Promise<void> {
  const outputFolder = await mkdtemp(join(folder, 'ours-'));
  const parquet = join(outputFolder, 'data.parquet');
  await part('ingest', () => ingestFile({ sourcePath: csv, fileName: 'visits.csv', outputFolder, limits }));
  const spill = join(outputFolder, 'spill');
  await part('profile', () =>
    Promise.all([
      profileParquet(parquet, { ...limits, tempFolder: spill }),
      collectValues(parquet, { maxPerColumn: 2000, tempFolder: spill }),
    ]),
  );
  await rm(outputFolder, { recursive: true });
}

async function peer(): Promise<void> {
  const outputFolder = await mkdtemp(join(folder, 'peer-'));
  const parquet = join(outputFolder, 'data.parquet');
  {
    using db = await openDuckDb({ ...limits, tempFolder: outputFolder });
    await part('copy', () =>
      db.run(
        `COPY (FROM read_csv(${quoteLiteral(csv)})) TO ${quoteLiteral(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
      ),
    );
    await part('summarize', () => db.rows(`SUMMARIZE FROM read_parquet(${quoteLiteral(parquet)})`));
  }
  await rm(outputFolder, { recursive: true });
}

try {
  await writeClinicCsv(csv, rows, folder);
  const times = await inTurns(
    rows > 2_000_000 ? 2 : 5,
    () => counted('ours', ours),
    () => counted('peer', peer),
  );
  const [our, their] = [median(times.ours), median(times.peer)];
  print({
    bench,
    figure: 'csv to profiled dataset',
    unit: 'ms',
    ours: Math.round(our),
    peer: Math.round(their),
    peer_name: 'DuckDB COPY to Parquet (zstd) + SUMMARIZE',
    ratio: round(our / their),
    target: 'ratio <= 2',
    ok: our / their <= 2,
  });
  const medians = Object.entries(parts).map(([name, values]) => [`${name}_ms`, Math.round(median(values))]);
  console.log(JSON.stringify({ bench, parts: Object.fromEntries(medians) }));
  const [ourCpu, theirCpu] = [median(cpu.ours), median(cpu.peer)];
  console.log(
    JSON.stringify({
      bench,
      processor_time: {
        ours: Math.round(ourCpu),
        peer: Math.round(theirCpu),
        unit: 'ms',
        ratio: round(ourCpu / theirCpu),
      },
    }),
  );
  printNoise(bench, times);
} finally {
  await rm(folder, { recursive: true, force: true });
}
