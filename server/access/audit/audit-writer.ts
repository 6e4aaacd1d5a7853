import type { Context } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { insertEvents } from './audit.store.ts';
import type { Audit, AuditEntry, Stranger } from './audit.ts';
import { contentHash, contentOf } from './audit-content.ts';
import type { AuditKeys } from './audit-keys.ts';
import type { StoredEvent } from './audit-verification.ts';

const largestBatch = 500;

interface Waiting {
  event: StoredEvent;
  done(): void;
  failed(error: unknown): void;
}

/** Puts events on record. An appender never waits for another's transaction: linking them comes after the commit. */
export function openAuditWriter(database: Database, keys: AuditKeys): Audit & { settled(): Promise<void> } {
  const waiting: Waiting[] = [];
  let flushing: Promise<void> | null = null;

  const eventOf = (who: Context | Stranger, entry: AuditEntry): StoredEvent => {
    const content = contentOf(who, entry, keys);
    const contentSha256 = contentHash(content);
    return { ...content, contentSha256, mac: keys.mac(contentSha256) ?? '', keyId: keys.keyId };
  };

  const flush = async (): Promise<void> => {
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, largestBatch);
      try {
        await insertEvents(
          database.sql,
          batch.map(({ event }) => event),
        );
        for (const each of batch) each.done();
      } catch (error) {
        for (const each of batch) each.failed(error);
      }
    }
    flushing = null;
  };

  return {
    record: (tx, who, entry) => insertEvents(tx, [eventOf(who, entry)]),
    async recordAll(tx, entries) {
      if (entries.length === 0) return;
      await insertEvents(
        tx,
        entries.map(({ who, entry }) => eventOf(who, entry)),
      );
    },
    append: (who, entry) =>
      new Promise((done, failed) => {
        waiting.push({ event: eventOf(who, entry), done, failed });
        flushing ??= acrossTenants('one statement writes the events of all who wait', flush);
      }),
    async settled() {
      while (flushing !== null) await flushing;
    },
  };
}
