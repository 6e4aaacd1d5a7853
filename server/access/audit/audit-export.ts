import { createHash, type Hash } from 'node:crypto';
import type { AuditEvent, AuditFilter } from '@stroma/contracts';
import type { AuditKeys } from './audit-keys.ts';

export interface ExportSubject {
  tenantId: string;
  filter: AuditFilter;
  exportedBy: string;
  exportedAt: string;
}

/** An exported event: also its place in the chain, so that each can be checked without the others. */
export type ExportedEvent = AuditEvent & { previous_sha256: string | null; link_sha256: string | null };

const columns = [
  ['event_id', (e) => e.event_id],
  ['time', (e) => e.time],
  ['actor_id', (e) => e.actor.id],
  ['actor_kind', (e) => e.actor.kind],
  ['actor_name', (e) => e.actor.name],
  ['credential_id', (e) => e.credential_id],
  ['address', (e) => e.address],
  ['user_agent', (e) => e.user_agent],
  ['request_id', (e) => e.request_id],
  ['action', (e) => e.action],
  ['object_kind', (e) => e.object?.kind ?? null],
  ['object_id', (e) => e.object?.id ?? null],
  ['outcome', (e) => e.outcome],
  ['before_sha256', (e) => e.before_sha256],
  ['after_sha256', (e) => e.after_sha256],
  ['details', (e) => (e.details === null ? null : JSON.stringify(e.details))],
  ['content_sha256', (e) => e.content_sha256],
  ['position', (e) => (e.position === null ? null : String(e.position))],
  ['previous_sha256', (e) => e.previous_sha256],
  ['link_sha256', (e) => e.link_sha256],
] as const satisfies readonly (readonly [string, (event: ExportedEvent) => string | null])[];

/**
 * A JSON document whose last members are the SHA-256 of all bytes before `,\n"sha256"`, the key and the signature
 * (see `exportMessage`).
 */
export async function* jsonExport(
  pages: AsyncIterable<ExportedEvent[]>,
  subject: ExportSubject,
  keys: AuditKeys,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const begin = JSON.stringify({
    format: 'stroma audit export 1',
    tenant_id: subject.tenantId,
    exported_at: subject.exportedAt,
    exported_by: subject.exportedBy,
    filter: subject.filter,
    public_keys: keys.publicKeys(),
  });
  yield counted(hash, `${begin.slice(0, -1)},\n"events":[`);
  let first = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield counted(hash, `${first ? '' : ','}\n${page.map((event) => JSON.stringify(event)).join(',\n')}`);
    first = false;
  }
  yield counted(hash, ']');
  const { sha256, key_id, signature } = signed(hash, keys);
  yield `,\n"sha256":"${sha256}","key_id":"${key_id}","signature":"${signature}"}\n`;
}

/** RFC 4180; the last line begins with `#` and signs all bytes before it. */
export async function* csvExport(
  pages: AsyncIterable<ExportedEvent[]>,
  _subject: ExportSubject,
  keys: AuditKeys,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  yield counted(hash, `${columns.map(([name]) => name).join(',')}\r\n`);
  for await (const page of pages) {
    const lines = page.map((event) => `${columns.map(([, read]) => field(read(event))).join(',')}\r\n`);
    yield counted(hash, lines.join(''));
  }
  const { sha256, key_id, signature } = signed(hash, keys);
  yield `# sha256=${sha256} key_id=${key_id} signature=${signature}\r\n`;
}

/** What is signed of an export. */
const exportMessage = (sha256: string) => `export ${sha256}`;

function signed(hash: Hash, keys: AuditKeys) {
  const sha256 = hash.digest('hex');
  return { sha256, key_id: keys.keyId, signature: keys.sign(exportMessage(sha256)) };
}

function counted(hash: Hash, text: string): string {
  hash.update(text);
  return text;
}

/** A spreadsheet takes what begins so for a formula: an apostrophe makes it text. */
const formula = /^[=+\-@\t\r]/;

function field(value: string | null): string {
  if (value === null) return '';
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
