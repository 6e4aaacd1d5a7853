import { join } from 'node:path';
import type { Backup, BackupPlan } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { CronExpressionParser } from 'cron-parser';
import type { Context } from '../context.ts';
import type { Recorder } from '../crypto/keys.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import { fail } from '../failure.ts';
import { newId } from '../ids.ts';
import { cutPage } from '../paging.ts';
import type { Platform } from '../platform.ts';
import { type BackupTarget, backupName } from './backup-target.ts';
import {
  type BackupRow,
  changeBackup,
  findBackup,
  insertBackup,
  listBackups,
  markRemoved,
} from './backups.store.ts';
import { openTarget } from './open-target.ts';
import { type VerifiedBackup, verifyBackup } from './verify-backup.ts';
import { writeBackup } from './write-backup.ts';

export interface MakeBackup {
  trigger: BackupRow['trigger'];
  /** Absent means those of the settings. */
  target?: string | undefined;
  passphrase?: string | undefined;
  verify?: boolean;
  signal?: AbortSignal;
  onProgress?(fraction: number, phase: string): void;
}

/** A backup is of the whole installation, whoever asks for it. */
const apart = <T>(work: () => Promise<T>): Promise<T> =>
  acrossTenants('a backup is of the whole installation', work);

/** Backups of the whole installation: making, checking, ageing out. */
export class Backups {
  readonly #platform: Platform;
  readonly #record: Recorder;
  readonly #version: string;
  #running = false;

  constructor(platform: Platform, record: Recorder, version: string) {
    this.#platform = platform;
    this.#record = record;
    this.#version = version;
  }

  plan(now = new Date()): BackupPlan {
    const { STROMA_BACKUP_TARGET, STROMA_BACKUP_CRON, STROMA_BACKUP_KEEP, STROMA_BACKUP_PASSPHRASE } =
      this.#platform.config;
    const next =
      STROMA_BACKUP_CRON === undefined
        ? null
        : CronExpressionParser.parse(STROMA_BACKUP_CRON, { currentDate: now, tz: 'UTC' })
            .next()
            .toISOString();
    return {
      target: STROMA_BACKUP_TARGET ?? null,
      cron: STROMA_BACKUP_CRON ?? null,
      keep: STROMA_BACKUP_KEEP,
      passphrase_set: STROMA_BACKUP_PASSPHRASE !== undefined,
      next_at: next,
    };
  }

