import type { Signature, SignatureSubject, signaturesApi } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { Audit } from '../audit/audit.ts';
import type { AuditKeys } from '../audit/audit-keys.ts';
import {
  contentHashOf,
  renderSignature,
  type SignatureDocument,
  signatureMessage,
  writeSignature,
} from './signature-document.ts';
import {
  findSignature,
  insertSignature,
  listSignatures,
  type SignatureFilter,
  type SignatureRow,
} from './signatures.store.ts';

/** Something that can be signed, as it is now. */
export interface Signable {
  /** In words, for example `Visits, version 2`. */
  label: string;
  /** Everything the signature is to stand for: the SHA-256 of its canonical JSON is signed. */
  content: unknown;
}

/** A kind of thing that can be signed; the module that holds it makes it known. */
export interface SignableKind {
  kind: string;
  /** Null when it is gone or never was, `hidden` when the asker may not see it. */
  find(ctx: Context, id: string): Promise<Signable | 'hidden' | null>;
}

/** Throws WRONG_CREDENTIALS, RATE_LIMITED. */
export type Prove = (
  ctx: Context,
  given: { password?: string | undefined; code?: string | undefined },
) => Promise<void>;

interface SignatureParts {
  db: Database;
  audit: Audit;
  keys: AuditKeys;
}

type SigningBody = z.output<typeof signaturesApi.sign.body>;
interface Subject {
  sha256: string;
  label: string;
}

/** Electronic signatures for everything: 21 CFR Part 11, subparts B and C. */
export class Signatures {
  readonly #parts: SignatureParts;
  readonly #kinds = new Map<string, SignableKind>();

  constructor(parts: SignatureParts) {
    this.#parts = parts;
  }

