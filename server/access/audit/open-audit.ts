import type { AuditVerification } from '@stroma/contracts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordSource } from './audit.store.ts';
import type { Audit } from './audit.ts';
import { headOf, tenantsOnRecord } from './audit-events.store.ts';
import { installAuditGuards } from './audit-guards.ts';
import { type AuditKeys, openAuditKeys } from './audit-keys.ts';
import { openAuditSealer } from './audit-sealer.ts';
import { type Checkpoint, type StoredEvent, verifyRecord } from './audit-verification.ts';
import { openAuditWriter } from './audit-writer.ts';

export interface OpenAudit extends Audit {
  readonly keys: AuditKeys;
  /** Begins to link events into the chain. */
  start(): void;
  /** Links everything that is committed now. */
  sealNow(): Promise<void>;
  /** Told of events once they are committed and linked, each in one process alone. */
  watch(listener: (events: readonly StoredEvent[]) => void): void;
  verify(
    tenantId: string,
    checkpoints?: readonly Checkpoint[],
    onProgress?: (events: number) => void,
  ): Promise<AuditVerification>;
  /** Events of one tenant that are linked. */
  lengthOf(tenantId: string): Promise<number>;
  /** Every tenant that has something on record. */
  tenants(): Promise<string[]>;
  close(): Promise<void>;
}

/** The record of who did what: see `docs/audit.md`. Throws SEAL_BROKEN for a key that is none of this store's. */
export async function openAudit(platform: Pick<Platform, 'db' | 'keys' | 'log'>): Promise<OpenAudit> {
  const { db, log } = platform;
  await installAuditGuards(db);
  const keys = await openAuditKeys(platform);
  const writer = openAuditWriter(db, keys);
  const sealer = openAuditSealer(db, keys, log);
  const sealNow = () => acrossTenants('one sealer links for all tenants', () => sealer.sealNow());
  return {
    ...writer,
    keys,
    start: () => acrossTenants('one sealer links for all tenants', () => sealer.start()),
    sealNow,
    watch: (listener) => sealer.watch(listener),
    async verify(tenantId, checkpoints = [], onProgress) {
      await writer.settled();
      await sealNow();
      // The chain of seals is the installation's; rows are still read by tenant.
      return acrossTenants('seals belong to no tenant', () =>
        verifyRecord(recordSource(db), keys, tenantId, checkpoints, onProgress),
      );
    },
    async lengthOf(tenantId) {
      return (await headOf(db.sql, tenantId))?.position ?? 0;
    },
    tenants: () => acrossTenants('every tenant is verified', () => tenantsOnRecord(db.sql)),
    async close() {
      await writer.settled();
      await sealer.stop();
      await sealNow();
    },
  };
}
