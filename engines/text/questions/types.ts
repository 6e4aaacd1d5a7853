import type { ColumnValues, JsonValue, TableProfile } from '@stroma/kernel';
import type { QueryExpression } from './expression.ts';

export interface QuestionTable {
  /** SQL name of the table. */
  name: string;
  /** What a person calls it; its words may be used for its rows. */
  label?: string;
  profile: TableProfile;
  values: ColumnValues[];
  joins?: { column: string; other_table: string; other_column: string; kind: string }[];
}

export type WordRole =
  | 'column'
  | 'table'
  | 'value'
  | 'aggregate'
  | 'filter'
  | 'group'
  | 'order'
  | 'limit'
  | 'time'
  | 'comparison'
  | 'ignored'
  | 'unknown';

/** One piece of the question and what it was taken for. */
export interface WordMeaning {
  text: string;
  /** Place in the question, in UTF-16 units; `end` is exclusive. */
  start: number;
  end: number;
  role: WordRole;
  /** What it was taken for, in words. */
  target: string;
  column: string | null;
  value: JsonValue;
  confidence: number;
  alternatives: { target: string; column: string | null; value: JsonValue }[];
}

export interface Interpretation {
  /** The question restated exactly, for example "Average of Reaction for each Days, ordered by Days". */
  sentence: string;
  words: WordMeaning[];
}

/** A person says what the piece from `start` to `end` means. */
export interface Correction {
  start: number;
  end: number;
  column?: string;
  value?: JsonValue;
  ignore?: boolean;
}

export interface AnswerColumn {
  alias: string;
  role: 'group' | 'measure' | 'label';
  /** Words for an axis or a heading. */
  title: string;
  unit: string | null;
  /** Ordered in time. */
  temporal: boolean;
}

export interface AnswerShape {
  kind:
    | 'number'
    | 'groups'
    | 'rows'
    | 'values'
    | 'series'
    | 'histogram'
    | 'correlation'
    | 'difference'
    | 'pairs'
    | 'yes_no';
  columns: AnswerColumn[];
  /** Columns whose missing values the measures leave out. */
  measured: { table: string; column: string; missing: number }[];
  filtered: boolean;
  title: string;
}

export type ParsedQuestion =
  | {
      answerable: true;
      sql: string;
      tables: string[];
      expression: QueryExpression;
      interpretation: Interpretation;
      /** 0..1, how sure the reading is. */
      confidence: number;
      shape: AnswerShape;
    }
  | {
      answerable: false;
      reason: string;
      not_understood: string[];
      suggestions: string[];
      interpretation: Interpretation;
    };
