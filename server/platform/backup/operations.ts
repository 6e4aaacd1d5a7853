import type { FastifyInstance } from 'fastify';
import { type ControlSocket, openControlSocket } from '../control/control-socket.ts';
import type { OperatorCommands } from '../control/operator-commands.ts';
import { rewrapJob } from '../crypto/encryption.jobs.ts';
import { encryptionRoutes } from '../crypto/encryption.routes.ts';
import type { Recorder } from '../crypto/keys.ts';
import { fail } from '../failure.ts';
import type { Platform } from '../platform.ts';
import { systemContext } from '../system-actor.ts';
import { makeBackupJob, verifyBackupJob } from './backups.jobs.ts';
import { backupRoutes } from './backups.routes.ts';
import { Backups } from './backups.service.ts';
import type { RestoredBackup } from './restore-backup.ts';

/** Keeping the installation itself: its keys and its backups, by schedule, by page and by command. */
export interface Operations {
  readonly commands: OperatorCommands;
  register(app: FastifyInstance): void;
  /** Put on the record of the installation that was restored. */
  recordRestore(name: string, restored: RestoredBackup): Promise<void>;
  /** Takes orders of the account that runs Stroma. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** `others`: commands of what stands above the platform. */
export function openOperations(
  platform: Platform,
  record: Recorder,
  version: string,
  others: Pick<OperatorCommands, 'verify-audit' | 'anchor-audit'>,
): Operations {
  const { config, keys, jobs, log } = platform;
  const {
    STROMA_BACKUP_CRON: cron,
    STROMA_BACKUP_TARGET: target,
    STROMA_BACKUP_PASSPHRASE: passphrase,
  } = config;
  if (cron !== undefined && (target === undefined || passphrase === undefined))
    fail(
      'CONFIG_INVALID',
      'Expected STROMA_BACKUP_TARGET and STROMA_BACKUP_PASSPHRASE beside STROMA_BACKUP_CRON: without them no backup can be made.',
    );
  const backups = new Backups(platform, record, version);
  keys.recordWith(record);
  jobs.register(makeBackupJob(backups, cron));
  jobs.register(verifyBackupJob(backups));
  jobs.register(rewrapJob(keys, platform.db));
  let control: ControlSocket | null = null;

  const commands: OperatorCommands = {
    backup: (input, { signal, onProgress }) =>
      backups.make(systemContext(log), { ...input, trigger: 'command', signal, onProgress }),
    async 'rotate-keys'(_, { signal, onProgress }) {
      const { key_id } = await keys.rotate(systemContext(log));
      const done = await keys.rewrap({
        signal,
        onProgress: (rewrapped, all) => onProgress(all === 0 ? 1 : rewrapped / all, 'wrapping keys'),
      });
      return { key_id, ...done };
    },
    'keys-state': () => keys.state(),
    ...others,
  };

  return {
    commands,
    register(app) {
      backupRoutes(app, backups, jobs);
      encryptionRoutes(app, platform);
    },
    async recordRestore(name, { created_at, entries, bytes }) {
      await platform.db.transaction((tx) =>
        record(tx, null, {
          action: 'backup.restored',
          object: { kind: 'backup', id: name },
          outcome: 'success',
          details: { made_at: created_at, entries, bytes },
        }),
      );
    },
    async start() {
      control = await openControlSocket(config.STROMA_DATA, commands, log);
    },
    async close() {
      await control?.close();
    },
  };
}
