import type {
  SubjectRequest,
  SubjectRequestKind,
  SubjectRequestStep,
  subjectRequestsApi,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { z } from 'zod';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { csvField } from '../../platform/csv-field.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { monthsAfter } from './due-dates.ts';
import {
  changeSubjectRequest,
  findSubjectRequest,
  insertSubjectRequest,
  isErasedOrNowhere,
  listSubjectRequests,
  lockSubjectRequest,
  type SubjectRequestFilter,
  type SubjectRequestRow,
} from './subject-requests.store.ts';

const sealing = 'subject-request';
export const requestContext = (id: string): string => `subject-requests/${id}`;

export const articles: Readonly<Record<SubjectRequestKind, string>> = {
  access: 'Art. 15',
  rectification: 'Art. 16',
  erasure: 'Art. 17',
  restriction: 'Art. 18',
  portability: 'Art. 20',
};

/** What of a request points to the person. */
interface Sealed {
  subject: string;
  contact: string;
  identifiers: string[];
  identity: string | null;
  extension: string | null;
  closing: string | null;
  notes: SubjectRequest['notes'];
}

type Change = Partial<Omit<SubjectRequestRow, 'id' | 'tenantId'>>;

/** The register of what persons asked for. On record goes that something was done, never who the person is. */
export class SubjectRequests {
  readonly #platform: Platform;
  readonly #audit: Audit;

  constructor(platform: Platform, audit: Audit) {
    this.#platform = platform;
    this.#audit = audit;
  }

  /** Throws UNPROCESSABLE for a time to come. */
  async receive(
    ctx: Context,
    input: z.output<typeof subjectRequestsApi.receive.body>,
  ): Promise<SubjectRequest> {
    const now = new Date();
    const receivedAt = input.received_at === undefined ? now : new Date(input.received_at);
    if (receivedAt > now)
      fail('UNPROCESSABLE', 'A request cannot be received in the future.', { field: 'received_at' });
    const { tenantId, id: recordedBy, name: recordedByName } = ctx.actor;
    const by = { id: recordedBy, name: recordedByName };
    const id = newId('subjectRequest');
    const sealed: Sealed = {
      subject: input.subject,
      contact: input.contact,
      identifiers: [...new Set(input.identifiers)],
      identity: null,
      extension: null,
      closing: null,
      notes: input.note === '' ? [] : [{ at: now.toISOString(), by, text: input.note }],
    };
    const row: SubjectRequestRow = {
      id,
      tenantId,
      kind: input.kind,
      status: 'open',
      sealed: await this.#seal(id, sealed),
      receivedAt,
      dueAt: monthsAfter(receivedAt, 1),
      extendedUntil: null,
      extendedAt: null,
      identityAt: null,
      identityBy: null,
      identityByName: null,
      handlerId: null,
      handlerName: null,
      recordedBy,
      recordedByName,
      recordedAt: now,
      closedAt: null,
      closedBy: null,
      closedByName: null,
      searchId: null,
      erasureId: null,
    };
    await this.#platform.db.transaction(async (tx) => {
      await insertSubjectRequest(tx, row);
      await this.#audit.record(tx, ctx, {
        action: 'subject-request.received',
        object: { kind: 'subject_request', id },
        outcome: 'success',
        details: {
          kind: input.kind,
          article: articles[input.kind],
          received_at: receivedAt.toISOString(),
          due_at: row.dueAt.toISOString(),
        },
      });
    });
    return documentOf(row, sealed);
  }

  async get(ctx: Context, id: string): Promise<SubjectRequest> {
    return this.#document(await this.find(ctx, id));
  }

  /** Throws NOT_FOUND. */
  async find(ctx: Context, id: string): Promise<SubjectRequestRow> {
    return (await findSubjectRequest(this.#platform.db.sql, ctx.actor.tenantId, id)) ?? missing(id);
  }

  /** What the person is looked for by. Throws CONFLICT where there is nothing, or not any more. */
  async identifiers(row: SubjectRequestRow): Promise<string[]> {
    const sealed = await this.#open(row);
    if (sealed === null)
      return fail('CONFLICT', 'Who this request is of was erased.', { request_id: row.id });
    if (sealed.identifiers.length === 0)
      fail('CONFLICT', 'Say first what the person is to be looked for by: an address, a name, a number.', {
        request_id: row.id,
      });
    return sealed.identifiers;
  }

  async list(ctx: Context, query: SubjectRequestFilter & { limit: number; cursor?: string | undefined }) {
    const { limit, cursor, ...filter } = query;
    const rows = await listSubjectRequests(this.#platform.db.sql, ctx.actor.tenantId, filter, {
      limit: limit + 1,
      before: cursor,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: await Promise.all(page.map((row) => this.#document(row))), next_cursor };
  }

  /** The register as CSV: what was asked when and what became of it, not by whom. At most 10,000 lines. */
  async csv(ctx: Context, filter: SubjectRequestFilter): Promise<string> {
    const rows = await listSubjectRequests(this.#platform.db.sql, ctx.actor.tenantId, filter, {
      limit: 10_000,
    });
    await this.#audit.append(ctx, {
      action: 'subject-request.exported',
      object: null,
      outcome: 'success',
      details: { requests: rows.length },
    });
    const head =
      'request_id,kind,article,received_at,due_at,extended_until,overdue,identity_verified_at,status,handler,closed_at,closed_by,erasure_id';
    const lines = rows.map((row) =>
      [
        row.id,
        row.kind,
        articles[row.kind],
        row.receivedAt.toISOString(),
        row.dueAt.toISOString(),
        row.extendedUntil?.toISOString(),
        isOverdue(row) ? 'yes' : 'no',
        row.identityAt?.toISOString(),
        row.status,
        row.handlerName,
        row.closedAt?.toISOString(),
        row.closedByName,
        row.erasureId,
      ]
        .map(csvField)
        .join(','),
    );
    return `${[head, ...lines].join('\r\n')}\r\n`;
  }

  /** Throws NOT_FOUND, CONFLICT for a request that is closed, UNPROCESSABLE for what the Regulation does not allow. */
  async step(ctx: Context, id: string, step: SubjectRequestStep): Promise<SubjectRequest> {
    const { db, keys } = this.#platform;
    const { tenantId, id: by } = ctx.actor;
    await this.find(ctx, id);
    await db.transaction(async (tx) => {
      const row = (await lockSubjectRequest(tx, tenantId, id)) ?? missing(id);
      if (row.closedAt !== null) fail('CONFLICT', 'This request is closed.', { request_id: id });
      const sealed = await this.#open(row);
      if (sealed === null) return fail('CONFLICT', 'Who this request is of was erased.', { request_id: id });
      if (step.step === 'close' && step.outcome === 'done' && row.kind === 'erasure')
        await this.#requireErased(tx, row);
      const { change, details } = stepped(ctx, row, sealed, step);
      await changeSubjectRequest(tx, tenantId, id, {
        ...change,
        ...(row.handlerId === null && { handlerId: by, handlerName: ctx.actor.name }),
        sealed: await this.#seal(id, sealed),
      });
      const closes = step.step === 'close';
      await this.#audit.record(tx, ctx, {
        action: closes ? 'subject-request.closed' : 'subject-request.changed',
        object: { kind: 'subject_request', id },
        outcome: 'success',
        details: { step: step.step, kind: row.kind, ...details },
      });
      // Nothing is left to be done for the person, so nothing of who they are is kept.
      if (closes && row.kind === 'erasure' && step.outcome === 'done')
        await keys.shred(requestContext(id), ctx);
    });
    return this.get(ctx, id);
  }

  /** Closing destroys what the person is looked for by: it would be too late afterwards. Throws CONFLICT. */
  async #requireErased(tx: Sql, { id, tenantId, searchId, erasureId }: SubjectRequestRow): Promise<void> {
    if (await isErasedOrNowhere(tx, tenantId, { searchId, erasureId })) return;
    fail(
      'CONFLICT',
      'Nothing was erased yet. Look for the person and erase them, or search until they are found nowhere, then close the request as done.',
      { request_id: id },
    );
  }

  async #document(row: SubjectRequestRow): Promise<SubjectRequest> {
    return documentOf(row, await this.#open(row));
  }

  async #seal(id: string, sealed: Sealed): Promise<string> {
    return this.#platform.keys.encryptText(JSON.stringify(sealed), sealing, requestContext(id));
  }

  /** Null once its key is destroyed. */
  async #open(row: SubjectRequestRow): Promise<Sealed | null> {
    try {
      const text = await this.#platform.keys.decryptText(row.sealed, sealing, requestContext(row.id));
      return JSON.parse(text) as Sealed;
    } catch (error) {
      if (error instanceof StromaError && error.code === 'KEY_DESTROYED') return null;
      throw error;
    }
  }
}

