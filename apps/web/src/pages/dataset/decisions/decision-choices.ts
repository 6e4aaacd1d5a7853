import type { IngestDecisionsDocument, IngestOverridesInput } from '@stroma/contracts';

export type OverrideName = keyof IngestOverridesInput;

/** Decisions in the order a reader meets them. Those without an override are shown, and cannot be changed. */
export const decisionOrder = [
  'format',
  'compression',
  'encoding',
  'line_end',
  'delimiter',
  'quote',
  'escape',
  'skip_lines',
  'header_lines',
  'footer_lines',
  'decimal',
  'thousands',
  'date_order',
  'null_values',
  'table',
  'row_order',
] as const;
export type DecisionName = (typeof decisionOrder)[number];

export const changeable = (name: DecisionName): name is DecisionName & OverrideName =>
  name !== 'compression' && name !== 'line_end';

const ofText = ['encoding', 'decimal', 'thousands', 'date_order', 'null_values'] as const;
const ofLayout = ['skip_lines', 'header_lines', 'footer_lines', 'table'] as const;
const byFormat: Partial<Record<string, readonly DecisionName[]>> = {
  json: ofText,
  ndjson: ofText,
  xlsx: ['decimal', 'thousands', 'date_order', 'null_values', ...ofLayout],
  parquet: [],
  arrow: [],
};

/** What can be set for a file of this format whose columns nobody knows, in order; everything while the format is open. */
export function decisionsFor(format: unknown): (DecisionName & OverrideName)[] {
  const fitting = byFormat[String(format)];
  return decisionOrder
    .filter(changeable)
    .filter((name) => name !== 'row_order')
    .filter((name) => name === 'format' || fitting === undefined || fitting.includes(name));
}

export const formats = ['csv', 'json', 'ndjson', 'parquet', 'arrow', 'xlsx'] as const;
export const dateOrders = ['ymd', 'dmy', 'mdy'] as const;
export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'macintosh',
  'shift_jis',
  'gb18030',
] as const;

/** Characters a person may choose from, with the words for those that cannot be seen. */
export const characters = {
  delimiter: [',', ';', '\t', '|', ' ', ':'],
  quote: ['"', "'", ''],
  escape: ['"', '\\', ''],
  decimal: ['.', ','],
  thousands: ['', ',', '.', ' ', "'"],
} as const;

const words = {
  ',': 'char_comma',
  ';': 'char_semicolon',
  '\t': 'char_tab',
  '|': 'char_pipe',
  ' ': 'char_space',
  ':': 'char_colon',
  '': 'char_none',
  '"': 'char_double_quote',
  "'": 'char_single_quote',
  '\\': 'char_backslash',
  '.': 'char_point',
} as const;

export const characterWord = (character: string) =>
  character in words ? words[character as keyof typeof words] : null;

/** The decision as one value of an override. */
export function decidedValue(decisions: IngestDecisionsDocument, name: DecisionName): unknown {
  return decisions[name]?.value;
}
