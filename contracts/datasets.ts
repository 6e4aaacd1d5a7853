import { z } from 'zod';
import { sensitivity } from './dataset-access.ts';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, sha256, timestamp } from './fields.ts';
import { columnSchema, columnTypes, datasetProfile, rowSet } from './profiles.ts';

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

export const datasetVersion = z.object({
  version_id: z.string(),
  number: z.int(),
  rows: z.int(),
  columns: z.array(columnSchema),
  rejected_rows: z.int(),
  parquet_bytes: z.number(),
  source_bytes: z.number(),
  source_sha256: sha256,
  content_sha256: sha256,
  overrides: ingestOverrides,
  warnings: z.array(ingestWarning),
  created_at: timestamp,
  created_by: z.string(),
  provenance_id: z.string(),
});
export type DatasetVersion = z.infer<typeof datasetVersion>;

export const dataset = z.object({
  dataset_id: z.string(),
  name: z.string().describe('Shown to people'),
  table_name: z.string().describe('Name of the table in SQL'),
  description: z.string(),
  file_name: z.string(),
  format: z.string(),
  rows: z.int(),
  column_count: z.int(),
  rejected_rows: z.int(),
  quality_score: z.number(),
  issue_count: z.int(),
  parquet_bytes: z.number(),
  sample: z.boolean().describe('True for the sample data a first start brings'),
  sensitivity,
  version: datasetVersion,
  version_count: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
  created_by: z.string(),
});
export type Dataset = z.infer<typeof dataset>;

export const uploadStatus = z.object({
  upload_id: z.string(),
  file_name: z.string(),
  /** Bytes durably received: where the next chunk starts. */
  received_bytes: z.number(),
  size_bytes: z.number().nullable(),
  status: z.enum(['receiving', 'queued']),
  job_id: z.string().nullable(),
  object_key: z.string().nullable(),
});
export type UploadStatus = z.infer<typeof uploadStatus>;

export const uploadReadings = ['receiving', 'reading', 'read', 'failed'] as const;

/** A raw file as it was sent, and what became of reading it. */
export const uploadRecord = z.object({
  upload_id: z.string(),
  file_name: z.string(),
  received_bytes: z.number(),
  status: z.enum(uploadReadings).describe('`failed`: it is here whole, but its job failed or was cancelled'),
  job_id: z.string().nullable().describe('The job that read it, or tried to, last'),
  /** Why it could not be read; null for one that was cancelled, or whose job is forgotten. */
  error: z
    .object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) })
    .nullable(),
  dataset_id: z.string().nullable().describe('The dataset it was meant for as a new version'),
  overrides: ingestOverrides.describe('The decisions it was read with last'),
  created_at: timestamp,
  updated_at: timestamp,
  created_by: z.string(),
});
export type UploadRecord = z.infer<typeof uploadRecord>;

const params = z.object({ id: idOf('dataset') });
const version = z.object({ version_id: idOf('version').optional() });

