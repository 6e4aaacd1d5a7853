import { type ParseOptions, readQuestion } from './read-question.ts';
import { isPrepared, type PreparedTables, prepareTables } from './schema-index.ts';
import { nearestQuestions } from './suggest.ts';
import type { ParsedQuestion, QuestionTable } from './types.ts';

/**
 * Reads a question into one SELECT over the tables, or says which words it could not place. The same question,
 * tables and `now` give the same answer. Never throws for any text; work is bounded by the length limits of
 * the tokenizer and by `mostPaths` readings.
 */
export function parseQuestion(
  question: string,
  tables: QuestionTable[] | PreparedTables,
  options: ParseOptions,
): ParsedQuestion {
  const index = isPrepared(tables) ? tables : prepareTables(tables);
  const result = readQuestion(question, index, options);
  if (result.answerable) return result;
  return { ...result, suggestions: nearestQuestions(question, index, options.now) };
}
