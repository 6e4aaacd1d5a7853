import { sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import type { AuditContent } from './audit-content.ts';

export interface NewAuditEvent extends AuditContent {
  contentSha256: string;
  mac: string;
  keyId: string;
}

/** One statement and one parameter, however many events. */
export async function insertEvents(tx: Sql, events: readonly NewAuditEvent[]): Promise<void> {
  const rows = JSON.stringify(
    events.map((event) => ({
      id: event.id,
      tenant_id: event.tenantId,
      time: event.time,
      actor_id: event.actorId,
      actor_kind: event.actorKind,
      actor_name: event.actorName,
      credential_id: event.credentialId,
      address: event.address,
      user_agent: event.userAgent,
      request_id: event.requestId,
      action: event.action,
      object_kind: event.objectKind,
      object_id: event.objectId,
      outcome: event.outcome,
      before_sha256: event.beforeSha256,
      after_sha256: event.afterSha256,
      details: event.details,
      content_sha256: event.contentSha256,
      mac: event.mac,
      key_id: event.keyId,
    })),
  );
  await tx.execute(sql`
    with written as (
      insert into audit_events
      select * from json_populate_recordset(null::audit_events, ${rows}::json)
      returning id, tenant_id
    )
    insert into audit_pending (event_id, tenant_id) select id, tenant_id from written`);
}
