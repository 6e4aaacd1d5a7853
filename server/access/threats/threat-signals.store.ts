import { sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { systemTenant } from '../../platform/system-actor.ts';
import type { Refusal } from './privilege-escalation.ts';
import type { Taken } from './unusual-export.ts';

/** More within one window tells nothing new. */
const mostEvents = 20_000;

/** Ids begin with their time in milliseconds (UUIDv7): below this one lies everything older. */
const since = (time: Date): string => {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `aud_${hex.slice(0, 8)}-${hex.slice(8)}`;
};

const read = (details: string | null): Record<string, unknown> =>
  details === null ? {} : (JSON.parse(details) as Record<string, unknown>);

/** Failed sign-ins by password, by the keyed hash of the account that was named. */
export async function failedSignIns(
  db: Sql,
  from: Date,
): Promise<{ subject: string; address: string; at: Date }[]> {
  const rows = rowsOf<{ time: string | Date; address: string | null; details: string | null }>(
    await db.execute(sql`
      select time, address, details from audit_events
      where tenant_id = ${systemTenant} and action = 'session.refused' and id >= ${since(from)}
      order by id desc limit ${mostEvents}`),
  );
  return rows.flatMap(({ time, address, details }) => {
    const { subject_hmac: subject } = read(details);
    return typeof subject === 'string' && address !== null ? [{ subject, address, at: new Date(time) }] : [];
  });
}

export interface StartedSignIn {
  userId: string;
  email: string;
  tenantId: string;
  address: string;
  at: Date;
}

export async function startedSessions(db: Sql, from: Date): Promise<StartedSignIn[]> {
  const rows = rowsOf<StartedSignIn>(
    await db.execute(sql`
      select e.actor_id as "userId", u.email, e.tenant_id as "tenantId", coalesce(e.address, '') as address,
        e.time as at
      from audit_events e join users u on u.id = e.actor_id
      where e.id >= ${since(from)} and e.action = 'session.started' limit ${mostEvents}`),
  );
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}

/** The longest time any tenant looks back over failed sign-ins; null while none has changed the default. */
export async function longestWindow(db: Sql): Promise<number | null> {
  const [row] = rowsOf<{ minutes: number | null }>(
    await db.execute(sql`
      select max((policy->'credential_stuffing'->>'window_minutes')::float8) as minutes from threat_policies`),
  );
  return row?.minutes ?? null;
}

/** Accounts behind the hashes of failed sign-ins, as far as there are any. */
export async function accountsOf(
  db: Sql,
  subjectOf: (email: string) => string,
  subjects: ReadonlySet<string>,
): Promise<{ subject: string; id: string; name: string; tenantId: string }[]> {
  const rows = rowsOf<{ id: string; name: string; email: string; tenantId: string }>(
    await db.execute(sql`select id, name, email, tenant_id as "tenantId" from users`),
  );
  return rows.flatMap(({ email, ...account }) => {
    const subject = subjectOf(email);
    return subjects.has(subject) ? [{ ...account, subject }] : [];
  });
}

/** Tenants whose people keep the whole installation: told of attacks on accounts that are nobody's. */
export async function keepersOfInstallation(db: Sql): Promise<string[]> {
  const rows = rowsOf<{ tenant: string }>(
    await db.execute(sql`
      select distinct tenant_id as tenant from users where role = 'super_admin' and disabled_at is null`),
  );
  if (rows.length > 0) return rows.map(({ tenant }) => tenant);
  return rowsOf<{ tenant: string }>(
    await db.execute(sql`select id as tenant from tenants order by created_at, id limit 1`),
  ).map(({ tenant }) => tenant);
}

/** Where a person was last seen, by another session than the one given. */
export async function lastSeenElsewhere(
  db: Sql,
  who: { tenantId: string; actorId: string; sessionId: string; before: string },
): Promise<{ at: Date; address: string; userAgent: string } | null> {
  const [row] = rowsOf<{ time: string | Date; address: string; user_agent: string | null }>(
    await db.execute(sql`
      select time, address, user_agent from audit_events
      where tenant_id = ${who.tenantId} and actor_id = ${who.actorId} and id < ${who.before}
        and actor_kind = 'person' and address is not null and credential_id is not null
        and credential_id <> ${who.sessionId}
      order by id desc limit 1`),
  );
  return row === undefined
    ? null
    : { at: new Date(row.time), address: row.address, userAgent: row.user_agent ?? '' };
}

const refusalCodes = new Set(['FORBIDDEN', 'SQL_NOT_ALLOWED']);

/** What was refused to a person or a key; that a password or a second factor is missing is no attempt. */
export async function refusalsOf(
  db: Sql,
  who: { tenantId: string; actorId: string },
  from: Date,
): Promise<Refusal[]> {
  const rows = rowsOf<{ object: string | null; request: string; details: string | null }>(
    await db.execute(sql`
      select object_id as object, request_id as request, details from audit_events
      where tenant_id = ${who.tenantId} and actor_id = ${who.actorId} and id >= ${since(from)}
        and action = 'access.refused'
      order by id desc limit ${mostEvents}`),
  );
  const all = rows.map(({ details, ...row }) => ({ ...row, ...read(details) }) as RefusedDetails);
  // What is refused inside is on record twice: as what was tried, and as the answer to its request.
  const told = new Set(all.flatMap(({ attempt, request }) => (attempt === undefined ? [] : [request])));
  return all.flatMap(({ object, request, code, attempt, permission, endpoint }) => {
    if (attempt === undefined && told.has(request)) return [];
    if (attempt === undefined && !refusalCodes.has(code ?? '')) return [];
    const what =
      attempt ?? (permission === 'signed-in' || permission === undefined ? (endpoint ?? '') : permission);
    return [{ what, onSelf: object === who.actorId }];
  });
}

interface RefusedDetails {
  object: string | null;
  request: string;
  code?: string;
  attempt?: string;
  permission?: string;
  endpoint?: string;
}

export async function keyRefusalsOf(
  db: Sql,
  tenantId: string,
  keyId: string,
  from: Date,
): Promise<{ reason: string; address: string; prefix: string }[]> {
  const rows = rowsOf<{ address: string | null; details: string | null }>(
    await db.execute(sql`
      select address, details from audit_events
      where tenant_id = ${tenantId} and object_id = ${keyId} and id >= ${since(from)}
        and action = 'api-key.refused'
      order by id desc limit ${mostEvents}`),
  );
  return rows.map(({ address, details }) => {
    const { reason, prefix } = read(details);
    return { reason: String(reason), prefix: String(prefix ?? ''), address: address ?? '' };
  });
}

/** What a person took away, by whole hours before `now`: 0 is the last one. */
export async function exportsByHour(
  db: Sql,
  who: { tenantId: string; actorId: string },
  now: Date,
  days: number,
): Promise<(Taken & { hoursAgo: number })[]> {
  return rowsOf<Taken & { hoursAgo: number }>(
    await db.execute(sql`
      select floor(extract(epoch from ${now.toISOString()}::timestamptz - time) / 3600)::int as "hoursAgo",
        coalesce(sum((details::json->>'rows')::float8), 0) as rows,
        coalesce(sum((details::json->>'bytes')::float8), 0) / 1e6 as megabytes, count(*)::int as files
      from audit_events
      where tenant_id = ${who.tenantId} and actor_id = ${who.actorId}
        and id >= ${since(new Date(now.getTime() - days * 86_400_000))}
        and action in ('dataset.downloaded', 'person.exported', 'audit.exported') and outcome = 'success'
      group by 1`),
  );
}
