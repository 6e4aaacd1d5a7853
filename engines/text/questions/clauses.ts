import type { PlacedCondition } from './frame.ts';
import type { ParseOptions } from './read-tokens.ts';
import type { PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import type { WordMeaning } from './types.ts';

/** Words that tell of an entity by rows that point to it: "who never had a visit", "with more than two samples". */
export interface Clause {
  from: number;
  to: number;
  /** No other reading of these words is right. */
  certain: boolean;
  confidence: number;
  words: WordMeaning[];
  /** What it says of the rows of a view, or null where the entity is not in it. */
  conditionIn(view: PreparedTables): PlacedCondition | null;
}

export function clausesOf(_tokens: Token[], _all: PreparedTables, _options: ParseOptions): Clause[] {
  return [];
}