/** What a step changes; `sealed` is changed in place. */
function stepped(
  ctx: Context,
  row: SubjectRequestRow,
  sealed: Sealed,
  step: SubjectRequestStep,
): { change: Change; details: Record<string, string | number> } {
  const { id, name } = ctx.actor;
  const now = new Date();
  const status = row.status === 'open' ? 'in_progress' : row.status;
  switch (step.step) {
    case 'verify_identity':
      sealed.identity = step.how;
      return { change: { status, identityAt: now, identityBy: id, identityByName: name }, details: {} };
    case 'extend': {
      if (row.extendedUntil !== null)
        fail('UNPROCESSABLE', 'The time was extended already; Art. 12(3) allows it once.');
      if (now > row.dueAt)
        fail('UNPROCESSABLE', 'The person must be told of an extension within the first month; Art. 12(3).');
      sealed.extension = step.reason;
      const extendedUntil = monthsAfter(row.receivedAt, 1 + step.months);
      return {
        change: { status, extendedUntil, extendedAt: now },
        details: { months: step.months, until: extendedUntil.toISOString() },
      };
    }
    case 'take':
      return { change: { status, handlerId: id, handlerName: name }, details: {} };
    case 'note':
      sealed.notes.push({ at: now.toISOString(), by: { id, name }, text: step.text });
      return { change: {}, details: { notes: sealed.notes.length } };
    case 'identify':
      sealed.identifiers = [...new Set(step.identifiers)];
      return { change: { status }, details: { identifiers: sealed.identifiers.length } };
    case 'close':
      if (step.outcome === 'refused' && step.text.length < 10)
        fail('UNPROCESSABLE', 'The person must be told why a request is refused; Art. 12(4).', {
          field: 'text',
        });
      if (step.outcome === 'done' && row.identityAt === null)
        fail('UNPROCESSABLE', 'Verify first that it is the person who asks; Art. 12(6).', {
          field: 'outcome',
        });
      sealed.closing = step.text;
      return {
        change: { status: step.outcome, closedAt: now, closedBy: id, closedByName: name },
        details: { outcome: step.outcome },
      };
  }
}

