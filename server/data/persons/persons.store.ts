import { sql } from 'drizzle-orm';
import type { Sealed } from '../../platform/crypto/sealed-table.ts';
import { rowsOf } from '../../platform/db/database.ts';
import type { Platform } from '../../platform/platform.ts';

const mostRows = 10_000;

interface Section {
  name: string;
  about: string;
  /** Columns and table, and the columns any of which names the person; all are code, never input. */
  columns: string;
  from: string;
  whose: readonly string[];
}

/** What there is on a member. No password, token, seed or hash of one is among the columns. */
const sections: readonly Section[] = [
  {
    name: 'account',
    about: 'The account itself',
    columns: 'id, email, email_verified, name, image, role, disabled_at, created_at, updated_at',
    from: 'users',
    whose: ['id'],
  },
  {
    name: 'attributes',
    about: 'What refines the role',
    columns: 'clearance, sites, access_from, access_until, updated_at',
    from: 'member_attributes',
    whose: ['user_id'],
  },
  {
    name: 'sign_in_methods',
    about: 'Ways of signing in',
    columns: 'provider_id, created_at, updated_at',
    from: 'accounts',
    whose: ['user_id'],
  },
  {
    name: 'second_factors',
    about: 'Second factors',
    columns: 'kind, name, confirmed_at, created_at, last_used_at',
    from: 'second_factors',
    whose: ['user_id'],
  },
  {
    name: 'passkeys',
    about: 'Passkeys and hardware keys',
    columns: 'name, transports, backed_up, created_at, last_used_at',
    from: 'passkeys',
    whose: ['user_id'],
  },
  {
    name: 'sessions',
    about: 'Sessions, with address and browser',
    columns:
      'id, kind, method, address, user_agent, created_at, last_seen_at, expires_at, ended_at, end_reason',
    from: 'sessions',
    whose: ['user_id'],
  },
  {
    name: 'api_keys',
    about: 'API keys the person made',
    columns: 'id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at, last_used_address',
    from: 'api_keys',
    whose: ['owner_id'],
  },
  {
    name: 'projects',
    about: 'Projects the person belongs to',
    columns: 'project_id, (select name from projects p where p.id = project_id) as name',
    from: 'project_members',
    whose: ['user_id'],
  },
  {
    name: 'grants',
    about: 'What was shared with the person',
    columns: 'resource_id, permission, expires_at, created_at',
    from: 'resource_grants',
    whose: ['user_id'],
  },
  {
    name: 'uploads',
    about: 'Files the person sent',
    columns: 'id, file_name, status, size_bytes, created_at',
    from: 'uploads',
    whose: ['created_by'],
  },
  {
    name: 'datasets',
    about: 'Datasets the person made',
    columns: 'id, name, description, file_name, created_at, deleted_at',
    from: 'datasets',
    whose: ['created_by'],
  },
  {
    name: 'questions',
    about: 'What the person asked',
    columns: 'id, kind, question, sql, dataset_ids, created_at',
    from: 'queries',
    whose: ['user_id'],
  },
  {
    name: 'jobs',
    about: 'Background work the person began',
    columns: 'id, kind, title, status, created_at, finished_at',
    from: 'jobs',
    whose: ['created_by'],
  },
  {
    name: 'language_model_calls',
    about: 'Calls of language models on the person’s behalf',
    columns: 'id, purpose, model, outcome, created_at',
    from: 'llm_calls',
    whose: ['actor_id'],
  },
  {
    name: 'signatures',
    about: 'Electronic signatures',
    columns: 'id, object_kind, object_id, meaning, signed_at',
    from: 'signatures',
    whose: ['signer_id'],
  },
  {
    name: 'emergency_accesses',
    about: 'Emergency accesses the person opened',
    columns: 'id, reason, opened_at, expires_at, ended_at, reviewed_at, justified, note',
    from: 'emergencies',
    whose: ['user_id'],
  },
  {
    name: 'audit_events',
    about: 'Events on record of what the person did, and of what was done to the account',
    columns: 'id, time, actor_name, address, user_agent, action, object_kind, object_id, outcome, details',
    from: 'audit_events',
    whose: ['actor_id', 'object_id'],
  },
];

export interface HeldSection {
  name: string;
  about: string;
  rows: Record<string, unknown>[];
  truncated: boolean;
}

/** Null when the tenant has no such member. */
export async function heldOn(
  { db: { sql: db }, sealed }: Pick<Platform, 'db' | 'sealed'>,
  tenantId: string,
  userId: string,
): Promise<{ person: { user_id: string; name: string; email: string }; sections: HeldSection[] } | null> {
  const [person] = rowsOf<{ user_id: string; name: string; email: string }>(
    await db.execute(
      sql`select id as user_id, name, email from users where tenant_id = ${tenantId} and id = ${userId}`,
    ),
  );
  if (person === undefined) return null;
  const held: HeldSection[] = [];
  for (const { name, about, columns, from, whose } of sections) {
    const table = sealed.get(from);
    const mine = whose.map((column) => sql`${sql.raw(column)} = ${userId}`);
    const rows = rowsOf<Record<string, unknown>>(
      await db.execute(sql`
        select ${sql.raw(table === undefined ? columns : `${columns}, sealed`)} from ${sql.raw(from)}
        where tenant_id = ${tenantId} and (${sql.join(mine, sql` or `)})
        limit ${mostRows + 1}`),
    );
    const shown = rows.slice(0, mostRows);
    const opened =
      table === undefined
        ? shown
        : await table.openAll(tenantId, shown as Sealed<string>[], (row) => String(row.id));
    held.push({ name, about, rows: opened, truncated: rows.length > mostRows });
  }
  return { person, sections: held };
}
