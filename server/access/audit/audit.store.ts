import { sql } from 'drizzle-orm';
import { type Database, rowsOf, type Sql } from '../../platform/db/database.ts';
import { auditSeals } from './audit.tables.ts';
import type { AuditLink, AuditSeal, Head } from './audit-chain.ts';
import type { LinkedRow, RecordSource, StoredEvent } from './audit-verification.ts';

/** One statement and one parameter, however many events. */
export async function insertEvents(tx: Sql, events: readonly StoredEvent[]): Promise<void> {
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

/** Columns as `StoredEvent` holds them; the time as text, which hashes as it was written. */
const eventColumns = sql.raw(`
  e.id, e.tenant_id as "tenantId",
  to_char(e.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time,
  e.actor_id as "actorId", e.actor_kind as "actorKind", e.actor_name as "actorName",
  e.credential_id as "credentialId", e.address, e.user_agent as "userAgent", e.request_id as "requestId",
  e.action, e.object_kind as "objectKind", e.object_id as "objectId", e.outcome,
  e.before_sha256 as "beforeSha256", e.after_sha256 as "afterSha256", e.details,
  e.content_sha256 as "contentSha256", e.mac, e.key_id as "keyId"`);

const linkColumns = sql.raw(`
  l.tenant_id as "linkTenantId", l.position::float8 as position, l.event_id as "eventId",
  l.event_sha256 as "eventSha256", l.previous_sha256 as "previousSha256", l.sha256`);

const sealColumns = sql.raw(`
  number::float8 as number, to_char(time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time,
  heads, previous_sha256 as "previousSha256", sha256, signature, key_id as "keyId"`);

type LinkAndEvent = Omit<StoredEvent, 'id'> & {
  id: string | null;
  linkTenantId: string;
  position: number;
  eventId: string;
  eventSha256: string;
  previousSha256: string;
  sha256: string;
};

/** False when another process links at this moment. Held to the end of the transaction. */
export async function lockSealing(tx: Sql, wait: boolean): Promise<boolean> {
  const key = sql`hashtextextended('stroma:audit-sealer', 0)`;
  if (wait) {
    await tx.execute(sql`select pg_advisory_xact_lock(${key})`);
    return true;
  }
  const [row] = rowsOf<{ got: boolean }>(
    await tx.execute(sql`select pg_try_advisory_xact_lock(${key}) as got`),
  );
  return row?.got === true;
}

export async function hasPending(db: Sql): Promise<boolean> {
  return rowsOf(await db.execute(sql`select 1 from audit_pending limit 1`)).length > 0;
}

export async function pendingEvents(tx: Sql, limit: number): Promise<StoredEvent[]> {
  const result = await tx.execute(sql`
    select ${eventColumns}
    from (select event_id from audit_pending limit ${limit}) p
    join audit_events e on e.id = p.event_id
    order by e.id`);
  return rowsOf<StoredEvent>(result);
}

export async function headsOfTenants(tx: Sql, tenantIds: string[]): Promise<Map<string, Head>> {
  const result = await tx.execute(sql`
    select t.id as "tenantId", l.position::float8 as position, l.sha256
    from json_array_elements_text(${JSON.stringify(tenantIds)}::json) as t(id)
    cross join lateral (
      select position, sha256 from audit_links where tenant_id = t.id order by position desc limit 1
    ) l`);
  const rows = rowsOf<Head & { tenantId: string }>(result);
  return new Map(rows.map(({ tenantId, position, sha256 }) => [tenantId, { position, sha256 }]));
}

export async function lastSeal(db: Sql): Promise<AuditSeal | null> {
  const result = await db.execute(
    sql`select ${sealColumns} from audit_seals order by audit_seals.number desc limit 1`,
  );
  return rowsOf<AuditSeal>(result)[0] ?? null;
}

export async function insertLinks(tx: Sql, links: readonly AuditLink[]): Promise<void> {
  const rows = links.map((link) => ({
    tenant_id: link.tenantId,
    position: link.position,
    event_id: link.eventId,
    event_sha256: link.eventSha256,
    previous_sha256: link.previousSha256,
    sha256: link.sha256,
  }));
  await tx.execute(sql`
    insert into audit_links select * from json_populate_recordset(null::audit_links, ${JSON.stringify(rows)}::json)`);
}

export async function insertSeal(tx: Sql, seal: AuditSeal): Promise<void> {
  await tx.insert(auditSeals).values({ ...seal, time: new Date(seal.time) });
}

export async function removePending(tx: Sql, eventIds: string[]): Promise<void> {
  await tx.execute(sql`
    delete from audit_pending
    where event_id in (select json_array_elements_text(${JSON.stringify(eventIds)}::json))`);
}

/** The record as verification reads it. */
export function recordSource(database: Database, pageSize = 5000): RecordSource {
  const db = database.sql;
  return {
    seals: () =>
      pagesOf(
        (after) => sealsAfter(db, after, pageSize),
        ({ number }) => number,
        pageSize,
      ),
    links: (tenantId) =>
      pagesOf(
        (after) => linksAfter(database, tenantId, after, pageSize),
        ({ link }) => link.position,
        pageSize,
      ),
    async *unlinked(tenantId) {
      const result = await db.execute(sql`
        select ${eventColumns}, case when p.event_id is null then null
          else extract(epoch from now() - e.time)::float8 * 1000 end as "waitingMs"
        from audit_events e left join audit_pending p on p.event_id = e.id
        where e.tenant_id = ${tenantId}
          and not exists (select 1 from audit_links l where l.event_id = e.id)
        limit 100000`);
      yield rowsOf<StoredEvent & { waitingMs: number | null }>(result).map(({ waitingMs, ...event }) => ({
        event,
        waitingMs,
      }));
    },
  };
}

/** Ascending; only those that name the tenant, when one is given. */
export async function sealsAfter(
  db: Sql,
  after: number,
  limit: number,
  tenantId?: string,
): Promise<AuditSeal[]> {
  const naming = tenantId === undefined ? sql`` : sql`and strpos(heads, ${JSON.stringify(tenantId)}) > 0`;
  const result = await db.execute(sql`
    select ${sealColumns} from audit_seals where audit_seals.number > ${after} ${naming}
    order by audit_seals.number limit ${limit}`);
  return rowsOf<AuditSeal>(result);
}

async function linksAfter(
  database: Database,
  tenantId: string,
  after: number,
  limit: number,
): Promise<LinkedRow[]> {
  const result = await database.transaction(async (tx) => {
    // Left to itself the planner reads the whole table for each page.
    await tx.execute(
      sql`select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
    );
    return tx.execute(sql`
      select ${linkColumns}, ${eventColumns}
      from (
        select * from audit_links where tenant_id = ${tenantId} and position > ${after}
        order by position limit ${limit}
      ) l
      left join audit_events e on e.id = l.event_id
      order by l.position`);
  });
  return rowsOf<LinkAndEvent>(result).map((row) => ({
    link: {
      tenantId: row.linkTenantId,
      position: row.position,
      eventId: row.eventId,
      eventSha256: row.eventSha256,
      previousSha256: row.previousSha256,
      sha256: row.sha256,
    },
    event: row.id === null ? null : (row as StoredEvent),
  }));
}

async function* pagesOf<T>(
  read: (after: number) => Promise<T[]>,
  placeOf: (row: T) => number,
  pageSize: number,
): AsyncGenerator<T[]> {
  // Below every position, so that a row moved there is seen too.
  let coming = read(Number.MIN_SAFE_INTEGER);
  for (;;) {
    const page = await coming;
    const last = page.at(-1);
    if (last === undefined) return;
    const more = page.length === pageSize;
    // The store reads the next page while this one is looked at.
    if (more) {
      coming = read(placeOf(last));
      coming.catch(() => undefined);
    }
    yield page;
    if (!more) return;
  }
}
