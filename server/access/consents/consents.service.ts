import { hash } from 'node:crypto';
import type { Consent, consentsApi } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { csvField } from '../../platform/csv-field.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import {
  type ConsentRow,
  findConsent,
  forgetSubjects,
  insertConsents,
  listConsents,
  lockSubject,
  withdrawConsent,
} from './consents.store.ts';

const sealing = 'consent-subject';
const mostOfOne = 1_000;
const contextOf = (id: string): string => `consents/${id}`;

/** Who agreed to what, until when. The audit record holds that it happened, never who it was. */
export class Consents {
  readonly #platform: Platform;
  readonly #audit: OpenAudit;

  constructor(platform: Platform, audit: OpenAudit) {
    this.#platform = platform;
    this.#audit = audit;
  }

  /** Throws CONFLICT for a purpose that is agreed to already, UNPROCESSABLE for times that cannot be. */
  async give(ctx: Context, input: z.output<typeof consentsApi.give.body>): Promise<{ items: Consent[] }> {
    const { db, keys } = this.#platform;
    const { tenantId, id: recordedBy, name: recordedByName } = ctx.actor;
    const now = new Date();
    const givenAt = input.given_at === undefined ? now : new Date(input.given_at);
    const expiresAt = input.expires_at === undefined ? null : new Date(input.expires_at);
    if (givenAt > now)
      fail('UNPROCESSABLE', 'A consent cannot be given in the future.', { field: 'given_at' });
    if (expiresAt !== null && expiresAt <= givenAt)
      fail('UNPROCESSABLE', 'A consent cannot expire before it is given.', { field: 'expires_at' });
    const macs = this.#macs(tenantId, input.subject);
    const subjectMac = macs.at(-1) ?? '';
    const rows = await db.transaction(async (tx) => {
      await lockSubject(tx, subjectMac);
      const known = await listConsents(tx, tenantId, { subjectMacs: macs, limit: mostOfOne });
      const agreed = new Set(
        known.filter((row) => stateOf(row) === 'in_force').map((row) => row.purpose.toLowerCase()),
      );
      const again = input.purposes.filter((purpose) => agreed.has(purpose.toLowerCase()));
      if (again.length > 0)
        fail('CONFLICT', `Consent to ${again.join(', ')} is in force already.`, { purposes: again });
      const made: ConsentRow[] = [];
      for (const purpose of input.purposes) {
        const id = newId('consent');
        made.push({
          id,
          tenantId,
          subject: await keys.encryptText(input.subject, sealing, contextOf(id)),
          subjectMac,
          purpose,
          wording: input.wording,
          wordingVersion: input.wording_version,
          givenBy: input.given_by,
          givenAt,
          expiresAt,
          recordedBy,
          recordedByName,
          recordedAt: now,
          withdrawnAt: null,
          withdrawnBy: null,
          withdrawnByName: null,
          withdrawalNote: null,
        });
      }
      await insertConsents(tx, made);
      for (const { subject: _, ...row } of made)
        await this.#audit.record(tx, ctx, {
          action: 'consent.given',
          object: { kind: 'consent', id: row.id },
          outcome: 'success',
          after: row,
          details: { purpose: row.purpose, given_by: row.givenBy },
        });
      return made;
    });
    return { items: await Promise.all(rows.map((row) => this.#document(row))) };
  }

  /** Throws NOT_FOUND, CONFLICT when it was withdrawn already. */
  async withdraw(ctx: Context, id: string, note: string): Promise<Consent> {
    const { db } = this.#platform;
    const { tenantId, id: by, name: byName } = ctx.actor;
    const missing = () => fail('NOT_FOUND', 'There is no such consent.', { consent_id: id });
    const before = (await findConsent(db.sql, tenantId, id)) ?? missing();
    await db.transaction(async (tx) => {
      if (!(await withdrawConsent(tx, tenantId, id, { at: new Date(), by, byName, note })))
        fail('CONFLICT', 'This consent was withdrawn already.', { consent_id: id });
      await this.#audit.record(tx, ctx, {
        action: 'consent.withdrawn',
        object: { kind: 'consent', id },
        outcome: 'success',
        details: { purpose: before.purpose },
      });
    });
    return this.#document((await findConsent(db.sql, tenantId, id)) ?? missing());
  }

  async list(
    ctx: Context,
    query: { limit: number; cursor?: string | undefined; purpose?: string | undefined },
  ): Promise<{ items: Consent[]; next_cursor: string | null }> {
    const { limit, cursor, purpose } = query;
    const rows = await listConsents(this.#platform.db.sql, ctx.actor.tenantId, {
      purpose,
      before: cursor,
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: await Promise.all(page.map((row) => this.#document(row))), next_cursor };
  }

  async search(
    ctx: Context,
    { subject, purpose }: { subject: string; purpose?: string | undefined },
  ): Promise<{ items: Consent[]; purposes: string[] }> {
    const { tenantId } = ctx.actor;
    const rows = await listConsents(this.#platform.db.sql, tenantId, {
      subjectMacs: this.#macs(tenantId, subject),
      purpose,
      limit: mostOfOne,
    });
    return {
      items: await Promise.all(rows.map((row) => this.#document(row))),
      purposes: rows.filter((row) => stateOf(row) === 'in_force').map((row) => row.purpose),
    };
  }

  /** Every consent as CSV, newest first, page by page. */
  async csv(ctx: Context, purpose?: string): Promise<AsyncIterable<string>> {
    await this.#audit.append(ctx, {
      action: 'consent.exported',
      object: null,
      outcome: 'success',
      details: { purpose: purpose ?? null },
    });
    return this.#lines(ctx, purpose);
  }

  async *#lines(ctx: Context, purpose: string | undefined): AsyncGenerator<string> {
    yield `${csvColumns.join(',')}\r\n`;
    let cursor: string | undefined;
    do {
      const page = await this.list(ctx, { limit: 200, cursor, purpose });
      for (const each of page.items) yield csvLine(each);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** Consents given under one of these names. */
  async of(tenantId: string, subjects: readonly string[]): Promise<{ all: string[]; in_force: string[] }> {
    const macs = spellings(subjects).flatMap((subject) => this.#macs(tenantId, subject));
    const rows = await listConsents(this.#platform.db.sql, tenantId, { subjectMacs: macs, limit: 10_000 });
    const inForce = rows.filter((row) => stateOf(row) === 'in_force');
    return { all: rows.map(({ id }) => id), in_force: inForce.map(({ id }) => id) };
  }

  /** The whole history of one person who is known by several names. */
  async history(tenantId: string, subjects: readonly string[]): Promise<Consent[]> {
    const macs = spellings(subjects).flatMap((subject) => this.#macs(tenantId, subject));
    const rows = await listConsents(this.#platform.db.sql, tenantId, { subjectMacs: macs, limit: mostOfOne });
    return Promise.all(rows.map((row) => this.#document(row)));
  }

  /**
   * Destroys who gave these consents; what was agreed to, when, stays. Those in force are withdrawn. In the
   * transaction of who erases.
   */
  async eraseSubjects(tx: Sql, ctx: Context, consents: { all: string[]; in_force: string[] }): Promise<void> {
    const { tenantId, id: by, name: byName } = ctx.actor;
    for (const id of consents.in_force)
      await withdrawConsent(tx, tenantId, id, { at: new Date(), by, byName, note: 'erased' });
    await forgetSubjects(tx, tenantId, consents.all);
    for (const id of consents.all) {
      await this.#platform.keys.shred(contextOf(id), ctx);
      await this.#audit.record(tx, ctx, {
        action: 'consent.erased',
        object: { kind: 'consent', id },
        outcome: 'success',
        details: { withdrawn: consents.in_force.includes(id) },
      });
    }
  }

  /** A keyed hash of a name or number that only this installation can make; never of the same use as another. */
  digestOf(tenantId: string, identifier: string): string {
    const digest = hash('sha256', `erasure ${tenantId} ${identifier.trim().normalize('NFC').toLowerCase()}`);
    return this.#audit.keys.mac(digest) ?? '';
  }

  /** One for each key there ever was, the present one's last; letter case and spaces around do not matter. */
  #macs(tenantId: string, subject: string): string[] {
    const { keys } = this.#audit;
    const digest = hash('sha256', `consent ${tenantId} ${subject.trim().normalize('NFC').toLowerCase()}`);
    const ids = keys.publicKeys().map(({ key_id }) => key_id);
    const earlier = ids.filter((id) => id !== keys.keyId);
    return [...earlier, keys.keyId].flatMap((id) => keys.mac(digest, id) ?? []);
  }

  async #document(row: ConsentRow): Promise<Consent> {
    return {
      consent_id: row.id,
      subject: await this.#subject(row),
      purpose: row.purpose,
      wording: row.wording,
      wording_version: row.wordingVersion,
      given_by: row.givenBy,
      given_at: row.givenAt.toISOString(),
      expires_at: row.expiresAt?.toISOString() ?? null,
      recorded_by: { id: row.recordedBy, name: row.recordedByName },
      recorded_at: row.recordedAt.toISOString(),
      state: stateOf(row),
      withdrawn:
        row.withdrawnAt === null
          ? null
          : {
              at: row.withdrawnAt.toISOString(),
              by: row.withdrawnBy ?? '',
              by_name: row.withdrawnByName ?? '',
              note: row.withdrawalNote ?? '',
            },
    };
  }

  async #subject(row: ConsentRow): Promise<string | null> {
    try {
      return await this.#platform.keys.decryptText(row.subject, sealing, contextOf(row.id));
    } catch (error) {
      if (error instanceof StromaError && error.code === 'KEY_DESTROYED') return null;
      throw error;
    }
  }
}

/** As given, and with single spaces between words. */
const spellings = (subjects: readonly string[]): string[] => [
  ...new Set(subjects.flatMap((each) => [each, each.replace(/\s+/g, ' ')])),
];

const csvColumns = [
  'consent_id',
  'subject',
  'purpose',
  'wording_version',
  'wording',
  'given_by',
  'given_at',
  'expires_at',
  'state',
  'withdrawn_at',
  'withdrawn_by',
  'recorded_by',
  'recorded_at',
] as const;

function csvLine(each: Consent): string {
  const cells: Record<(typeof csvColumns)[number], string | null> = {
    ...each,
    withdrawn_at: each.withdrawn?.at ?? null,
    withdrawn_by: each.withdrawn?.by_name ?? null,
    recorded_by: each.recorded_by.name,
  };
  return `${csvColumns.map((name) => csvField(cells[name])).join(',')}\r\n`;
}

function stateOf({ withdrawnAt, expiresAt }: ConsentRow): Consent['state'] {
  if (withdrawnAt !== null) return 'withdrawn';
  return expiresAt !== null && expiresAt.getTime() <= Date.now() ? 'expired' : 'in_force';
}
