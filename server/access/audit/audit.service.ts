import { Readable } from 'node:stream';
import type { AuditEventDetail, AuditFilter, AuditState, auditApi } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemTenant } from '../../platform/system-actor.ts';
import { lastSeal, sealsAfter } from './audit.store.ts';
import { type AuditSeal, headsOf, linkHash } from './audit-chain.ts';
import { contentHash, namesOfText } from './audit-content.ts';
import { detailsOf, eventDocument } from './audit-documents.ts';
import { type EventWithPlace, findEvent, headOf, lastOfAction, listEvents } from './audit-events.store.ts';
import { csvExport, type ExportedEvent, jsonExport } from './audit-export.ts';
import type { OpenAudit } from './open-audit.ts';

const exportPage = 2_000;
export const verifyKind = 'audit.verify';

/** The record as those may see it who may. */
export class AuditTrail {
  readonly #platform: Platform;
  readonly #audit: OpenAudit;

  constructor(platform: Platform, audit: OpenAudit) {
    this.#platform = platform;
    this.#audit = audit;
  }

  async report(ctx: Context, body: z.output<typeof auditApi.report.body>): Promise<void> {
    await this.#audit.append(ctx, {
      action: 'client.reported',
      object: body.object,
      outcome: 'success',
      details: { ...body.details, event: body.event },
    });
  }

  async events(ctx: Context, query: AuditFilter & { limit: number; cursor?: string | undefined }) {
    const { limit, cursor, ...filter } = query;
    const before = readIdCursor('audit', cursor);
    const rows = await this.#read(ctx, filter, (tenantId) =>
      listEvents(this.#platform.db.sql, tenantId, filter, { limit: limit + 1, before }),
    );
    const { page, next_cursor } = cutPage(rows, limit, ({ event }) => event.id);
    return {
      items: page.map(eventDocument),
      next_cursor,
    };
  }

  async event(ctx: Context, id: string): Promise<AuditEventDetail> {
    const find = (tenantId: string) => findEvent(this.#platform.db.sql, tenantId, id);
    const found =
      (await find(ctx.actor.tenantId)) ??
      (maySeeInstallation(ctx) ? await this.#read(ctx, { installation: 'true' }, find) : null) ??
      fail('NOT_FOUND', 'There is no such event.', { event_id: id });
    const { event, position, linkSha256, previousSha256 } = found;
    const sha256 = contentHash({ ...event, time: event.time.toISOString() });
    const linked = position !== null && linkSha256 !== null && previousSha256 !== null;
    const expected = linked
      ? linkHash({
          tenantId: event.tenantId,
          position,
          eventId: event.id,
          eventSha256: sha256,
          previousSha256,
        })
      : null;
    return {
      ...eventDocument(found),
      intact: linked ? expected === linkSha256 && sha256 === event.contentSha256 : null,
      link: linked ? { previous_sha256: previousSha256, sha256: linkSha256 } : null,
      seal: linked ? await this.#sealOf(event.tenantId, position) : null,
    };
  }

  /** Whether an event of the organisation holds this very text, and under which names; on record. Throws NOT_FOUND. */
  async compare(ctx: Context, id: string, text: string) {
    const { keys } = this.#audit;
    const { event } =
      (await findEvent(this.#platform.db.sql, ctx.actor.tenantId, id)) ??
      fail('NOT_FOUND', 'There is no such event.', { event_id: id });
    const matches = namesOfText(event, detailsOf(event) ?? {}, text, keys);
    await this.#audit.append(ctx, {
      action: 'audit.compared',
      object: { kind: 'audit_event', id },
      outcome: 'success',
      details: { matches: matches.map(({ name }) => name).join(' ') },
    });
    return { matches };
  }

  async state(ctx: Context): Promise<AuditState> {
    const { tenantId } = ctx.actor;
    const { sql } = this.#platform.db;
    const [head, seal, verified] = await Promise.all([
      headOf(sql, tenantId),
      acrossTenants('seals belong to no tenant', () => lastSeal(sql)),
      lastOfAction(sql, tenantId, 'audit.verified'),
    ]);
    const details = verified === null ? null : detailsOf(verified);
    return {
      events: head?.position ?? 0,
      head,
      last_seal: seal === null ? null : { number: seal.number, time: seal.time, key_id: seal.keyId },
      last_verification:
        verified === null
          ? null
          : {
              intact: details?.intact === true,
              events: Number(details?.events ?? 0),
              finding_count: Number(details?.findings ?? 0),
              verified_at: verified.time.toISOString(),
            },
      public_keys: this.#audit.keys.publicKeys(),
    };
  }

  async verify(ctx: Context): Promise<string> {
    return this.#platform.jobs.send(ctx, verifyKind, {});
  }

  async export(ctx: Context, query: AuditFilter & { format: 'csv' | 'json' }): Promise<Readable> {
    const { format, ...filter } = query;
    const tenantId = this.#tenantOf(ctx, filter);
    await this.#audit.append(ctx, {
      action: 'audit.exported',
      object: null,
      outcome: 'success',
      details: { format, ...definedOf(filter) },
    });
    const subject = {
      tenantId,
      filter,
      exportedBy: ctx.actor.id,
      exportedAt: new Date().toISOString(),
    };
    const write = format === 'csv' ? csvExport : jsonExport;
    return Readable.from(write(this.#pages(ctx, filter), subject, this.#audit.keys), { objectMode: false });
  }

  async *#pages(ctx: Context, filter: AuditFilter): AsyncGenerator<ExportedEvent[]> {
    let after = '';
    for (;;) {
      ctx.signal.throwIfAborted();
      const rows = await this.#read(ctx, filter, (tenantId) =>
        listEvents(this.#platform.db.sql, tenantId, filter, { limit: exportPage, after }),
      );
      yield rows.map(exported);
      const last = rows.at(-1);
      if (last === undefined || rows.length < exportPage) return;
      after = last.event.id;
    }
  }

  /** The first seal whose head lies at or behind the position. */
  async #sealOf(tenantId: string, position: number): Promise<AuditEventDetail['seal']> {
    const { keys } = this.#audit;
    const seal = await acrossTenants('seals belong to no tenant', () => this.#searchSeal(tenantId, position));
    if (seal === null) return null;
    return {
      number: seal.number,
      time: seal.time,
      key_id: seal.keyId,
      signature_valid: keys.verify(seal.sha256, seal.signature, seal.keyId),
    };
  }

  async #searchSeal(tenantId: string, position: number): Promise<AuditSeal | null> {
    const { sql } = this.#platform.db;
    let after = 0;
    for (;;) {
      const page = await sealsAfter(sql, after, 1_000, tenantId);
      const found = page.find((seal) => (headsOf(seal)[tenantId]?.position ?? 0) >= position);
      if (found !== undefined) return found;
      const last = page.at(-1);
      if (last === undefined || page.length < 1_000) return null;
      after = last.number;
    }
  }

  #tenantOf(ctx: Context, filter: AuditFilter): string {
    if (filter.installation !== 'true') return ctx.actor.tenantId;
    if (!maySeeInstallation(ctx))
      fail('FORBIDDEN', 'Events of the installation are for super administrators.', {
        permission: 'tenants:read',
      });
    return systemTenant;
  }

  #read<T>(ctx: Context, filter: AuditFilter, work: (tenantId: string) => Promise<T>): Promise<T> {
    const tenantId = this.#tenantOf(ctx, filter);
    return tenantId === ctx.actor.tenantId
      ? work(tenantId)
      : acrossTenants('the installation’s own events, for a super administrator', () => work(tenantId));
  }
}

const maySeeInstallation = (ctx: Context): boolean => ctx.actor.permissions.has('tenants:read');

function exported(row: EventWithPlace): ExportedEvent {
  return {
    ...eventDocument(row),
    previous_sha256: row.previousSha256,
    link_sha256: row.linkSha256,
  };
}

const definedOf = (filter: AuditFilter) =>
  Object.fromEntries(
    Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
