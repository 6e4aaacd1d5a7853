import { z } from 'zod';
import { columnTypes } from './profiles.ts';

export const ingestOverrides = z
  .strictObject({
    format: z.enum(['csv', 'json', 'ndjson', 'parquet', 'arrow', 'xlsx']),
    encoding: z.string().max(40),
    delimiter: z.string().min(1).max(2),
    quote: z.string().max(1),
    escape: z.string().max(1),
    skip_lines: z.int().min(0).max(100_000),
    header_lines: z.int().min(0).max(20),
    footer_lines: z.int().min(0).max(100_000),
    decimal: z.enum(['.', ',']),
    thousands: z.enum(['', ',', '.', ' ', "'"]),
    date_order: z.enum(['ymd', 'dmy', 'mdy']),
    null_values: z.array(z.string().max(100)).max(100),
    sheet: z.string().max(255),
    table: z.int().min(0).max(10_000),
    row_order: z
      .string()
      .max(1000)
      .nullable()
      .describe('Column that rows are ordered by; null keeps the order of the file'),
    column_types: z.record(z.string(), z.enum(columnTypes)),
  })
  .partial();
export type IngestOverridesInput = z.infer<typeof ingestOverrides>;

const decision = <T extends z.ZodType>(value: T) =>
  z.object({ value, reason: z.string(), given: z.boolean() });

export const ingestDecisions = z.object({
  format: decision(z.enum(['csv', 'json', 'ndjson', 'parquet', 'arrow', 'xlsx'])),
  compression: decision(z.enum(['none', 'gzip', 'zstd'])),
  encoding: decision(z.string()).nullable(),
  delimiter: decision(z.string()).nullable(),
  quote: decision(z.string()).nullable(),
  escape: decision(z.string()).nullable(),
  line_end: decision(z.enum(['lf', 'crlf', 'cr', 'mixed'])).nullable(),
  skip_lines: decision(z.int()).nullable(),
  header_lines: decision(z.int()).nullable(),
  footer_lines: decision(z.int()).nullable(),
  decimal: decision(z.enum(['.', ','])).nullable(),
  thousands: decision(z.string()).nullable(),
  date_order: decision(z.enum(['ymd', 'dmy', 'mdy'])).nullable(),
  null_values: decision(z.array(z.string())).nullable(),
  row_order: decision(z.string().nullable()),
  table: decision(z.int()),
  tables: z.array(
    z.object({
      index: z.int(),
      name: z.string().nullable(),
      first_line: z.int(),
      last_line: z.int(),
      columns: z.array(z.string()),
      rows: z.int(),
    }),
  ),
  columns: z.array(
    z.object({
      name: z.string(),
      original_name: z.string().nullable(),
      type: decision(z.enum(columnTypes)),
    }),
  ),
});
export type IngestDecisionsDocument = z.infer<typeof ingestDecisions>;
export const ingestWarning = z.object({ code: z.string(), message: z.string(), count: z.int() });
export const rejectedRow = z.object({ line: z.int(), reason: z.string(), raw: z.string() });
