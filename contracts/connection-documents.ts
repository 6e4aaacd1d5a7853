import { z } from 'zod';
import { idOf, sha256, timestamp } from './fields.ts';
import { columnTypes } from './profiles.ts';
import { changePolicies, importModes, importRunStatuses, sourceAuths, sourceTls } from './source-kinds.ts';

const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[^\s/@:?#]+$|^[0-9a-fA-F:.]+$/, 'expected the name or address of a host, without scheme and port');
const port = z.int().min(1).max(65_535);
const word = z.string().trim().min(1).max(200);
const address = z
  .url({ protocol: /^https?$/, error: 'expected an address that begins with https:// or http://' })
  .max(2000);
const tls = z.enum(sourceTls).default('verify');
const certificate = z
  .string()
  .max(20_000)
  .describe('Authority that signed the certificate of the server, PEM');
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header');
const pointer = z
  .string()
  .max(500)
  .regex(/^(\/.*)?$/, 'expected a JSON pointer such as /data/items, or nothing for the whole answer');
const parameter = z.string().min(1).max(100);

const database = {
  host,
  database: word,
  user: word,
  tls,
  certificate: certificate.optional(),
};
const httpAccess = {
  auth: z.enum(sourceAuths).default('none'),
  user: z.string().max(200).optional().describe('For `basic`'),
  header: headerName.optional().describe('For `header`: where the token is sent'),
};

/** RFC 6901 pointers lead to the rows and to what says where the next page is. */
export const jsonPaging = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('page'),
    parameter,
    first: z.int().min(0).max(1).default(1),
    size_parameter: parameter.optional(),
    size: z.int().min(1).max(100_000).optional(),
  }),
  z.strictObject({
    kind: z.literal('offset'),
    parameter,
    size_parameter: parameter.optional(),
    size: z.int().min(1).max(100_000).default(100),
  }),
  z.strictObject({ kind: z.literal('cursor'), parameter, pointer }),
  z.strictObject({
    kind: z.literal('next_link'),
    pointer: pointer.optional().describe('Absent: the Link header (RFC 8288)'),
  }),
]);

export const sourceSettings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('postgresql'), port: port.default(5432), ...database }),
  z.strictObject({ kind: z.literal('mysql'), port: port.default(3306), ...database }),
  z.strictObject({
    kind: z.literal('sqlite'),
    file_id: idOf('sourceFile').optional().describe('A file that was sent to `/data/connections/files`'),
    path: z.string().min(1).max(1000).optional().describe('A file in a folder of STROMA_SQLITE_FOLDERS'),
  }),
  z.strictObject({
    kind: z.literal('clickhouse'),
    url: address.describe('Of its HTTP interface, for example https://host:8443'),
    database: word.default('default'),
    user: word.default('default'),
  }),
  z.strictObject({
    kind: z.literal('http_json'),
    url: address,
    headers: z.record(headerName, z.string().max(1000)).default({}).describe('Sent as they are; no secrets'),
    ...httpAccess,
    rows: pointer.default(''),
    paging: jsonPaging.default({ kind: 'none' }),
    max_pages: z.int().min(1).max(100_000).default(1000),
    max_rows: z.int().min(1).max(50_000_000).default(1_000_000),
    since_parameter: parameter
      .optional()
      .describe('Query parameter that takes the last cursor, so that only newer rows are sent'),
  }),
  z.strictObject({
    kind: z.literal('http_files'),
    url: address.describe('An index page with links, or a manifest: JSON or one address a line'),
    ...httpAccess,
  }),
  z.strictObject({
    kind: z.literal('s3'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
    prefix: z.string().max(900).default(''),
    region: z.string().min(1).max(50).default('us-east-1'),
    endpoint: address.optional().describe('Of a server that speaks S3; absent means AWS'),
    access_key: z.string().max(200).optional().describe('Absent: without signature, for public buckets'),
  }),
]);
export type SourceSettings = z.infer<typeof sourceSettings>;
export type SourceSettingsInput = z.input<typeof sourceSettings>;
export type SettingsOf<K extends SourceSettings['kind']> = Extract<SourceSettings, { kind: K }>;

/** Never given back. Password of a database or of `basic`; token of `bearer` and `header`; secret key of S3. */
export const sourceSecrets = z.strictObject({
  password: z.string().max(1000).optional(),
  token: z.string().max(10_000).optional(),
  secret_key: z.string().max(1000).optional(),
});
export type SourceSecrets = z.infer<typeof sourceSecrets>;

export const sourceSelection = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('table'),
    schema: z.string().max(300).default(''),
    table: z.string().min(1).max(1000),
  }),
  z.strictObject({ kind: z.literal('query'), sql: z.string().trim().min(1).max(50_000) }),
]);
export type SourceSelection = z.infer<typeof sourceSelection>;

export const sourceColumn = z.object({
  name: z.string(),
  /** In the words of the source. */
  source_type: z.string(),
  type: z.enum(columnTypes),
});
export type SourceColumn = z.infer<typeof sourceColumn>;

export const columnChange = z.object({
  change: z.enum(['added', 'removed', 'retyped']),
  column: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type ColumnChange = z.infer<typeof columnChange>;

const problem = z.object({ code: z.string(), message: z.string() });

export const testedConnection = z.object({
  ok: z.literal(true),
  server: z.string().describe('What answered, in its own words'),
  encrypted: z.boolean(),
  elapsed_ms: z.int(),
});
export type TestedConnection = z.infer<typeof testedConnection>;

export const importRun = z.object({
  run_id: z.string(),
  import_id: z.string(),
  job_id: z.string().nullable(),
  status: z.enum(importRunStatuses),
  rows_read: z.int(),
  rows_total: z.int().nullable(),
  left_out: z.int().describe('Rows without a value in the cursor column'),
  misfits: z.int().describe('Values the type of their column cannot hold; missing in the dataset'),
  cursor_from: z.string().nullable(),
  cursor_to: z.string().nullable(),
  content_sha256: sha256.nullable(),
  changes: z.array(columnChange),
  error: problem.nullable(),
  dataset_id: z.string().nullable(),
  version_id: z.string().nullable(),
  started_at: timestamp,
  ended_at: timestamp,
});
export type ImportRun = z.infer<typeof importRun>;

export const sourceImport = z.object({
  import_id: z.string(),
  connection_id: z.string(),
  selection: sourceSelection,
  mode: z.enum(importModes),
  cursor_column: z.string().nullable(),
  cursor: z.string().nullable().describe('The greatest value imported so far'),
  schedule: z.string().nullable(),
  next_at: timestamp.nullable(),
  on_change: z.enum(changePolicies),
  dataset_id: z.string().nullable(),
  dataset_name: z.string(),
  columns: z.array(sourceColumn).nullable(),
  running_job_id: z.string().nullable(),
  last_run: importRun.nullable(),
  created_by: z.string(),
  created_at: timestamp,
});
export type SourceImport = z.infer<typeof sourceImport>;

export const dataConnection = z.object({
  connection_id: z.string(),
  name: z.string(),
  settings: sourceSettings,
  secrets_set: z.array(z.enum(['password', 'token', 'secret_key'])),
  tested: z.object({ at: timestamp, problem: problem.nullable() }),
  imports: z.int(),
  last_run: importRun.nullable(),
  created_by: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type DataConnection = z.infer<typeof dataConnection>;

export const sourceTable = z.object({
  schema: z.string(),
  table: z.string(),
  kind: z.enum(['table', 'view', 'rows', 'file', 'folder']),
  rows_estimate: z.number().nullable(),
  bytes: z.number().nullable(),
});
export type SourceTable = z.infer<typeof sourceTable>;
