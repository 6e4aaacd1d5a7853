import { createHmac, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { type AuditSeal, appendLink, appendSeal, type Head } from './audit-chain.ts';
import { contentHash } from './audit-content.ts';
import { type LinkedRow, type RecordSource, type StoredEvent, verifyRecord } from './audit-verification.ts';

const pair = generateKeyPairSync('ed25519');

export const keys = {
  keyId: 'test',
  sign: (text: string) => sign(null, Buffer.from(text), pair.privateKey).toString('base64'),
  verify: (text: string, signature: string, keyId: string) =>
    keyId === 'test' && verify(null, Buffer.from(text), pair.publicKey, Buffer.from(signature, 'base64')),
  mac: (sha256: string, keyId = 'test') =>
    keyId === 'test' ? createHmac('sha256', 'only ours').update(sha256).digest('hex') : null,
};

export const stranger = {
  keyId: 'test',
  sign: (text: string) => Buffer.from(`forged ${text}`).toString('base64'),
};

/** A record of the audit as the sealer makes it, kept in memory, so that a test can tamper with any part of it. */
export interface Log {
  links: LinkedRow['link'][];
  events: StoredEvent[];
  seals: AuditSeal[];
}

let made = 0;

export function event(part: Partial<StoredEvent> = {}): StoredEvent {
  made += 1;
  const content = {
    id: `aud_${String(made).padStart(8, '0')}`,
    tenantId: 'tnt_1',
    time: new Date(1_790_000_000_000 + made * 1000).toISOString(),
    actorId: `usr_${made % 3}`,
    actorKind: 'person',
    actorName: 'Ada',
    credentialId: null,
    address: '127.0.0.1',
    userAgent: 'test',
    requestId: `req_${made}`,
    action: 'dataset.changed',
    objectKind: 'dataset',
    objectId: `ds_${made}`,
    outcome: 'success' as const,
    beforeSha256: null,
    afterSha256: null,
    details: null,
    ...part,
  };
  const contentSha256 = contentHash(content);
  return { ...content, contentSha256, mac: keys.mac(contentSha256) ?? '', keyId: 'test' };
}

/** A log of batches as the sealer makes it; a second tenant shares its seals. */
export function logOf(batches: number[]): Log {
  const log: Log = { links: [], events: [], seals: [] };
  let head: Head | null = null;
  for (const [index, size] of batches.entries()) {
    for (let n = 0; n < size; n += 1) {
      const next = event();
      const link = appendLink('tnt_1', head, next);
      log.links.push(link);
      log.events.push(next);
      head = { position: link.position, sha256: link.sha256 };
    }
    const heads = new Map<string, Head>([['tnt_2', { position: index + 1, sha256: 'f'.repeat(64) }]]);
    if (head !== null) heads.set('tnt_1', head);
    log.seals.push(appendSeal(log.seals.at(-1) ?? null, heads, `2026-01-01T00:00:${10 + index}.000Z`, keys));
  }
  return log;
}

export function sourceOf(log: Log, pageSize = 3): RecordSource {
  const pages = async function* <T>(items: T[]) {
    for (let at = 0; at < items.length; at += pageSize) yield items.slice(at, at + pageSize);
  };
  const byId = new Map(log.events.map((each) => [each.id, each]));
  const linked = new Set(log.links.map((link) => link.eventId));
  return {
    seals: () => pages([...log.seals].sort((a, b) => a.number - b.number)),
    links: () =>
      pages(
        [...log.links]
          .sort((a, b) => a.position - b.position)
          .map((link) => ({ link, event: byId.get(link.eventId) ?? null })),
      ),
    unlinked: () =>
      pages(log.events.filter(({ id }) => !linked.has(id)).map((each) => ({ event: each, waitingMs: null }))),
  };
}

export const verified = (log: Log, checkpoints: Parameters<typeof verifyRecord>[3] = []) =>
  verifyRecord(sourceOf(log), keys, 'tnt_1', checkpoints);

export const batches = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
export const flip = (text: string) => (text.startsWith('a') ? `b${text.slice(1)}` : `a${text.slice(1)}`);

/** Every link hashed anew in its order, as somebody would who can write to the store but not sign. */
export function rewrite(log: Log): void {
  let head: Head | null = null;
  log.links = log.links.map((link) => {
    const found = log.events.find(({ id }) => id === link.eventId);
    const next = appendLink('tnt_1', head, {
      id: link.eventId,
      contentSha256: found?.contentSha256 ?? link.eventSha256,
    });
    head = { position: next.position, sha256: next.sha256 };
    return next;
  });
}
