import type { AggregateFunction, TimeGrain, TimePart } from '../expression.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type MeasureFunction = AggregateFunction | 'range' | 'mode' | 'iqr' | 'quartiles';

/** What a closed-class phrase does in a question. */
export type Operator =
  | { op: 'aggregate'; fn: MeasureFunction; p?: number }
  | { op: 'percentile' }
  | { op: 'count'; head: boolean }
  | { op: 'how_much' }
  | { op: 'how_often' }
  | { op: 'distinct' }
  | { op: 'share'; percent: boolean }
  | { op: 'rate' }
  | { op: 'compare'; cmp: Comparison }
  | { op: 'than' }
  | { op: 'between' }
  | { op: 'group' }
  | { op: 'each' }
  | { op: 'order' }
  | { op: 'direction'; descending: boolean }
  | { op: 'top'; sign: 1 | -1 }
  | { op: 'superlative'; sign: 1 | -1; dimensions: string[] }
  | { op: 'comparative'; sign: 1 | -1; dimensions: string[] }
  | { op: 'positive'; sign: 1 | -1; dimensions: string[] }
  | { op: 'how_adjective'; sign: 1 | -1; dimensions: string[] }
  | { op: 'most'; sign: 1 | -1 }
  | { op: 'common' }
  | { op: 'relative'; cmp: '>' | '<' }
  | { op: 'change'; percent?: true }
  | { op: 'not' | 'or' | 'and' | 'comma' | 'except' }
  | {
      op: 'correlation' | 'distribution' | 'over_time' | 'difference' | 'ratio' | 'versus' | 'pairs';
    }
  | { op: 'missing' | 'present' }
  | { op: 'match'; how: 'contains' | 'starts' | 'ends' }
  | { op: 'exist' }
  | { op: 'wh'; word: 'which' | 'who' | 'when' | 'where' }
  | { op: 'list' }
  | { op: 'compare_groups' }
  | { op: 'prep'; word: string }
  | { op: 'relative_pronoun' }
  | { op: 'have' | 'without' | 'be' }
  /** A verb that says nothing without what follows it: `received placebo`. */
  | { op: 'verb' }
  | { op: 'arithmetic'; sign: '+' | '-' | '*' | '/' }
  | { op: 'grain'; grain: TimeGrain }
  | { op: 'part'; part: TimePart }
  | { op: 'filler' }
  | { op: 'name'; id: boolean }
  | { op: 'skip' }
  /** `foreign`: the words belong to a table that the view at hand does not reach. */
  | { op: 'refuse'; reason: string; foreign?: true };

/** Phrases with `|` between them, and what each of them does. */
export type Phrases = readonly (readonly [phrases: string, operator: Operator])[];