  async list({ limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const rows = await apart(() => listBackups(this.#platform.db.sql, { before: cursor, limit: limit + 1 }));
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: page.map(documentOf), next_cursor };
  }

  /**
   * Makes one backup and forgets those beyond the retention count. Throws UNPROCESSABLE where no target or passphrase
   * is known, CONFLICT while another one is being made by this process.
   */
  make(ctx: Context, order: MakeBackup): Promise<Backup> {
    return apart(() => this.#make(ctx, order));
  }

  async #make(ctx: Context, order: MakeBackup): Promise<Backup> {
    const { config, db } = this.#platform;
    const passphrase = order.passphrase ?? config.STROMA_BACKUP_PASSPHRASE;
    const address = order.target ?? config.STROMA_BACKUP_TARGET;
    if (address === undefined || passphrase === undefined)
      return fail(
        'UNPROCESSABLE',
        'Expected STROMA_BACKUP_TARGET and STROMA_BACKUP_PASSPHRASE. Set both, or run "npx stroma backup <folder>".',
        { target_set: address !== undefined, passphrase_set: passphrase !== undefined },
      );
    if (this.#running) fail('CONFLICT', 'A backup is being made already. Wait until it has ended.');
    this.#running = true;
    const id = newId('backup');
    const startedAt = new Date();
    const row: BackupRow = {
      id,
      name: null,
      target: address,
      trigger: order.trigger,
      bytes: null,
      objects: null,
      gone: [],
      startedAt,
      finishedAt: startedAt,
      error: null,
      verifiedAt: null,
      verifyError: null,
      removedAt: null,
    };
    try {
      const target = await openTarget(address, config);
      row.target = target.address;
      row.name = backupName(startedAt, id);
      const { bytes, objects, gone } = await writeBackup(
        { config, db, storedObjects: this.#platform.storedObjects, version: this.#version },
        {
          name: row.name,
          target,
          passphrase,
          at: startedAt,
          scratch: join(this.#platform.scratchFolder, id),
          signal: order.signal,
          ...(order.onProgress === undefined ? {} : { onProgress: order.onProgress }),
        },
      );
      Object.assign(row, { bytes, objects, gone, finishedAt: new Date() });
      await this.#keep(ctx, row, 'backup.made');
      if (order.verify === true) Object.assign(row, await this.#verify(row, target, passphrase));
      await this.#ageOut(target);
    } catch (error) {
      const failure = failureOf(error);
      await this.#keep(ctx, { ...row, name: null, finishedAt: new Date(), error: failure }, 'backup.failed');
      throw error;
    } finally {
      this.#running = false;
    }
    return documentOf(row);
  }

  /** Checks a backup of the list by restoring it into a scratch folder; what is wrong is kept with it. */
  verify(backupId: string): Promise<Backup> {
    return apart(() => this.#verifyKept(backupId));
  }

  async #verifyKept(backupId: string): Promise<Backup> {
    const row =
      (await findBackup(this.#platform.db.sql, backupId)) ??
      fail('NOT_FOUND', `There is no backup ${backupId}.`);
    const passphrase = this.#platform.config.STROMA_BACKUP_PASSPHRASE;
    if (row.name === null || row.removedAt !== null) fail('CONFLICT', 'There is no file of this backup.');
    if (passphrase === undefined)
      return fail(
        'UNPROCESSABLE',
        'Expected STROMA_BACKUP_PASSPHRASE. Set it, or run "npx stroma backup --check <file>".',
      );
    const target = await openTarget(row.target, this.#platform.config);
    return documentOf({ ...row, ...(await this.#verify(row, target, passphrase)) });
  }

  async #verify(row: BackupRow, target: BackupTarget, passphrase: string): Promise<Partial<BackupRow>> {
    let change: Partial<BackupRow>;
    try {
      await this.#restoreAside(target, row.name ?? '', passphrase);
      change = { verifiedAt: new Date(), verifyError: null };
    } catch (error) {
      change = { verifiedAt: new Date(), verifyError: failureOf(error) };
    }
    await changeBackup(this.#platform.db.sql, row.id, change);
    return change;
  }

  async #restoreAside(target: BackupTarget, name: string, passphrase: string): Promise<VerifiedBackup> {
    const { scratchFolder, log } = this.#platform;
    return await verifyBackup(await target.open(name), passphrase, { scratchFolder, log });
  }

  async #ageOut(target: BackupTarget): Promise<void> {
    const stored = await target.list();
    const old = stored.slice(0, -this.#platform.config.STROMA_BACKUP_KEEP).map(({ name }) => name);
    for (const name of old) await target.remove(name);
    await markRemoved(this.#platform.db.sql, target.address, old, new Date());
  }

  async #keep(ctx: Context, row: BackupRow, action: 'backup.made' | 'backup.failed'): Promise<void> {
    await this.#platform.db.transaction(async (tx) => {
      await insertBackup(tx, row);
      await this.#record(tx, ctx, {
        action,
        object: { kind: 'backup', id: row.id },
        outcome: row.error === null ? 'success' : 'failure',
        details: {
          target: row.target,
          bytes: row.bytes,
          trigger: row.trigger,
          error: row.error?.code ?? null,
        },
      });
    });
  }
}

function failureOf(error: unknown): { code: string; message: string } {
  return error instanceof StromaError
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL', message: 'The backup failed for a reason that is in the log.' };
}

const documentOf = (row: BackupRow): Backup => ({
  backup_id: row.id,
  name: row.name,
  target: row.target,
  trigger: row.trigger,
  status: row.error !== null ? 'failed' : row.removedAt !== null ? 'removed' : 'kept',
  bytes: row.bytes,
  objects: row.objects,
  objects_gone: row.gone.length,
  started_at: row.startedAt.toISOString(),
  finished_at: row.finishedAt.toISOString(),
  error: row.error,
  verified_at: row.verifiedAt?.toISOString() ?? null,
  verify_error: row.verifyError,
});