export const datasetsApi = {
  upload: endpoint({
    id: 'uploadData',
    method: 'POST',
    path: '/data/upload',
    tag: 'Data',
    summary: 'Send a file',
    description:
      'Multipart with one part `file` (and optionally, before it, `overrides` as JSON, `dataset_id` for a new version), or the raw bytes as application/octet-stream with `file_name` in the query. To resume, send the rest with `Content-Range: bytes first-last/total` and `upload_id`; ask GET /data/uploads/{id} where to go on. To give decisions with a file in parts, begin it with POST /data/uploads. Answers 202 with `status: receiving` until the last byte is here.',
    permission: 'datasets:write',
    query: z.object({
      file_name: z.string().min(1).max(255).optional(),
      upload_id: idOf('upload').optional(),
      dataset_id: idOf('dataset').optional(),
    }),
    consumes: ['multipart/form-data', 'application/octet-stream'],
    status: 202,
    response: uploadStatus,
    errors: [
      'INVALID_INPUT',
      'PAYLOAD_TOO_LARGE',
      'UPLOAD_OFFSET_MISMATCH',
      'NOT_FOUND',
      'STORAGE_UNAVAILABLE',
    ],
  }),
  createUpload: endpoint({
    id: 'createUpload',
    method: 'POST',
    path: '/data/uploads',
    tag: 'Data',
    summary: 'Begin a file that is sent in parts',
    description:
      'Says beforehand what a multipart body says beside its file: the name, the decisions to read it with, the dataset it is a new version of. Send the bytes with POST /data/upload, `upload_id` and, for a part of them, `Content-Range` from byte 0 on.',
    permission: 'datasets:write',
    body: z.strictObject({
      file_name: z.string().min(1).max(255),
      size_bytes: z.int().min(0).optional().describe('Refused at once when it is past the limit'),
      dataset_id: idOf('dataset').optional(),
      overrides: ingestOverrides.optional(),
    }),
    status: 201,
    response: uploadStatus,
    errors: ['INVALID_INPUT', 'PAYLOAD_TOO_LARGE', 'NOT_FOUND'],
  }),
  listUploads: endpoint({
    id: 'listUploads',
    method: 'GET',
    path: '/data/uploads',
    tag: 'Data',
    summary: 'Raw files, newest first; with `status=failed` those that could not be read',
    permission: 'datasets:read',
    query: listQuery.extend({
      status: z.enum(uploadReadings).optional(),
      job_id: idOf('job').optional().describe('The one this job read last'),
    }),
    status: 200,
    response: listOf(uploadRecord),
    errors: ['INVALID_INPUT'],
  }),
  getUpload: endpoint({
    id: 'getUpload',
    method: 'GET',
    path: '/data/uploads/:id',
    tag: 'Data',
    summary: 'How much of an upload has arrived',
    permission: 'datasets:write',
    params: z.object({ id: idOf('upload') }),
    status: 200,
    response: uploadStatus,
    errors: ['NOT_FOUND'],
  }),
  downloadUpload: endpoint({
    id: 'downloadUpload',
    method: 'GET',
    path: '/data/uploads/:id/file',
    tag: 'Data',
    summary: 'The raw file as it was sent, also when it could not be read',
    permission: 'datasets:read',
    params: z.object({ id: idOf('upload') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  readUpload: endpoint({
    id: 'readUpload',
    method: 'POST',
    path: '/data/uploads/:id/read',
    tag: 'Data',
    summary: 'Read a raw file again with other decisions',
    description:
      'For a file that could not be read. One that became a dataset gets a new version, as by POST /data/datasets/{id}/reingest. CONFLICT while the file is still being received or read, and when its dataset is deleted.',
    permission: 'datasets:write',
    params: z.object({ id: idOf('upload') }),
    body: z.strictObject({ overrides: ingestOverrides }),
    status: 202,
    response: z.object({ job_id: z.string(), status: z.literal('queued') }),
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT'],
  }),
  removeUpload: endpoint({
    id: 'deleteUpload',
    method: 'DELETE',
    path: '/data/uploads/:id',
    tag: 'Data',
    summary: 'Remove a raw file that could not be read, for good',
    permission: 'datasets:delete',
    params: z.object({ id: idOf('upload') }),
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  list: endpoint({
    id: 'listDatasets',
    method: 'GET',
    path: '/data/datasets',
    tag: 'Data',
    summary: 'Datasets',
    permission: 'datasets:read',
    query: listQuery.extend({
      search: z.string().max(200).optional(),
      sort: z
        .enum([
          'name',
          '-name',
          'rows',
          '-rows',
          'updated_at',
          '-updated_at',
          'quality_score',
          '-quality_score',
        ])
        .default('-updated_at'),
    }),
    status: 200,
    response: listOf(dataset),
  }),
  get: endpoint({
    id: 'getDataset',
    method: 'GET',
    path: '/data/datasets/:id',
    tag: 'Data',
    summary: 'One dataset with its newest version',
    permission: 'datasets:read',
    params,
    status: 200,
    response: dataset,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateDataset',
    method: 'PATCH',
    path: '/data/datasets/:id',
    tag: 'Data',
    summary: 'Rename or describe a dataset',
    permission: 'datasets:write',
    params,
    body: z.strictObject({
      name: z.string().trim().min(1).max(200).optional(),
      description: z.string().max(5000).optional(),
    }),
    status: 200,
    response: dataset,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  remove: endpoint({
    id: 'deleteDataset',
    method: 'DELETE',
    path: '/data/datasets/:id',
    tag: 'Data',
    summary: 'Delete a dataset; it can be restored for 30 days',
    permission: 'datasets:delete',
    params,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  restore: endpoint({
    id: 'restoreDataset',
    method: 'POST',
    path: '/data/datasets/:id/restore',
    tag: 'Data',
    summary: 'Undo a deletion',
    permission: 'datasets:delete',
    params,
    status: 200,
    response: dataset,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  versions: endpoint({
    id: 'listDatasetVersions',
    method: 'GET',
    path: '/data/datasets/:id/versions',
    tag: 'Data',
    summary: 'Versions, newest first',
    permission: 'datasets:read',
    params,
    query: listQuery,
    status: 200,
    response: listOf(datasetVersion),
    errors: ['NOT_FOUND'],
  }),
  decisions: endpoint({
    id: 'getDatasetDecisions',
    method: 'GET',
    path: '/data/datasets/:id/decisions',
    tag: 'Data',
    summary: 'What was decided about the file, and why',
    permission: 'datasets:read',
    params,
    query: version,
    status: 200,
    response: z.object({ decisions: ingestDecisions, warnings: z.array(ingestWarning) }),
    errors: ['NOT_FOUND'],
  }),
  preview: endpoint({
    id: 'previewDataset',
    method: 'GET',
    path: '/data/datasets/:id/preview',
    tag: 'Data',
    summary: 'Rows of a dataset',
    permission: 'datasets:read',
    params,
    query: version.extend({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      offset: z.coerce.number().int().min(0).default(0),
      sort: z.string().max(300).optional().describe('A column, `-` before it for descending'),
    }),
    status: 200,
    response: rowSet.extend({ total_rows: z.int() }),
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
  rejects: endpoint({
    id: 'listRejectedRows',
    method: 'GET',
    path: '/data/datasets/:id/rejects',
    tag: 'Data',
    summary: 'Rows that did not fit, with line, reason and raw text',
    permission: 'datasets:read',
    params,
    query: version.extend({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      offset: z.coerce.number().int().min(0).default(0),
    }),
    status: 200,
    response: z.object({ items: z.array(rejectedRow), total: z.int() }),
    errors: ['NOT_FOUND'],
  }),
  reingest: endpoint({
    id: 'reingestDataset',
    method: 'POST',
    path: '/data/datasets/:id/reingest',
    tag: 'Data',
    summary: 'Read the raw file again with other decisions; makes a new version',
    permission: 'datasets:write',
    params,
    body: z.strictObject({ overrides: ingestOverrides }),
    status: 202,
    response: z.object({ job_id: z.string(), status: z.literal('queued') }),
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
  download: endpoint({
    id: 'downloadDataset',
    method: 'GET',
    path: '/data/datasets/:id/download',
    tag: 'Data',
    summary: 'The data as Parquet or CSV, the rejected rows as CSV, or the raw file as it was sent',
    permission: 'datasets:read',
    params,
    query: version.extend({ format: z.enum(['parquet', 'csv', 'raw', 'rejects']).default('csv') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND'],
  }),
  profile: endpoint({
    id: 'getProfile',
    method: 'GET',
    path: '/data/profiles/:id',
    tag: 'Data',
    summary: 'How good the data is',
    permission: 'datasets:read',
    params,
    query: version,
    status: 200,
    response: datasetProfile,
    errors: ['NOT_FOUND'],
  }),
  loadSamples: endpoint({
    id: 'loadSampleData',
    method: 'POST',
    path: '/data/samples',
    tag: 'Data',
    summary: 'Load the sample datasets',
    permission: 'datasets:write',
    status: 202,
    response: z.object({ job_ids: z.array(z.string()) }),
  }),
};