  register(kind: SignableKind): void {
    if (this.#kinds.has(kind.kind)) throw new Error(`the kind ${kind.kind} can be signed already`);
    this.#kinds.set(kind.kind, kind);
  }

  /** What would be signed, with the signatures under it. Throws NOT_FOUND. */
  async subject(ctx: Context, object: { kind: string; id: string }): Promise<SignatureSubject> {
    const subject = seen(await this.#find(ctx, object)) ?? notThere(object);
    const rows = await listSignatures(
      this.#parts.db.sql,
      ctx,
      { object_kind: object.kind, object_id: object.id },
      { limit: 200 },
    );
    return {
      object: { ...object, label: subject.label },
      content_sha256: subject.sha256,
      signatures: rows.map((row) => this.#checked(row, subject)),
    };
  }

  /**
   * Throws NOT_FOUND, CONFLICT when the content is not what the signer saw or was signed so before,
   * WRONG_CREDENTIALS, FORBIDDEN for who is no person.
   */
  async sign(ctx: Context, body: SigningBody, prove: Prove): Promise<Signature> {
    const { actor } = ctx;
    const { object, meaning } = body;
    if (actor.kind !== 'person')
      fail('FORBIDDEN', 'Only a person can sign; a key or Stroma itself cannot.', { actor: actor.kind });
    const subject = seen(await this.#find(ctx, object)) ?? notThere(object);
    await this.#prove(ctx, body, prove);
    const document: SignatureDocument = {
      format: 'stroma signature 1',
      id: newId('signature'),
      tenant_id: actor.tenantId,
      object: { ...object, label: subject.label },
      content_sha256: subject.sha256,
      meaning,
      signer: { id: actor.id, name: actor.name },
      signed_at: new Date().toISOString(),
      time_zone: body.time_zone,
      comment: body.comment,
      method: methodOf(body),
      session_id: actor.sessionId,
      request_id: ctx.requestId,
    };
    if (subject.sha256 !== body.content_sha256)
      fail('CONFLICT', 'It has changed since you saw it. Read it again, then sign.', {
        content_sha256: subject.sha256,
      });
    const row = this.#rowOf(document);
    const { db, audit } = this.#parts;
    await db.transaction(async (tx) => {
      const earlier = await listSignatures(
        tx,
        ctx,
        { object_kind: object.kind, object_id: object.id, signer_id: actor.id, meaning },
        { limit: 200 },
      );
      if (earlier.some((each) => this.#checked(each, subject).state === 'valid'))
        fail('CONFLICT', `You have signed this as ${meaning} already.`);
      await insertSignature(tx, row);
      await audit.record(tx, ctx, {
        action: 'signature.made',
        object,
        outcome: 'success',
        after: document,
        details: {
          signature_id: document.id,
          meaning,
          content_sha256: subject.sha256,
          method: document.method,
        },
      });
    });
    return this.#checked(row, subject);
  }

  async list(ctx: Context, query: SignatureFilter & { limit: number; cursor?: string | undefined }) {
    const { limit, cursor, ...filter } = query;
    const before = readIdCursor('signature', cursor);
    const rows = await listSignatures(this.#parts.db.sql, ctx, filter, { limit: limit + 1, before });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: await this.#checkedAll(ctx, page), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Signature> {
    const row = await findSignature(this.#parts.db.sql, ctx, id);
    const [signature] = row === null ? [] : await this.#checkedAll(ctx, [row]);
    return signature ?? fail('NOT_FOUND', 'There is no such signature.', { signature_id: id });
  }

  async #prove(ctx: Context, body: SigningBody, prove: Prove): Promise<void> {
    try {
      await prove(ctx, { password: body.password, code: body.code });
    } catch (error) {
      await this.#parts.audit.append(ctx, {
        action: 'signature.refused',
        object: body.object,
        outcome: 'refused',
        details: {
          meaning: body.meaning,
          code: error instanceof StromaError ? error.code : 'INTERNAL',
        },
      });
      throw error;
    }
  }

  async #find(ctx: Context, object: { kind: string; id: string }): Promise<Subject | 'hidden' | null> {
    const found = await this.#kinds.get(object.kind)?.find(ctx, object.id);
    if (found === 'hidden') return found;
    return found ? { label: found.label, sha256: contentHashOf(found.content) } : null;
  }

  /** Without those under what the asker may not see. */
  async #checkedAll(ctx: Context, rows: SignatureRow[]): Promise<Signature[]> {
    const subjects = new Map<string, Promise<Subject | 'hidden' | null>>();
    const checked = await Promise.all(
      rows.map(async (row) => {
        const key = JSON.stringify([row.objectKind, row.objectId]);
        const subject = subjects.get(key) ?? this.#find(ctx, { kind: row.objectKind, id: row.objectId });
        subjects.set(key, subject);
        const found = await subject;
        return found === 'hidden' ? null : this.#checked(row, found);
      }),
    );
    return checked.filter((each) => each !== null);
  }

  #rowOf(document: SignatureDocument): SignatureRow {
    const { keys } = this.#parts;
    const text = writeSignature(document);
    return {
      id: document.id,
      tenantId: document.tenant_id,
      objectKind: document.object.kind,
      objectId: document.object.id,
      signerId: document.signer.id,
      meaning: document.meaning,
      signedAt: new Date(document.signed_at),
      document: text,
      signature: keys.sign(signatureMessage(text)),
      keyId: keys.keyId,
    };
  }

  /** What is shown comes from the signed document alone, never from the columns beside it. */
  #checked(row: SignatureRow, subject: Subject | null): Signature {
    const document = JSON.parse(row.document) as SignatureDocument;
    const whole =
      this.#parts.keys.verify(signatureMessage(row.document), row.signature, row.keyId) &&
      document.id === row.id &&
      document.tenant_id === row.tenantId &&
      document.object.kind === row.objectKind &&
      document.object.id === row.objectId &&
      document.signer.id === row.signerId &&
      document.meaning === row.meaning &&
      document.signed_at === row.signedAt.toISOString();
    return {
      signature_id: row.id,
      object: document.object,
      content_sha256: document.content_sha256,
      meaning: document.meaning,
      signer: document.signer,
      signed_at: document.signed_at,
      time_zone: document.time_zone,
      comment: document.comment,
      method: document.method,
      state: !whole
        ? 'broken'
        : subject === null
          ? 'object_gone'
          : subject.sha256 === document.content_sha256
            ? 'valid'
            : 'content_changed',
      rendering: renderSignature(document),
    };
  }
}

/** What may not be seen is as if it were not there. */
const seen = (subject: Subject | 'hidden' | null): Subject | null => (subject === 'hidden' ? null : subject);

const methodOf = ({ password, code }: SigningBody): Signature['method'] =>
  password === undefined ? 'code' : code === undefined ? 'password' : 'password_and_code';

const notThere = (object: { kind: string; id: string }): never =>
  fail('NOT_FOUND', 'There is nothing of that kind and id that could be signed.', { ...object });
