import type { AuditDetails, AuditEvent } from '@stroma/contracts';
import type { EventRow, EventWithPlace } from './audit-events.store.ts';

export function eventDocument({ event, position }: EventWithPlace): AuditEvent {
  return {
    event_id: event.id,
    time: event.time.toISOString(),
    actor: { id: event.actorId, kind: event.actorKind, name: event.actorName },
    credential_id: event.credentialId,
    address: event.address,
    user_agent: event.userAgent,
    request_id: event.requestId,
    action: event.action,
    object:
      event.objectKind === null || event.objectId === null
        ? null
        : { kind: event.objectKind, id: event.objectId },
    outcome: event.outcome,
    before_sha256: event.beforeSha256,
    after_sha256: event.afterSha256,
    details: detailsOf(event),
    content_sha256: event.contentSha256,
    position,
  };
}

/** What somebody wrote there by hand may be no JSON: it is shown as it is. */
export function detailsOf(event: Pick<EventRow, 'details'>): AuditDetails | null {
  if (event.details === null) return null;
  try {
    return JSON.parse(event.details) as AuditDetails;
  } catch {
    return { unreadable: event.details };
  }
}
