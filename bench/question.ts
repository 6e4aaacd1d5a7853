/**
 * A question in plain words to SQL, without a model: the time of the parser alone, on tables that are already
 * prepared as the server keeps them; and the preparing of the tables.
 *   node bench/question.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectValues, ingestFile, profileParquet } from '@stroma/lake';
import { parseQuestion, prepareTables, type QuestionTable } from '@stroma/text';
import { writeClinicCsv } from './clinic-csv.ts';
import { median, print, printNoise, quantile, round } from './measure.ts';

const bench = 'question';
const questions = [
  'how many visits are there',
  'average glucose by site',
  'average glucose by site for smokers',
  'top 5 sites by number of visits',
  'median bmi per sex and smoker',
  'which site has the highest average heart rate',
  'share of smokers by sex',
  'visits per month since 2020',
  'correlation between bmi and glucose',
  'distribution of age',
  'average heart rate of women older than 60',
  'patients with bmi over 30 and glucose above 110',
  'number of different patients by year',
  'max glucose for site 12',
  'how many visits have no heart rate',
  'compare average bmi of smokers and non-smokers',
  'what colour is the moon',
];
const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
try {
  const csv = join(folder, 'visits.csv');
  await writeClinicCsv(csv, 100_000, folder);
  await ingestFile({ sourcePath: csv, fileName: 'visits.csv', outputFolder: folder });
  const parquet = join(folder, 'data.parquet');
  const table: QuestionTable = {
    name: 'visits',
    label: 'visits',
    profile: await profileParquet(parquet),
    values: await collectValues(parquet, { maxPerColumn: 2000 }),
  };
  const preparing = performance.now();
  const prepared = prepareTables([table]);
  const preparedMs = performance.now() - preparing;
  const now = new Date('2026-06-01T12:00:00Z');
  const first: number[] = [];
  const times: number[] = [];
  let answered = 0;
  for (let round_ = 0; round_ < 20; round_++) {
    for (const question of questions) {
      const began = performance.now();
      const parsed = parseQuestion(question, prepared, { now });
      (round_ === 0 ? first : times).push(performance.now() - began);
      if (round_ === 0 && parsed.answerable) answered += 1;
    }
  }
  const absolute = { unit: 'ms', peer: null, peer_name: null, ratio: null, target: '< 20' };
  print({
    bench,
    figure: 'question to SQL, median',
    ...absolute,
    ours: round(median(times)),
    ok: median(times) < 20,
  });
  print({
    bench,
    figure: 'the same when asked first, median',
    ...absolute,
    ours: round(median(first)),
    ok: median(first) < 20,
  });
  console.log(
    JSON.stringify({
      bench,
      questions: questions.length,
      answered,
      p95_ms: round(quantile(times, 0.95)),
      prepare_tables_ms: round(preparedMs),
    }),
  );
  printNoise(bench, { first });
} finally {
  await rm(folder, { recursive: true, force: true });
}
