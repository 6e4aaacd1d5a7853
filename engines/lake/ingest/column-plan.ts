import type { ColumnType } from '@stroma/kernel';
import type { NumberFormat } from './cell-reading.ts';

export type DateOrder = 'ymd' | 'dmy' | 'mdy';

/** How the text of a column becomes values. */
export type ColumnReader =
  | { kind: 'text'; trim?: boolean }
  | { kind: 'boolean' }
  | { kind: 'integer'; format: NumberFormat; unit: Unit | null; wide: boolean; leadingZeros?: boolean }
  | { kind: 'number'; format: NumberFormat; unit: Unit | null; leadingZeros?: boolean }
  | { kind: 'date' | 'timestamp'; iso: boolean; formats: string[]; zone: boolean }
  | { kind: 'time'; iso: boolean; formats: string[] }
  | { kind: 'nested'; structure: string };

export interface Unit {
  text: string;
  prefix: boolean;
}

export interface ColumnPlan {
  type: ColumnType;
  reader: ColumnReader;
  reason: string;
  /** Spellings (lower case) read as missing. */
  nulls: readonly string[];
  /** Filled when a numeric date order was decided. */
  dateOrder: { order: DateOrder; ambiguous: boolean; reason: string } | null;
}

export interface PlanHints {
  name: string;
  /** Forced for all columns by the user. */
  decimal?: '.' | ',' | undefined;
  thousands?: NumberFormat['thousands'] | undefined;
  dateOrder?: DateOrder | undefined;
  nullValues?: string[] | undefined;
  type?: ColumnType | undefined;
  /** What other columns of the file say, for columns that could be read in two ways. */
  fileDecimal?: '.' | ',' | undefined;
  fileDateOrder?: 'dmy' | 'mdy' | undefined;
  /** JSON strings become text or, all of them, dates and times; lists stay nested. */
  source?: 'strings' | 'nested' | undefined;
}

/** Distinct values of a column (trimmed, not empty) with how often each occurs. */
export type ValueCounts = Map<string, number>;

/** A type is taken when at least this share of the values fit it, the rest being rejected with a reason. */
export const fitShare = 0.95;
/** Below this many values one odd value is as likely a sign of a wrong type as an error: all must fit. */
export const fitMinimum = 20;

/** The reason of a type that was not detected. */
export const givenReason = 'Set by the user.';

export const fitsEnough = (fit: number, total: number): boolean =>
  total > 0 && (fit === total || (total >= fitMinimum && fit >= total * fitShare));

/** What one kind of type makes of a column, before its null spellings are known. */
export type Proposal = Pick<ColumnPlan, 'type' | 'reader' | 'reason'> &
  Partial<Pick<ColumnPlan, 'dateOrder'>>;
