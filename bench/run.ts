/**
 * `npm run bench -- <name>` runs one benchmark, `npm run bench` lists them. Each is a program of its own: it prints
 * one JSON line a figure with both sides, measured in turns in the same run, and a line saying what the machine did.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const benches: Record<string, { file: string; words?: string[]; what: string }> = {
  'csv-1m': {
    file: 'csv-rows.ts',
    words: ['1000000'],
    what: 'CSV 1M x 12 to profiled Parquet, against COPY and SUMMARIZE',
  },
  'csv-10m': { file: 'csv-growth.ts', what: 'the same at 10M rows: time against 1M, peak memory' },
  'http-group-by': {
    file: 'http-group-by.ts',
    what: 'group-by on 1M rows over HTTP, 16 callers, against in process',
  },
  'http-reads': { file: 'http-reads.ts', what: 'profile, dataset list, job status over HTTP, 100 callers' },
  'http-trivial': { file: 'http-trivial.ts', what: 'an authenticated trivial route against bare Fastify' },
  question: { file: 'question.ts', what: 'a question in plain words to SQL, without a model' },
  'upload-100mb': { file: 'upload-100mb.ts', what: 'time from the last byte of 100 MB to the answer' },
  anonymise: { file: 'anonymise.ts', what: '1M x 10 made 5-anonymous, by levels and by groups' },
  profile: { file: 'profile.ts', what: 'the full profile against SUMMARIZE' },
  'dirty-files': { file: 'dirty-files.ts', what: 'how many dirty files come out exactly right' },
  'permission-decision': {
    file: 'permission-decision.ts',
    what: 'deciding whether somebody may, against a bare look-up in a Set',
  },
  encryption: { file: 'encryption.ts', what: 'sealed streams and objects against node:crypto alone' },
  audit: { file: 'audit.ts', what: 'audit appends a second, and verifying 1M events' },
  'session-check': { file: 'session-check.ts', what: 'knowing who sends a request: cookie and access token' },
  'dashboard-open': {
    file: 'dashboard-open.ts',
    what: '12 tiles over 1M rows, opened over HTTP, cold and warm',
  },
  'dashboard-pdf': {
    file: 'dashboard-pdf.ts',
    what: 'a dashboard of 12 tiles as PDF, PNG, SVG, HTML and CSV, over HTTP',
  },
  insights: {
    file: 'insights.ts',
    what: 'insights into 1M x 20 over HTTP, against pandas, SciPy and scikit-learn (BENCH_PYTHON)',
  },
  nab: { file: 'nab.ts', what: 'windows of the Numenta benchmark met, against a plain z-score' },
  streams: {
    file: 'streams.ts',
    what: 'events taken in durably, and how soon 1,000 listeners have them',
  },
  tensor: {
    file: 'tensor.ts',
    what: 'training steps of six networks on one thread, against PyTorch (BENCH_PYTHON)',
  },
  trees: {
    file: 'trees.ts',
    what: 'boosted trees and forests against scikit-learn; Shapley values; one row (BENCH_PYTHON)',
  },
  'feature-join': {
    file: 'feature-join.ts',
    what: 'point-in-time features of three views for 1M rows, against bare ASOF joins',
  },
  predictions: { file: 'predictions.ts', what: 'one row predicted over HTTP, with its explanation' },
  networks: {
    file: 'networks.ts',
    what: 'networks of tables: one row, and public tables against the best of scikit-learn',
  },
  'network-training': {
    file: 'network-training.ts',
    what: 'training steps of the networks of learning, against PyTorch (BENCH_PYTHON)',
  },
  automl: {
    file: 'automl.ts',
    what: 'AutoML on public tables against the best of scikit-learn (BENCH_SECONDS a table)',
  },
  questions: { file: 'questions.ts', what: 'how many questions are answered right' },
};

const [name, ...words] = process.argv.slice(2);
const bench = name === undefined ? undefined : benches[name];
if (bench === undefined) {
  if (name !== undefined) console.error(`There is no benchmark "${name}".`);
  const width = Math.max(...Object.keys(benches).map((each) => each.length));
  console.error(`npm run bench -- <name>\n`);
  for (const [each, { what }] of Object.entries(benches)) console.error(`  ${each.padEnd(width)}  ${what}`);
  process.exit(name === undefined ? 0 : 2);
}
const args = [join(import.meta.dirname, bench.file), ...(bench.words ?? []), ...words];
const child = spawn(process.execPath, args, {
  stdio: 'inherit',
  env: { UV_THREADPOOL_SIZE: '16', ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (status) => process.exit(status ?? 1));
