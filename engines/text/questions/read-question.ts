import { withoutAsides } from './asides.ts';
import { asDifference } from './column-changes.ts';
import { countStatisticOf, overCounts } from './count-statistics.ts';
import { ofRank, ordinalOf } from './ordinals.ts';
import { readRelated } from './read-related.ts';
import { type Outcome, type ParseOptions, type Reading, readTokens } from './read-tokens.ts';
import type { PreparedTables } from './schema-index.ts';
import { sentenceOf } from './sentence.ts';
import { type Token, tokenize } from './tokens.ts';
import { overTop } from './top-averages.ts';
import type { Interpretation, ParsedQuestion, WordMeaning } from './types.ts';
import { writeDuckdb } from './write-duckdb.ts';

export type { ParseOptions };

/** As `parseQuestion`, without looking for suggestions. */
export function readQuestion(question: string, index: PreparedTables, options: ParseOptions): ParsedQuestion {
  const tokens = withoutAsides(tokenize(question));
  if (tokens.length === 0) return refused('The question is empty.', [], []);
  if (index.columns.length === 0) return refused('There is no table to ask.', [], []);
  if (
    tokens.some((token) => ['would', 'could'].includes(token.lower)) &&
    tokens.some((token) => token.lower === 'if')
  )
    return refused(
      'It asks what would be if things were otherwise. Stroma answers from the rows that are there.',
      ['if'],
      [],
    );
  const read = (words: Token[]): Outcome =>
    index.tables.length > 1 ? readRelated(words, index, options) : readTokens(words, index, options);
  const statistic = countStatisticOf(tokens);
  const ordinal = ordinalOf(tokens);
  const difference = asDifference(tokens, index);
  const special =
    statistic !== null
      ? overCounts(statistic, read(statistic.counts))
      : ordinal !== null
        ? ofRank(ordinal, read(ordinal.rest))
        : difference !== null
          ? read(difference)
          : overTop(tokens, index, read);
  const outcome = special?.reading != null ? special : read(tokens);
  return outcome.reading === null
    ? refused(outcome.reason, outcome.notUnderstood, outcome.words)
    : answered(outcome.reading, outcome.words, outcome.confidence);
}

function answered(best: Reading, words: WordMeaning[], confidence: number): ParsedQuestion {
  const interpretation: Interpretation = { sentence: sentenceOf(best.frame), words };
  return {
    answerable: true,
    sql: writeDuckdb(best.planned.query),
    tables: best.planned.tables,
    expression: best.planned.query,
    interpretation,
    confidence,
    shape: best.planned.shape,
  };
}

function refused(
  reason: string,
  notUnderstood: string[],
  words: WordMeaning[],
): Extract<ParsedQuestion, { answerable: false }> {
  return {
    answerable: false,
    reason,
    not_understood: [...new Set(notUnderstood)],
    suggestions: [],
    interpretation: { sentence: '', words },
  };
}
