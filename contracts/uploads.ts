import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { ingestOverrides } from './ingestion.ts';

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

export const uploadsApi = {
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
};
