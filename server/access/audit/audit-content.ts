import { hash } from 'node:crypto';
import type { AuditOutcome } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { systemTenant } from '../../platform/system-actor.ts';
import type { AuditEntry, Stranger } from './audit.ts';
import type { AuditKeys } from './audit-keys.ts';

/** One event as it is kept. `time` is ISO 8601 in UTC with milliseconds. */
export interface AuditContent {
  id: string;
  tenantId: string;
  time: string;
  actorId: string;
  actorKind: string;
  actorName: string;
  credentialId: string | null;
  address: string | null;
  userAgent: string | null;
  requestId: string;
  action: string;
  objectKind: string | null;
  objectId: string | null;
  outcome: AuditOutcome;
  beforeSha256: string | null;
  afterSha256: string | null;
  details: string | null;
}

const longestText = 500;

/** SHA-256, hex, over the values in this order as a JSON array: no two different events have the same text. */
export function contentHash(event: AuditContent): string {
  return hash(
    'sha256',
    JSON.stringify([
      'stroma audit event 1',
      event.id,
      event.tenantId,
      event.time,
      event.actorId,
      event.actorKind,
      event.actorName,
      event.credentialId,
      event.address,
      event.userAgent,
      event.requestId,
      event.action,
      event.objectKind,
      event.objectId,
      event.outcome,
      event.beforeSha256,
      event.afterSha256,
      event.details,
    ]),
  );
}

export const hashOf = (value: unknown): string => hash('sha256', canonicalJson(value));

export function contentOf(
  who: Context | Stranger,
  entry: AuditEntry,
  keys: Pick<AuditKeys, 'keyId' | 'textMac'>,
): AuditContent {
  const { action, object, outcome, before, after, texts } = entry;
  const actor = actorOf(who);
  const details =
    texts === undefined ? entry.details : { ...entry.details, ...marksOf(texts, actor.tenantId, keys) };
  return {
    id: newId('audit'),
    time: new Date().toISOString(),
    ...actor,
    requestId: storable(who.requestId),
    action,
    objectKind: object === null ? null : storable(object.kind),
    objectId: object === null ? null : storable(object.id),
    outcome,
    beforeSha256: before === undefined ? null : hashOf(before),
    afterSha256: after === undefined ? null : hashOf(after),
    details: details === undefined ? null : storableDetails(details),
  };
}

function actorOf(who: Context | Stranger) {
  if (!('actor' in who))
    return {
      tenantId: who.tenantId || systemTenant,
      actorId: 'anonymous',
      actorKind: 'anonymous',
      actorName: 'Anonymous',
      credentialId: null,
      address: storable(who.address),
      userAgent: storable(who.userAgent),
    };
  const { actor, origin } = who;
  const { sessionId = null, keyId = null } = actor as { sessionId?: string | null; keyId?: string | null };
  return {
    tenantId: actor.tenantId || systemTenant,
    actorId: actor.id,
    actorKind: actor.kind,
    actorName: storable(actor.name),
    credentialId: keyId ?? sessionId,
    address: origin === undefined ? null : storable(origin.address),
    userAgent: origin === undefined ? null : storable(origin.userAgent),
  };
}

const markSuffix = '_hmac';

function marksOf(
  texts: NonNullable<AuditEntry['texts']>,
  tenantId: string,
  keys: Pick<AuditKeys, 'keyId' | 'textMac'>,
): NonNullable<AuditEntry['details']> {
  const marks = Object.entries(texts).map(([name, text]) => [
    `${name}${markSuffix}`,
    text === null ? null : keys.textMac(tenantId, text),
  ]);
  return { ...Object.fromEntries(marks), text_key: keys.keyId };
}

/** Texts that events of before hold as plain SHA-256; of a reason with the id of what it was given for. */
const plainHashes: Readonly<Record<string, (text: string, objectId: string | null) => string>> = {
  question_sha256: (text) => hash('sha256', text),
  sql_sha256: (text) => hash('sha256', text),
  reason_sha256: (text, objectId) => hash('sha256', `${objectId} ${text}`),
};

interface FoundText {
  name: string;
  kept_as: 'hmac_sha256' | 'sha256';
}

/** Under which names an event holds this very text. */
export function namesOfText(
  event: Pick<AuditContent, 'tenantId' | 'objectId'>,
  details: NonNullable<AuditEntry['details']>,
  text: string,
  keys: Pick<AuditKeys, 'textMac'>,
): FoundText[] {
  const mark = keys.textMac(event.tenantId, text, String(details.text_key));
  return Object.entries(details).flatMap(([field, value]): FoundText[] => {
    if (field.endsWith(markSuffix) && mark !== null && value === mark)
      return [{ name: field.slice(0, -markSuffix.length), kept_as: 'hmac_sha256' }];
    if (plainHashes[field]?.(text, event.objectId) === value)
      return [{ name: field.replace(/_sha256$/, ''), kept_as: 'sha256' }];
    return [];
  });
}

/** PostgreSQL's text holds no U+0000 and no half of a surrogate pair. */
const storable = (text: string): string =>
  text.slice(0, longestText).toWellFormed().replaceAll('\u0000', '\ufffd');

function storableDetails(details: NonNullable<AuditEntry['details']>): string {
  const kept = Object.entries(details)
    .slice(0, 40)
    .map(([name, value]) => [storable(name), typeof value === 'string' ? storable(value) : value]);
  return canonicalJson(Object.fromEntries(kept));
}
