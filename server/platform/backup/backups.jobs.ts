import type { JobDefinition } from '../jobs/job-types.ts';
import type { Backups } from './backups.service.ts';

export const makeBackupKind = 'backups.make';
export const verifyBackupKind = 'backups.verify';

export function makeBackupJob(
  backups: Backups,
  cron: string | undefined,
): JobDefinition<{ trigger?: 'person' }> {
  return {
    kind: makeBackupKind,
    title: () => 'Making a backup',
    timeoutSeconds: 12 * 3600,
    retries: 1,
    concurrency: 1,
    permission: 'backups:write',
    ...(cron === undefined ? {} : { cron }),
    async run({ trigger = 'schedule' as const }, ctx, job) {
      const made = await backups.make(ctx, {
        trigger,
        signal: ctx.signal,
        onProgress: (fraction, phase) => job.progress(fraction, phase),
      });
      return { result: { backup_id: made.backup_id } };
    },
  };
}

export function verifyBackupJob(backups: Backups): JobDefinition<{ backup_id: string }> {
  return {
    kind: verifyBackupKind,
    title: () => 'Checking a backup',
    timeoutSeconds: 12 * 3600,
    retries: 0,
    concurrency: 1,
    permission: 'backups:write',
    async run({ backup_id }) {
      const checked = await backups.verify(backup_id);
      return { result: { backup_id, error: checked.verify_error } };
    },
  };
}
