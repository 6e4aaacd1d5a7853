import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

const failure = z.object({ code: z.string(), message: z.string() });

export const backup = z.object({
  backup_id: z.string(),
  name: z.string().nullable().describe('File name; null for one that failed'),
  target: z.string().describe('Folder or s3:// address it was written to'),
  trigger: z.enum(['schedule', 'person', 'command']),
  status: z.enum(['kept', 'removed', 'failed']).describe('Removed: aged out by the retention count'),
  bytes: z.number().nullable(),
  objects: z.int().nullable(),
  objects_gone: z.int().describe('Objects that were deleted while the backup ran'),
  started_at: timestamp,
  finished_at: timestamp,
  error: failure.nullable(),
  verified_at: timestamp.nullable().describe('When it was last restored into a scratch folder'),
  verify_error: failure.nullable(),
});
export type Backup = z.infer<typeof backup>;

export const backupPlan = z.object({
  target: z.string().nullable(),
  cron: z.string().nullable().describe('Five fields, UTC'),
  keep: z.int().describe('Backups kept in the target'),
  passphrase_set: z.boolean(),
  next_at: timestamp.nullable(),
});
export type BackupPlan = z.infer<typeof backupPlan>;

export const encryptionState = z.object({
  provider: z.enum(['file', 'vault', 'kms']).describe('Who holds the key-encryption keys'),
  key_id: z.string().describe('The key-encryption key in use'),
  data_keys: z.int(),
  to_rewrap: z.int().describe('Data keys still under an earlier key-encryption key'),
  destroyed: z.int().describe('Data keys destroyed on purpose'),
  objects_encrypted: z.boolean().describe('Whether files are encrypted as they are stored'),
});
export type EncryptionState = z.infer<typeof encryptionState>;

const accepted = z.object({ job_id: z.string() });

export const backupsApi = {
  list: endpoint({
    id: 'listBackups',
    method: 'GET',
    path: '/backups',
    tag: 'Backups',
    summary: 'Backups, newest first, failed ones among them',
    permission: 'backups:read',
    query: listQuery.extend({ cursor: idOf('backup').optional() }),
    status: 200,
    response: listOf(backup),
  }),
  plan: endpoint({
    id: 'getBackupPlan',
    method: 'GET',
    path: '/backups/plan',
    tag: 'Backups',
    summary: 'Where, when and how many: the settings in force',
    permission: 'backups:read',
    status: 200,
    response: backupPlan,
  }),
  make: endpoint({
    id: 'makeBackup',
    method: 'POST',
    path: '/backups',
    tag: 'Backups',
    summary: 'Make a backup now',
    permission: 'backups:write',
    status: 202,
    response: accepted,
  }),
  verify: endpoint({
    id: 'verifyBackup',
    method: 'POST',
    path: '/backups/:id/verify',
    tag: 'Backups',
    summary: 'Check a backup by restoring it into a scratch folder',
    permission: 'backups:write',
    params: z.object({ id: idOf('backup') }),
    status: 202,
    response: accepted,
    errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE'],
  }),
};

export const encryptionApi = {
  state: endpoint({
    id: 'getEncryption',
    method: 'GET',
    path: '/encryption',
    tag: 'Encryption',
    summary: 'Keys in use, by name and number',
    permission: 'encryption:read',
    status: 200,
    response: encryptionState,
  }),
  rotate: endpoint({
    id: 'rotateEncryptionKey',
    method: 'POST',
    path: '/encryption/rotate',
    tag: 'Encryption',
    summary: 'Put a new key-encryption key in use and bring all data keys to it in the background',
    permission: 'encryption:write',
    status: 202,
    response: accepted.extend({ key_id: z.string() }),
    errors: ['KEYS_UNAVAILABLE'],
  }),
};
