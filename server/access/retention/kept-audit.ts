import { Readable } from 'node:stream';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { eventDocument } from '../audit/audit-documents.ts';
import { listEvents } from '../audit/audit-events.store.ts';
import { type ExportedEvent, jsonExport } from '../audit/audit-export.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import type { Kept } from './kept.ts';
import { archivedUntil } from './retention.store.ts';

const pageSize = 2_000;

/**
 * The record is verified, exported with its signature into the object store and kept: nothing of it is ever cut, so
 * a legal hold has nothing to keep. Throws CONFLICT when the record does not verify, and archives nothing then.
 */
export function keptAudit({ db, objects }: Platform, audit: OpenAudit): Kept {
  async function* pages(tenantId: string, from: Date | null, before: Date): AsyncGenerator<ExportedEvent[]> {
    const filter = { ...(from !== null && { from: from.toISOString() }), to: before.toISOString() };
    let after = '';
    for (;;) {
      const rows = await listEvents(db.sql, tenantId, filter, { limit: pageSize, after });
      yield rows.map((row) => ({
        ...eventDocument(row),
        previous_sha256: row.previousSha256,
        link_sha256: row.linkSha256,
      }));
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = last.event.id;
    }
  }

  async function count(tenantId: string, from: Date | null, before: Date) {
    let events = 0;
    let oldest: string | null = null;
    for await (const page of pages(tenantId, from, before)) {
      events += page.length;
      oldest ??= page[0]?.time ?? null;
    }
    return { events, oldest };
  }

  return {
    kind: 'audit',
    manner: 'archive',
    defaultDays: 7 * 365 + 2,
    shortestDays: 365,
    async find(tenantId, before) {
      const { events, oldest } = await count(
        tenantId,
        await archivedUntil(db.sql, tenantId, 'audit'),
        before,
      );
      return { due: events, held: 0, oldest: oldest === null ? null : new Date(oldest) };
    },
    async dispose({ actor }, before) {
      const { tenantId } = actor;
      const from = await archivedUntil(db.sql, tenantId, 'audit');
      const { events } = await count(tenantId, from, before);
      if (events === 0) return { done: 0, archive: null };
      const verified = await audit.verify(tenantId);
      if (!verified.intact)
        fail(
          'CONFLICT',
          'The audit record does not verify, so nothing of it is archived. See Admin > Audit.',
          {
            findings: verified.finding_count,
          },
        );
      const key = `archive/audit/${tenantId}/${before.toISOString().replace(/[:.]/g, '-')}.json`;
      const subject = {
        tenantId,
        filter: { ...(from !== null && { from: from.toISOString() }), to: before.toISOString() },
        exportedBy: actor.id,
        exportedAt: new Date().toISOString(),
      };
      const text = jsonExport(pages(tenantId, from, before), subject, audit.keys);
      const { sha256 } = await objects.put(key, Readable.from(text, { objectMode: false }));
      const kept = await objects.stat(key);
      if (kept?.sha256 !== sha256)
        fail('STORAGE_UNAVAILABLE', 'The archive of the audit record is not what was written.', { key });
      return { done: events, archive: { object: key, sha256 } };
    },
  };
}
