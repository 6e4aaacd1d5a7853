import type { JsonValue } from '@stroma/kernel';
import { type ParsedQuestion, parseQuestion, prepareTables, type QuestionTable } from '../index.ts';
import { sameAnswer } from './judge.ts';
import type { QuestionTables } from './question-tables.ts';

/** A question and SQL for each answer that is right; null alone where no answer is. */
export type RelatedQuestion = [question: string, first: string | null, ...others: string[]];

export interface RelatedVerdict {
  question: string;
  verdict: 'right' | 'wrong' | 'unanswered';
  note: string;
}

/** Asks every question of one database and compares the rows with those of the references. */
export async function askRelated(
  questions: RelatedQuestion[],
  database: QuestionTable[],
  tables: QuestionTables,
  now: Date,
): Promise<RelatedVerdict[]> {
  const prepared = prepareTables(database);
  const names = database.map((table) => table.name);
  const verdicts: RelatedVerdict[] = [];
  for (const [question, ...references] of questions) {
    const parsed = parseQuestion(question, prepared, { now });
    const answers: JsonValue[][][] = [];
    for (const sql of references) if (sql !== null) answers.push((await tables.run(sql, names)).rows);
    verdicts.push({ question, ...(await verdictOf(parsed, answers, tables)) });
  }
  return verdicts;
}

async function verdictOf(
  parsed: ParsedQuestion,
  answers: JsonValue[][][],
  tables: QuestionTables,
): Promise<Omit<RelatedVerdict, 'question'>> {
  if (!parsed.answerable)
    return { verdict: answers.length === 0 ? 'right' : 'unanswered', note: parsed.reason };
  const got = (await tables.run(parsed.sql, parsed.tables)).rows;
  const right = answers.some((rows) => sameAnswer(got, rows));
  return {
    verdict: right ? 'right' : 'wrong',
    note: `${parsed.interpretation.sentence} -> ${JSON.stringify(got.slice(0, 3))}`,
  };
}