export function isOverdue({ status, dueAt, extendedUntil }: SubjectRequestRow): boolean {
  return (status === 'open' || status === 'in_progress') && (extendedUntil ?? dueAt).getTime() < Date.now();
}

function documentOf(row: SubjectRequestRow, sealed: Sealed | null): SubjectRequest {
  return {
    request_id: row.id,
    kind: row.kind,
    article: articles[row.kind],
    subject: sealed?.subject ?? null,
    contact: sealed?.contact ?? null,
    identifiers: sealed?.identifiers ?? [],
    received_at: row.receivedAt.toISOString(),
    due_at: row.dueAt.toISOString(),
    extended:
      row.extendedUntil === null
        ? null
        : {
            until: row.extendedUntil.toISOString(),
            reason: sealed?.extension ?? '',
            at: row.extendedAt?.toISOString() ?? '',
          },
    overdue: isOverdue(row),
    identity:
      row.identityAt === null
        ? null
        : {
            how: sealed?.identity ?? '',
            at: row.identityAt.toISOString(),
            by: { id: row.identityBy ?? '', name: row.identityByName ?? '' },
          },
    status: row.status,
    handler: row.handlerId === null ? null : { id: row.handlerId, name: row.handlerName ?? '' },
    notes: sealed?.notes ?? [],
    closed:
      row.closedAt === null
        ? null
        : {
            at: row.closedAt.toISOString(),
            by: { id: row.closedBy ?? '', name: row.closedByName ?? '' },
            text: sealed?.closing ?? '',
          },
    recorded_by: { id: row.recordedBy, name: row.recordedByName },
    recorded_at: row.recordedAt.toISOString(),
    search_id: row.searchId,
    erasure_id: row.erasureId,
  };
}

const missing = (id: string): never => fail('NOT_FOUND', 'There is no such request.', { request_id: id });
