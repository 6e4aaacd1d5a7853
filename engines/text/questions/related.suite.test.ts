import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { QuestionTables } from '../tests/question-tables.ts';
import { clinic, fieldwork, followup, library, omics, writeDatabase } from '../tests/related-databases.ts';
import { askRelated, type RelatedVerdict } from '../tests/related-questions.ts';
import { relatedSuite } from '../tests/related-suite.ts';
import { relatedSuiteDefog } from '../tests/related-suite-defog.ts';
import { relatedSuiteTwo } from '../tests/related-suite-two.ts';

/** "Now" of every relative date in the suites. */
const now = new Date('2026-11-21T00:00:00Z');
const opened: QuestionTables[] = [];

afterAll(async () => {
  for (const tables of opened) await tables[Symbol.asyncDispose]();
});

function open(): QuestionTables {
  const tables = new QuestionTables();
  opened.push(tables);
  return tables;
}

/** Nothing is answered wrong, and at least this share is answered. */
function expectAnswers(verdicts: RelatedVerdict[], least: number): void {
  const wrong = verdicts.filter((item) => item.verdict === 'wrong');
  expect(wrong.map((item) => `${item.question}: ${item.note}`)).toEqual([]);
  const right = verdicts.filter((item) => item.verdict === 'right').length;
  expect(right / verdicts.length).toBeGreaterThanOrEqual(least);
}

describe('questions over related tables', () => {
  it.each([
    ['clinic', clinic],
    ['fieldwork', fieldwork],
    ['omics', omics],
    ['library', library],
    ['followup', followup],
  ] as const)(
    '%s',
    async (name, build) => {
      const tables = open();
      const database = await tables.loadDatabase(writeDatabase(join(tables.folder, name), build()));
      const questions = [...(relatedSuite[name] ?? []), ...(relatedSuiteTwo[name] ?? [])];
      expect(questions.length).toBeGreaterThan(20);
      expectAnswers(await askRelated(questions, database, tables, now), 0.95);
    },
    60_000,
  );

  const pool = sharedData('text2sql/defog/csv');
  it.skipIf(pool === null).each(Object.keys(relatedSuiteDefog))(
    '%s (needs the shared data pool)',
    async (name) => {
      const tables = open();
      const folder = join(pool as string, name);
      const database = await tables.loadDatabase(readdirSync(folder).map((file) => join(folder, file)));
      expectAnswers(await askRelated(relatedSuiteDefog[name] ?? [], database, tables, now), 0.9);
    },
    60_000,
  );
});
