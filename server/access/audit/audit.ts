import type { AuditAction, AuditDetails, AuditOutcome } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';

export interface AuditEntry {
  action: AuditAction;
  object: { kind: string; id: string } | null;
  outcome: AuditOutcome;
  /** What it was and what it became: only the SHA-256 of their canonical JSON is kept. */
  before?: unknown;
  after?: unknown;
  /** Small, never a secret, never health data. Text is cut at 500 characters. */
  details?: AuditDetails;
  /**
   * Texts that may quote what is in the data, by name. What is kept of them is an HMAC under a key of the
   * organisation: by a plain hash who reads the record could find a short text by guessing.
   */
  texts?: Readonly<Record<string, string | null>>;
}

/** Who asks before anybody is known. Without a tenant the event is the installation's own. */
export interface Stranger {
  tenantId: string | null;
  address: string;
  userAgent: string;
  requestId: string;
}

export interface Audit {
  /** Written in the transaction that makes the change: both are kept or neither. */
  record(tx: Sql, who: Context | Stranger, entry: AuditEntry): Promise<void>;
  /** Many at once, in one statement. */
  recordAll(tx: Sql, entries: readonly { who: Context | Stranger; entry: AuditEntry }[]): Promise<void>;
  /**
   * For what changes nothing in the store (a refusal, a download). Resolves when it is committed; events that come
   * at once share a transaction.
   */
  append(who: Context | Stranger, entry: AuditEntry): Promise<void>;
}
