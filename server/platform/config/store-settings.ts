import { z } from 'zod';

/** Where things are kept, and what keeps them safe. */
export const storeSettings = {
  STROMA_DATA: z
    .string()
    .default('./data')
    .describe('Folder that holds everything the embedded default stores'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host:port/database')
    .optional()
    .describe('PostgreSQL to use instead of the embedded store'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected redis://host:port')
    .optional()
    .describe('Redis for cache and rate limits across processes'),
  STROMA_S3_BUCKET: z.string().optional().describe('Bucket to keep objects in instead of the data folder'),
  STROMA_S3_ENDPOINT: z.url().optional().describe('S3-compatible endpoint; absent means AWS'),
  STROMA_S3_REGION: z.string().default('us-east-1').describe('Region of the bucket'),
  STROMA_S3_ACCESS_KEY: z.string().optional().describe('Access key; absent means the AWS default chain'),
  STROMA_S3_SECRET_KEY: z.string().optional().describe('Secret key that belongs to the access key'),
  STROMA_BACKUP_TARGET: z
    .string()
    .optional()
    .describe('Where backups go: a folder on another disk, or s3://bucket/prefix'),
  STROMA_BACKUP_CRON: z
    .string()
    .optional()
    .describe('When backups are made, five fields in UTC, for example "15 1 * * *"; absent means by hand'),
  STROMA_BACKUP_KEEP: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(14)
    .describe('Backups kept; the oldest beyond them are removed'),
  STROMA_BACKUP_PASSPHRASE: z
    .string()
    .min(12)
    .optional()
    .describe('Passphrase that opens the backups; keep it elsewhere too'),
  STROMA_AUDIT_ANCHOR_FILE: z
    .string()
    .optional()
    .describe(
      'File that checkpoints of the audit record are added to, best on another disk; absent means one in the data folder',
    ),
  STROMA_AUDIT_TSA_URL: z
    .url()
    .optional()
    .describe('Time-stamp authority (RFC 3161) that puts its time under each checkpoint'),
  STROMA_AUDIT_TSA_CERTIFICATE: z
    .string()
    .optional()
    .describe('File with the certificate of that authority, or of one above it (PEM)'),
  STROMA_PROVENANCE_KEY_FILE: z
    .string()
    .optional()
    .describe('Key that signs provenance (PEM); absent means one in the data folder'),
};
