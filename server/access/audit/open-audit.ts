import type { Platform } from '../../platform/platform.ts';
import type { Audit } from './audit.ts';
import { installAuditGuards } from './audit-guards.ts';
import { type AuditKeys, openAuditKeys } from './audit-keys.ts';
import { openAuditWriter } from './audit-writer.ts';

export interface OpenAudit extends Audit {
  readonly keys: AuditKeys;
  close(): Promise<void>;
}

/** The record of who did what: see `docs/audit.md`. Throws CONFIG_INVALID for a key that is none. */
export async function openAudit({ config, db }: Pick<Platform, 'config' | 'db'>): Promise<OpenAudit> {
  const keys = await openAuditKeys(config);
  await installAuditGuards(db);
  const writer = openAuditWriter(db, keys);
  return {
    ...writer,
    keys,
    close: () => writer.settled(),
  };
}
