import type { AuditFilter } from '@stroma/contracts';
import { and, asc, desc, eq, gt, gte, ilike, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { auditEvents as events, auditLinks as links } from './audit.tables.ts';

export type EventRow = typeof events.$inferSelect;

export interface EventWithPlace {
  event: EventRow;
  position: number | null;
  linkSha256: string | null;
  previousSha256: string | null;
}

const selection = {
  event: events,
  position: links.position,
  linkSha256: links.sha256,
  previousSha256: links.previousSha256,
};

/** `%`, `_` and `\` stand for themselves. */
const holding = (text: string) => `%${text.replace(/[%_\\]/g, '\\$&')}%`;

function conditionsOf(tenantId: string, filter: AuditFilter): (SQL | undefined)[] {
  const { actor_id, action, object_kind, object_id, outcome, request_id, search, from, to } = filter;
  const words = search === undefined || search === '' ? null : holding(search);
  return [
    eq(events.tenantId, tenantId),
    actor_id === undefined ? undefined : eq(events.actorId, actor_id),
    action === undefined
      ? undefined
      : action.endsWith('.')
        ? sql`starts_with(${events.action}, ${action})`
        : eq(events.action, action),
    object_kind === undefined ? undefined : eq(events.objectKind, object_kind),
    object_id === undefined ? undefined : eq(events.objectId, object_id),
    outcome === undefined ? undefined : eq(events.outcome, outcome),
    request_id === undefined ? undefined : eq(events.requestId, request_id),
    from === undefined ? undefined : gte(events.time, new Date(from)),
    to === undefined ? undefined : lte(events.time, new Date(to)),
    words === null
      ? undefined
      : or(
          ilike(events.actorName, words),
          ilike(events.actorId, words),
          ilike(events.objectId, words),
          ilike(events.action, words),
          ilike(events.address, words),
          ilike(events.requestId, words),
          ilike(events.details, words),
        ),
  ];
}

/** Newest first, after the id `before`; or oldest first, after the id `after`. */
export async function listEvents(
  db: Sql,
  tenantId: string,
  filter: AuditFilter,
  page: { limit: number; before?: string | undefined; after?: string | undefined },
): Promise<EventWithPlace[]> {
  const { limit, before, after } = page;
  return db
    .select(selection)
    .from(events)
    .leftJoin(links, eq(links.eventId, events.id))
    .where(
      and(
        ...conditionsOf(tenantId, filter),
        before === undefined ? undefined : lt(events.id, before),
        after === undefined ? undefined : gt(events.id, after),
      ),
    )
    .orderBy(after === undefined ? desc(events.id) : asc(events.id))
    .limit(limit);
}

export async function findEvent(db: Sql, tenantId: string, id: string): Promise<EventWithPlace | null> {
  const [row] = await db
    .select(selection)
    .from(events)
    .leftJoin(links, eq(links.eventId, events.id))
    .where(and(eq(events.tenantId, tenantId), eq(events.id, id)))
    .limit(1);
  return row ?? null;
}

export async function lastOfAction(db: Sql, tenantId: string, action: string): Promise<EventRow | null> {
  const [row] = await db
    .select()
    .from(events)
    .where(and(eq(events.tenantId, tenantId), eq(events.action, action)))
    .orderBy(desc(events.id))
    .limit(1);
  return row ?? null;
}

/** The head of one tenant: its position is the number of events that are linked. */
export async function headOf(
  db: Sql,
  tenantId: string,
): Promise<{ position: number; sha256: string } | null> {
  const [row] = await db
    .select({ position: links.position, sha256: links.sha256 })
    .from(links)
    .where(eq(links.tenantId, tenantId))
    .orderBy(desc(links.position))
    .limit(1);
  return row ?? null;
}

export async function tenantsOnRecord(db: Sql): Promise<string[]> {
  const result = await db.execute(sql`
    with recursive tenants(id) as (
      (select tenant_id from audit_events order by tenant_id limit 1)
      union all
      select (select e.tenant_id from audit_events e where e.tenant_id > tenants.id order by e.tenant_id limit 1)
      from tenants where tenants.id is not null
    )
    select id from tenants where id is not null`);
  return (result as unknown as { rows: { id: string }[] }).rows.map(({ id }) => id);
}
