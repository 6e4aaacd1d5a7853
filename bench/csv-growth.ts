/**
 * Ten times the rows: at most eleven times the time, and never 2 GB. Each size is read and profiled in a child of
 * its own, so that its peak memory is its own; sizes in turns.
 *   node bench/csv-growth.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectValues, ingestFile, profileParquet } from '@stroma/lake';
import { writeClinicCsv } from './clinic-csv.ts';
import { median, print, printNoise, round } from './measure.ts';

const bench = 'csv-10m';
const [mode, csvGiven, folderGiven] = process.argv.slice(2);

if (mode === 'child' && csvGiven && folderGiven) await child(csvGiven, folderGiven);
else await parent();

async function child(csv: string, folder: string): Promise<void> {
  const limits = { memoryMb: 1024, threads: 2 };
  const parquet = join(folder, 'data.parquet');
  const began = performance.now();
  await ingestFile({ sourcePath: csv, fileName: 'visits.csv', outputFolder: folder, limits });
  const ingested = performance.now();
  const ingestPeak = process.resourceUsage().maxRSS;
  const tempFolder = join(folder, 'spill');
  await Promise.all([
    profileParquet(parquet, { ...limits, tempFolder }),
    collectValues(parquet, { maxPerColumn: 2000, tempFolder }),
  ]);
  const profiled = performance.now();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage();
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    JSON.stringify({
      ms,
      peak_mb: peakMb,
      cpu_ms: Math.round((user + system) / 1000),
      ingest_ms: Math.round(ingested - began),
      profile_ms: Math.round(profiled - ingested),
      ingest_peak_mb: Math.round(ingestPeak / 1024),
    }),
  );
}

interface Run {
  ms: number;
  cpu_ms: number;
  peak_mb: number;
}

async function parent(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
  const sizes = { small: 1_000_000, large: 10_000_000 };
  const runs = { small: [] as Run[], large: [] as Run[] };
  try {
    for (const [name, rows] of Object.entries(sizes))
      await writeClinicCsv(join(folder, `${name}.csv`), rows, folder);
    for (const name of ['small', 'large', 'small', 'large', 'small'] as const) {
      const work = await mkdtemp(join(folder, 'run-'));
      const words = [import.meta.filename, 'child', join(folder, `${name}.csv`), work];
      const done = spawnSync(process.execPath, words, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (done.status !== 0) throw new Error(`The ${name} run failed with exit status ${done.status}.`);
      console.log(JSON.stringify({ bench, rows: sizes[name], run: JSON.parse(done.stdout) }));
      runs[name].push(JSON.parse(done.stdout) as Run);
      await rm(work, { recursive: true });
    }
    const [small, large] = [median(runs.small.map((run) => run.ms)), median(runs.large.map((run) => run.ms))];
    print({
      bench,
      figure: '10M rows against 1M',
      unit: 'ms',
      ours: Math.round(large),
      peer: Math.round(small),
      peer_name: 'itself at 1M',
      ratio: round(large / small),
      target: 'ratio <= 11',
      ok: large / small <= 11,
    });
    const [smallCpu, largeCpu] = [
      median(runs.small.map((run) => run.cpu_ms)),
      median(runs.large.map((run) => run.cpu_ms)),
    ];
    const ratio = round(largeCpu / smallCpu);
    console.log(
      JSON.stringify({ bench, processor_time: { ours: largeCpu, peer: smallCpu, unit: 'ms', ratio } }),
    );
    const peak = Math.max(...runs.large.map((run) => run.peak_mb));
    print({
      bench,
      figure: 'peak memory at 10M',
      unit: 'MiB',
      ours: peak,
      peer: null,
      peer_name: null,
      ratio: null,
      target: '< 2000',
      ok: peak < 2000,
    });
    printNoise(bench, { small: runs.small.map((run) => run.ms), large: runs.large.map((run) => run.ms) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
