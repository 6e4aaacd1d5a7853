import type { AuditVerification } from '@stroma/contracts';
import { type AuditLink, type AuditSeal, type Head, headsOf } from './audit-chain.ts';
import { type AuditContent, contentHash } from './audit-content.ts';
import { AuditFindings } from './audit-findings.ts';
import type { AuditKeys } from './audit-keys.ts';
import { LinkCheck } from './link-check.ts';
import { SealCheck } from './seal-check.ts';

export interface StoredEvent extends AuditContent {
  contentSha256: string;
  mac: string;
  keyId: string;
}

export interface LinkedRow {
  link: AuditLink;
  /** Null when there is no event of that id. */
  event: StoredEvent | null;
}

/** The record as it lies in the store, in pages of any size. */
export interface RecordSource {
  /** Ascending by number. */
  seals(): AsyncIterable<AuditSeal[]>;
  /** Ascending by position. */
  links(tenantId: string): AsyncIterable<LinkedRow[]>;
  /** Events that no link names. `waitingMs` is null for one that nobody is going to link. */
  unlinked(tenantId: string): AsyncIterable<{ event: StoredEvent; waitingMs: number | null }[]>;
}

/** A seal as it was kept outside the store. */
export interface Checkpoint {
  number: number;
  /** `sealReference` of that seal. */
  sha256: string;
  time: string;
  /** Why the checkpoint itself cannot be believed. */
  problem?: string | null;
}

export type VerifyingKeys = Pick<AuditKeys, 'verify' | 'mac'>;

/** Linking takes a second; an event that waits longer was kept from it. */
const longestWaitMs = 60_000;

/**
 * Recomputes every hash, signature and mark of one tenant's record, and names what is altered, removed, added,
 * reordered or kept from the chain. A record whose end was cut off whole, seals and all, is only found against a
 * checkpoint from outside. Reads each row once, in constant memory.
 */
export async function verifyRecord(
  source: RecordSource,
  keys: VerifyingKeys,
  tenantId: string,
  checkpoints: readonly Checkpoint[] = [],
  onProgress?: (events: number) => void,
): Promise<AuditVerification> {
  const startedAt = new Date();
  const findings = new AuditFindings();
  const sealCheck = new SealCheck(keys, findings, checkpoints);
  const linkCheck = new LinkCheck(keys, findings);
  const rows = rowsOf(source.links(tenantId), () => onProgress?.(linkCheck.rows));

  let head: Head | null = null;
  for await (const page of source.seals()) {
    for (const seal of page) {
      const sound = sealCheck.take(seal);
      const next = sound ? headsOf(seal)[tenantId] : undefined;
      if (next === undefined) continue;
      await rows.upTo(next.position, (row) => linkCheck.take(row));
      linkCheck.takeHead(next, seal.number);
      head = next;
    }
  }
  sealCheck.end();
  if (sealCheck.broken)
    for await (const page of source.seals()) for (const seal of page) sealCheck.inspect(seal);
  await rows.upTo(Number.POSITIVE_INFINITY, (row) => {
    linkCheck.take(row);
    findings.add({
      kind: 'link_added',
      event_id: row.link.eventId,
      position: row.link.position,
      explanation: `The row at position ${row.link.position} lies behind the last signed head: it was added without a signature, or the seal that covered it was removed.`,
    });
  });
  linkCheck.end(head);

  let waiting = 0;
  for await (const page of source.unlinked(tenantId)) {
    for (const { event, waitingMs } of page) {
      const explanation = whyUnlinked(event, waitingMs, keys);
      if (explanation === null) waiting += 1;
      else findings.add({ ...explanation, event_id: event.id });
    }
  }
  return {
    intact: findings.count === 0,
    events: linkCheck.rows,
    waiting,
    seals: sealCheck.count,
    head,
    last_seal: sealCheck.last,
    checkpoints: checkpoints.length,
    finding_count: findings.count,
    findings: findings.items,
    verified_at: startedAt.toISOString(),
    duration_ms: Date.now() - startedAt.getTime(),
  };
}

function whyUnlinked(event: StoredEvent, waitingMs: number | null, keys: VerifyingKeys) {
  const sha256 = contentHash(event);
  const mac = keys.mac(sha256, event.keyId);
  if (mac === null || mac !== event.mac || sha256 !== event.contentSha256)
    return {
      kind: 'event_added' as const,
      explanation: `The event ${event.id} was not written by Stroma, or was altered before it was linked: its mark does not fit.`,
    };
  if (waitingMs !== null && waitingMs <= longestWaitMs) return null;
  return {
    kind: 'event_unlinked' as const,
    explanation: `The event ${event.id} is in no chain: its link was removed, or it was kept from being linked.`,
  };
}

/** Rows one after another out of pages, each given out once. */
function rowsOf(pages: AsyncIterable<LinkedRow[]>, onPage: () => void) {
  const iterator = pages[Symbol.asyncIterator]();
  let page: LinkedRow[] = [];
  let index = 0;
  let ended = false;
  return {
    async upTo(position: number, take: (row: LinkedRow) => void): Promise<void> {
      while (!ended) {
        for (let row = page[index]; row !== undefined; row = page[index]) {
          if (row.link.position > position) return;
          take(row);
          index += 1;
        }
        const next = await iterator.next();
        onPage();
        if (next.done) ended = true;
        else [page, index] = [next.value, 0];
      }
    },
  };
}
