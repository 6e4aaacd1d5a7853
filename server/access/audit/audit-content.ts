import { hash } from 'node:crypto';
import type { AuditOutcome } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { systemTenant } from '../../platform/system-actor.ts';
import type { AuditEntry, Stranger } from './audit.ts';

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

export function contentOf(who: Context | Stranger, entry: AuditEntry): AuditContent {
  const { action, object, outcome, before, after, details } = entry;
  return {
    id: newId('audit'),
    time: new Date().toISOString(),
    ...actorOf(who),
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

/** PostgreSQL's text holds no U+0000 and no half of a surrogate pair. */
const storable = (text: string): string =>
  text.slice(0, longestText).toWellFormed().replaceAll('\u0000', '\ufffd');

function storableDetails(details: NonNullable<AuditEntry['details']>): string {
  const kept = Object.entries(details)
    .slice(0, 40)
    .map(([name, value]) => [storable(name), typeof value === 'string' ? storable(value) : value]);
  return canonicalJson(Object.fromEntries(kept));
}
