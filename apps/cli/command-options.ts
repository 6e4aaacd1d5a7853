export interface OptionDefinition {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  /** What stands for the value in the help. */
  value?: string;
  meaning: string;
}

export const commonOptions: Record<string, OptionDefinition> = {
  json: { type: 'boolean', meaning: 'Print one JSON document on standard output' },
  help: { type: 'boolean', short: 'h', meaning: 'Show this help' },
};

export const serverOptions: Record<string, OptionDefinition> = {
  server: { type: 'string', value: 'url', meaning: 'Use the Stroma that answers there' },
};
export const whereOptions: Record<string, OptionDefinition> = {
  ...serverOptions,
  local: { type: 'boolean', meaning: 'Work in this process, whatever server is known' },
};

export const readingOptions: Record<string, OptionDefinition> = {
  name: {
    type: 'string',
    value: 'file name',
    meaning: 'File name to read standard input as (default stdin)',
  },
  format: { type: 'string', value: 'f', meaning: 'csv, json, ndjson, parquet, arrow or xlsx' },
  delimiter: { type: 'string', value: 'c', meaning: 'Character between fields; "tab" for a tabulator' },
  quote: { type: 'string', value: 'c', meaning: 'Character around fields; empty for none' },
  escape: { type: 'string', value: 'c', meaning: 'Character before a quote inside a field' },
  encoding: { type: 'string', value: 'name', meaning: 'For example utf-8, utf-16le, windows-1252' },
  sheet: { type: 'string', value: 'name', meaning: 'Sheet of a workbook' },
  table: { type: 'string', value: 'n', meaning: 'Which table of the file, counted from 0' },
  'skip-lines': { type: 'string', value: 'n', meaning: 'Lines above the header that are not data' },
  'header-lines': { type: 'string', value: 'n', meaning: 'Number of header lines; 0 when there is none' },
  'footer-lines': { type: 'string', value: 'n', meaning: 'Lines below the data that are not data' },
  decimal: { type: 'string', value: 'c', meaning: 'Decimal mark: . or ,' },
  thousands: { type: 'string', value: 'c', meaning: 'Thousands separator; empty for none' },
  'date-order': { type: 'string', value: 'order', meaning: 'ymd, dmy or mdy' },
  'row-order': {
    type: 'string',
    value: 'column',
    meaning: 'Column that rows are ordered by; empty for the order of the file',
  },
  null: { type: 'string', multiple: true, value: 'text', meaning: 'Spelling that means missing; repeatable' },
  type: { type: 'string', multiple: true, value: 'col=type', meaning: 'Type of a column; repeatable' },
  overrides: { type: 'string', value: 'file.json', meaning: 'All of these in one JSON file' },
};

export const answerOptions: Record<string, OptionDefinition> = {
  limit: { type: 'string', value: 'n', meaning: 'Most rows in the answer (default 10000)' },
  timeout: { type: 'string', value: 'seconds', meaning: 'Longest run of the query (default 30)' },
  csv: { type: 'boolean', meaning: 'Print the rows as CSV' },
};
