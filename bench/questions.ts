/**
 * How many questions in plain words are answered right, wrong, or refused, without a model:
 *   the suite of `engines/text/tests` over the tables of the shared data pool, each with reference SQL;
 *   questions over several related tables: made ones, and the defog databases, each with reference SQL;
 *   the gold results of the defog databases;
 *   questions that none of these tables can answer (defog `idk`, EHRSQL's unanswerable ones): any answer is wrong.
 * Prints one JSON line a set. `--show` also prints what was not right.
 *   node bench/questions.ts [--show]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ParsedQuestion, parseQuestion, prepareTables, type QuestionTable } from '@stroma/text';
import { judge, sameAnswer } from '../engines/text/tests/judge.ts';
import { questionSuite } from '../engines/text/tests/question-suite.ts';
import { QuestionTables } from '../engines/text/tests/question-tables.ts';
import {
  clinic,
  fieldwork,
  followup,
  library,
  omics,
  writeDatabase,
} from '../engines/text/tests/related-databases.ts';
import { askRelated, type RelatedQuestion } from '../engines/text/tests/related-questions.ts';
import { relatedSuite } from '../engines/text/tests/related-suite.ts';
import { relatedSuiteDefog } from '../engines/text/tests/related-suite-defog.ts';
import { relatedSuiteTwo } from '../engines/text/tests/related-suite-two.ts';
import { sharedData } from '../scripts/shared-data.ts';
import { median, quantile, round } from './measure.ts';

const bench = 'questions';
const show = process.argv.includes('--show');
const now = new Date('2026-11-21T00:00:00Z');
const times: number[] = [];

interface GoldQuestion {
  db: string;
  question: string;
  rows: Record<string, string | number | boolean | null>[] | null;
}

function shared(relative: string): string {
  const path = sharedData(relative);
  if (path === null) throw new Error(`Expected ${relative} in the shared data folder beside the checkout.`);
  return path;
}

function ask(question: string, prepared: ReturnType<typeof prepareTables>): ParsedQuestion {
  const began = performance.now();
  const parsed = parseQuestion(question, prepared, { now });
  times.push(performance.now() - began);
  return parsed;
}

function note(verdict: string, question: string, parsed: ParsedQuestion): void {
  if (show && verdict !== 'right')
    console.log(
      `${verdict}: ${question}\n    ${parsed.answerable ? parsed.interpretation.sentence : parsed.reason}`,
    );
}

async function suite(tables: QuestionTables): Promise<void> {
  const tally = { right: 0, wrong: 0, unanswered: 0 };
  for (const entry of questionSuite) {
    const table = await tables.load(shared(entry.file));
    const prepared = prepareTables([table]);
    for (const [reference, ...questions] of entry.asks)
      for (const question of questions) {
        const parsed = ask(question, prepared);
        const { verdict } = await judge(parsed, reference, table, tables);
        tally[verdict] += 1;
        note(verdict, question, parsed);
      }
  }
  report('suite', tally, 'right >= 90 %, wrong <= 3 %');
}

async function database(tables: QuestionTables, name: string): Promise<QuestionTable[]> {
  const folder = shared(`text2sql/defog/csv/${name}`);
  return tables.loadDatabase(readdirSync(folder).map((file) => join(folder, file)));
}

async function related(): Promise<void> {
  const tally = { right: 0, wrong: 0, unanswered: 0 };
  const made = { clinic, fieldwork, omics, library, followup };
  const sets: [paths: (folder: string) => string[], questions: RelatedQuestion[]][] = [
    ...Object.entries(made).map(([name, build]): (typeof sets)[number] => [
      (folder) => writeDatabase(join(folder, name), build()),
      [...(relatedSuite[name] ?? []), ...(relatedSuiteTwo[name] ?? [])],
    ]),
    ...Object.entries(relatedSuiteDefog).map(([name, questions]): (typeof sets)[number] => [
      () => {
        const folder = shared(`text2sql/defog/csv/${name}`);
        return readdirSync(folder).map((file) => join(folder, file));
      },
      questions,
    ]),
  ];
  for (const [paths, questions] of sets) {
    // Tables of two databases may be called alike, so each set has its own.
    await using own = new QuestionTables();
    const database = await own.loadDatabase(paths(own.folder));
    for (const { question, verdict, note: shown } of await askRelated(questions, database, own, now)) {
      tally[verdict] += 1;
      if (show && verdict !== 'right') console.log(`${verdict}: ${question}\n    ${shown}`);
    }
  }
  report('several related tables', tally, 'right >= 90 %, wrong <= 1 %');
}

async function gold(tables: QuestionTables): Promise<void> {
  const questions = JSON.parse(
    readFileSync(shared('text2sql/defog/gold_results_pg15.json'), 'utf8'),
  ) as GoldQuestion[];
  const tally = { right: 0, wrong: 0, unanswered: 0 };
  for (const name of readdirSync(shared('text2sql/defog/csv'))) {
    const prepared = prepareTables(await database(tables, name));
    for (const { db, question, rows } of questions) {
      if (db !== name || rows === null) continue;
      const parsed = ask(question, prepared);
      const got = parsed.answerable ? (await tables.run(parsed.sql, parsed.tables)).rows : null;
      const verdict =
        got === null
          ? 'unanswered'
          : sameAnswer(
                got,
                rows.map((row) => Object.values(row)),
              )
            ? 'right'
            : 'wrong';
      tally[verdict] += 1;
      note(verdict, question, parsed);
    }
  }
  report('defog gold results', tally, 'wrong as few as can be');
}

function unanswerable(): string[] {
  const lines = readFileSync(shared('text2sql/defog/idk.csv'), 'utf8').split('\n').slice(1);
  const first = lines.map((line) =>
    (line.match(/^("(?:[^"]|"")*"|[^,]*)/)?.[1] ?? '').replace(/^"|"$/g, '').replaceAll('""', '"'),
  );
  const labels = JSON.parse(readFileSync(shared('text2sql/ehrsql2024/valid_label.json'), 'utf8')) as Record<
    string,
    string
  >;
  const { data } = JSON.parse(readFileSync(shared('text2sql/ehrsql2024/valid_data.json'), 'utf8')) as {
    data: { id: string; question: string }[];
  };
  return [
    ...first.filter((text) => text !== ''),
    ...data.filter(({ id }) => labels[id] === 'null').map(({ question }) => question),
  ];
}

async function abstention(tables: QuestionTables): Promise<void> {
  const questions = unanswerable();
  const tally = { right: 0, wrong: 0, unanswered: 0 };
  const sets: QuestionTable[][] = [];
  for (const name of readdirSync(shared('text2sql/defog/csv'))) sets.push(await database(tables, name));
  for (const file of [
    'tables/HSAUR3_respiratory.csv',
    'tables/PimaIndiansDiabetes2.csv',
    'tables/penguins_raw.csv',
    'stats/mtcars.csv',
  ])
    sets.push([await tables.load(shared(file), basename(file, '.csv'))]);
  for (const set of sets) {
    const prepared = prepareTables(set);
    for (const question of questions) {
      const parsed = ask(question, prepared);
      const verdict = parsed.answerable ? 'wrong' : 'right';
      tally[verdict] += 1;
      note(verdict, question, parsed);
    }
  }
  report('questions without an answer', tally, 'wrong <= 1 %');
}

function report(
  figure: string,
  tally: { right: number; wrong: number; unanswered: number },
  target: string,
): void {
  const total = tally.right + tally.wrong + tally.unanswered;
  const share = (count: number): number => round((100 * count) / total, 1);
  console.log(
    JSON.stringify({
      bench,
      figure,
      questions: total,
      ...tally,
      right_percent: share(tally.right),
      wrong_percent: share(tally.wrong),
      target,
    }),
  );
}

await using tables = new QuestionTables();
await suite(tables);
await related();
await gold(tables);
await abstention(tables);
console.log(
  JSON.stringify({
    bench,
    figure: 'parse time',
    unit: 'ms',
    questions: times.length,
    median: round(median(times)),
    p95: round(quantile(times, 0.95)),
    target: 'median < 20',
  }),
);
