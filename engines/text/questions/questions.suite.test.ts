import { afterAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { parseQuestion, prepareTables } from '../index.ts';
import { judge } from '../tests/judge.ts';
import { questionSuite } from '../tests/question-suite.ts';
import { QuestionTables } from '../tests/question-tables.ts';

/** "Now" of every relative date in the suite. */
const now = new Date('2026-11-21T00:00:00Z');
const present = questionSuite.every((entry) => sharedData(entry.file) !== null);

describe.skipIf(!present)(
  'questions over real tables (needs the shared data pool beside the checkout)',
  () => {
    const tables = new QuestionTables();
    const tally = { right: 0, wrong: 0, unanswered: 0 };
    const notes: string[] = [];

    afterAll(async () => {
      await tables[Symbol.asyncDispose]();
    });

    it.each(questionSuite.map((entry) => [entry.file, entry] as const))(
      '%s runs',
      async (_, entry) => {
        const table = await tables.load(sharedData(entry.file) as string);
        const prepared = prepareTables([table]);
        for (const [reference, ...questions] of entry.asks) {
          for (const question of questions) {
            const parsed = parseQuestion(question, prepared, { now });
            const { verdict, got, want } = await judge(parsed, reference, table, tables);
            tally[verdict] += 1;
            if (verdict !== 'right')
              notes.push(
                `${verdict}: ${entry.file}: ${question}\n    ${parsed.answerable ? `${parsed.interpretation.sentence} -> ${got}, expected ${want}` : parsed.reason}`,
              );
          }
        }
      },
      60_000,
    );

    it('answers at least 90 % right and at most 3 % wrong', () => {
      const total = tally.right + tally.wrong + tally.unanswered;
      console.error(
        `questions: ${total}, right ${tally.right}, wrong ${tally.wrong}, unanswered ${tally.unanswered}\n${notes.join('\n')}`,
      );
      expect(total).toBeGreaterThanOrEqual(120);
      expect(tally.right / total).toBeGreaterThanOrEqual(0.9);
      expect(tally.wrong / total).toBeLessThanOrEqual(0.03);
    });
  },
);
