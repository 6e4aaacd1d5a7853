import { sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';

export interface ThreatFacts {
  /** First seen in the period. */
  detected: number;
  /** Of those: how they ended. */
  real: number;
  false_alarms: number;
  unresolved: number;
  /** Unresolved at present, whenever they were seen, and seen more than a week ago. */
  overdue: number;
  /** Of those of the period: where something was done without anybody being asked. */
  answered: number;
}

export async function threatFacts(
  db: Sql,
  tenantId: string,
  { from, to }: { from: string; to: string },
): Promise<ThreatFacts> {
  const seen = sql`first_at between ${from}::timestamptz and ${to}::timestamptz`;
  const result = await db.execute(sql`
    select (count(*) filter (where ${seen}))::int as detected,
      (count(*) filter (where ${seen} and verdict = 'true_positive'))::int as real,
      (count(*) filter (where ${seen} and verdict = 'false_positive'))::int as false_alarms,
      (count(*) filter (where ${seen} and status <> 'resolved'))::int as unresolved,
      (count(*) filter (where status <> 'resolved' and last_at < now() - interval '7 days'))::int as overdue,
      (count(*) filter (where ${seen} and jsonb_array_length(actions) > 0))::int as answered
    from threats where tenant_id = ${tenantId}`);
  const [row] = rowsOf<ThreatFacts>(result);
  return row ?? { detected: 0, real: 0, false_alarms: 0, unresolved: 0, overdue: 0, answered: 0 };
}

/** What stands on record of one action with one outcome. */
export interface RecordedAction {
  action: string;
  outcome: string;
  count: number;
  /** The newest 20. */
  ids: string[];
}

export async function recordedActions(
  db: Sql,
  tenantId: string,
  { from, to }: { from: string; to: string },
): Promise<RecordedAction[]> {
  const result = await db.execute(sql`
    select action, outcome, count(*)::int as count, (array_agg(id order by id desc))[1:20] as ids
    from audit_events
    where tenant_id = ${tenantId} and time >= ${from}::timestamptz and time <= ${to}::timestamptz
    group by action, outcome`);
  return rowsOf<RecordedAction>(result);
}

export interface LastEvent {
  id: string;
  time: Date;
  details: Record<string, unknown>;
}

export async function lastEvent(
  db: Sql,
  tenantId: string,
  action: string,
  until: string,
): Promise<LastEvent | null> {
  const result = await db.execute(sql`
    select id, time, details from audit_events
    where tenant_id = ${tenantId} and action = ${action} and time <= ${until}::timestamptz
      and outcome = 'success'
    order by id desc limit 1`);
  const [row] = rowsOf<{ id: string; time: string | Date; details: string | null }>(result);
  if (row === undefined) return null;
  return { id: row.id, time: new Date(row.time), details: JSON.parse(row.details ?? '{}') };
}

export interface PersonFact {
  id: string;
  role: string;
  has_second_factor: boolean;
  last_seen: Date | null;
  created: Date;
}

/** Accounts that are open. */
export async function openAccounts(db: Sql, tenantId: string): Promise<PersonFact[]> {
  const result = await db.execute(sql`
    select u.id, u.role, u.created_at as created,
      exists (select from second_factors f where f.user_id = u.id and f.confirmed_at is not null)
        or exists (select from passkeys p where p.user_id = u.id) as has_second_factor,
      (select max(s.last_seen_at) from sessions s where s.user_id = u.id) as last_seen
    from users u where u.tenant_id = ${tenantId} and u.disabled_at is null`);
  const moment = (value: string | Date | null) => (value === null ? null : new Date(value));
  return rowsOf<PersonFact & { created: string; last_seen: string | null }>(result).map((row) => ({
    ...row,
    created: new Date(row.created),
    last_seen: moment(row.last_seen),
  }));
}

export interface KeyFacts {
  active: number;
  endless: number;
  unused: number;
}

/** `unused`: neither used nor made within 90 days. */
export async function apiKeyFacts(db: Sql, tenantId: string): Promise<KeyFacts> {
  const result = await db.execute(sql`
    select count(*)::int as active,
      (count(*) filter (where expires_at is null))::int as endless,
      (count(*) filter (where coalesce(last_used_at, created_at) < now() - interval '90 days'))::int as unused
    from api_keys
    where tenant_id = ${tenantId} and revoked_at is null and (expires_at is null or expires_at > now())`);
  const [row] = rowsOf<KeyFacts>(result);
  return row ?? { active: 0, endless: 0, unused: 0 };
}

export interface EmergencyFacts {
  opened: number;
  waiting: number;
  overdue: number;
  unjustified: number;
}

/** `overdue`: over for more than a week and not reviewed. */
export async function emergencyFacts(
  db: Sql,
  tenantId: string,
  { from, to }: { from: string; to: string },
): Promise<EmergencyFacts> {
  const result = await db.execute(sql`
    select (count(*) filter (where opened_at between ${from}::timestamptz and ${to}::timestamptz))::int as opened,
      (count(*) filter (where reviewed_at is null and over <= now()))::int as waiting,
      (count(*) filter (where reviewed_at is null and over < now() - interval '7 days'))::int as overdue,
      (count(*) filter (where justified = false and opened_at between ${from}::timestamptz and ${to}::timestamptz))::int
        as unjustified
    from (select *, least(coalesce(ended_at, expires_at), expires_at) as over from emergencies
      where tenant_id = ${tenantId}) e`);
  const [row] = rowsOf<EmergencyFacts>(result);
  return row ?? { opened: 0, waiting: 0, overdue: 0, unjustified: 0 };
}

export interface RequestFacts {
  /** In the period. */
  received: number;
  closed: number;
  /** At present, and of those past the date by which the person must have an answer. */
  open: number;
  overdue: number;
}

/** Requests of persons for what is held on them (GDPR Art. 15 to 20). */
export async function requestFacts(
  db: Sql,
  tenantId: string,
  { from, to }: { from: string; to: string },
): Promise<RequestFacts> {
  const result = await db.execute(sql`
    select (count(*) filter (where received_at between ${from}::timestamptz and ${to}::timestamptz))::int as received,
      (count(*) filter (where closed_at between ${from}::timestamptz and ${to}::timestamptz))::int as closed,
      (count(*) filter (where closed_at is null))::int as open,
      (count(*) filter (where closed_at is null and coalesce(extended_until, due_at) < now()))::int as overdue
    from subject_requests where tenant_id = ${tenantId}`);
  const [row] = rowsOf<RequestFacts>(result);
  return row ?? { received: 0, closed: 0, open: 0, overdue: 0 };
}

export interface WallFacts {
  tables: number;
  walled: number;
  /** Tables of ours without enabled and forced row-level security. */
  open: string[];
  /** Whether the role tenants work as is bound by it. */
  role_bound: boolean;
  /** Tables of the record whose guard is in place and always fires. */
  guarded: number;
}

/** Read from the database's own catalogue. */
export async function wallFacts(db: Sql): Promise<WallFacts> {
  const result = await db.execute(sql`
    select count(*)::int as tables,
      (count(*) filter (where c.relrowsecurity and c.relforcerowsecurity))::int as walled,
      coalesce(array_agg(c.relname::text) filter (where not (c.relrowsecurity and c.relforcerowsecurity)), '{}') as open,
      coalesce((select not rolsuper and not rolbypassrls from pg_roles where rolname = 'stroma_tenant'), false)
        as role_bound,
      (select count(*)::int from pg_trigger t join pg_class r on r.oid = t.tgrelid
        where r.relname in ('audit_events', 'audit_links', 'audit_seals', 'audit_keys', 'signatures')
          and t.tgname = r.relname || '_stay' and t.tgenabled = 'A') as guarded
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'stroma_migrations'`);
  const [row] = rowsOf<WallFacts>(result);
  return row ?? { tables: 0, walled: 0, open: [], role_bound: false, guarded: 0 };
}

export interface BackupFact {
  id: string;
  started_at: Date;
  verified_at: Date | null;
  restores: boolean | null;
  failed: boolean;
}

/** The newest 50, of the whole installation. */
export async function backupFacts(db: Sql): Promise<BackupFact[]> {
  const result = await db.execute(sql`
    select id, started_at, verified_at, verify_error is null and verified_at is not null as restores,
      error is not null as failed
    from backups where removed_at is null order by id desc limit 50`);
  return rowsOf<BackupFact & { started_at: string; verified_at: string | null }>(result).map((row) => ({
    ...row,
    started_at: new Date(row.started_at),
    verified_at: row.verified_at === null ? null : new Date(row.verified_at),
  }));
}

export interface SensitivityFact {
  sensitivity: string;
  datasets: number;
  /** With at least one row filter or column mask. */
  with_rules: number;
}

export async function sensitivityFacts(db: Sql, tenantId: string): Promise<SensitivityFact[]> {
  const result = await db.execute(sql`
    select sensitivity, count(*)::int as datasets,
      (count(*) filter (where jsonb_array_length(rules) > 0))::int as with_rules
    from datasets where tenant_id = ${tenantId} and deleted_at is null group by sensitivity`);
  return rowsOf<SensitivityFact>(result);
}

export async function tenantName(db: Sql, tenantId: string): Promise<string> {
  const [row] = rowsOf<{ name: string }>(
    await db.execute(sql`select name from tenants where id = ${tenantId}`),
  );
  return row?.name ?? tenantId;
}
