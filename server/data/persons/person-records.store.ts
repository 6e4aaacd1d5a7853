import type { KeepingGround } from '@stroma/contracts';
import { type SQL, sql } from 'drizzle-orm';
import type { SealedTables } from '../../platform/crypto/sealed-tables.ts';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { patternsOf } from './text-scan.ts';
import { withJsonForms, wordPattern } from './word-patterns.ts';

export type RecordTreatment =
  | { treatment: 'redact' }
  | { treatment: 'account' }
  | { treatment: 'keep'; ground: KeepingGround }
  | { treatment: 'undecided' };

const redact: RecordTreatment = { treatment: 'redact' };
const account: RecordTreatment = { treatment: 'account' };
const keep = (ground: KeepingGround): RecordTreatment => ({ treatment: 'keep', ground });

/** What becomes of records that quote a person when the person is erased. A table that is not here is undecided. */
const treatments: Readonly<Record<string, RecordTreatment>> = {
  queries: redact,
  datasets: redact,
  dataset_versions: redact,
  uploads: redact,
  jobs: redact,
  events: redact,
  privacy_ledger: redact,
  provenance_derivations: redact,
  projects: redact,
  dashboards: redact,
  dashboard_versions: redact,
  dashboard_comments: redact,
  metrics: redact,
  dashboard_shares: redact,
  dashboard_schedules: redact,
  dashboard_schedule_runs: redact,
  dashboard_alerts: redact,
  dashboard_alert_entries: redact,
  ml_experiments: redact,
  ml_runs: redact,
  ml_run_params: redact,
  ml_run_tags: redact,
  ml_run_inputs: redact,
  ml_run_artifacts: redact,
  ml_logged_models: redact,
  ml_run_metrics: redact,
  ml_metric_points: redact,
  ml_models: redact,
  ml_model_aliases: redact,
  ml_model_versions: redact,
  ml_promotions: redact,
  ml_model_reports: redact,
  ml_feature_views: redact,
  ml_feature_view_versions: redact,
  ml_feature_materialisations: redact,
  ml_online_features: redact,
  ml_trainings: redact,
  ml_trained_versions: redact,
  ml_predictions: redact,
  ml_challenges: redact,
  ml_challenge_predictions: redact,
  ml_prediction_reviews: redact,
  ml_outcomes: redact,
  ml_monitors: redact,
  ml_monitor_checks: redact,
  ml_monitor_firings: redact,
  ml_retrainings: redact,
  stream_topics: redact,
  stream_windows: redact,
  stream_window_results: redact,
  consents: redact,
  person_searches: redact,
  users: account,
  accounts: account,
  sessions: account,
  passkeys: account,
  second_factors: account,
  api_keys: account,
  identity_challenges: account,
  scim_users: account,
  single_sign_on_links: account,
  audit_events: keep('audit_record'),
  signatures: keep('signed_record'),
  compliance_reports: keep('accountability'),
  ml_critical_policies: keep('accountability'),
  ml_promotion_sign_offs: keep('accountability'),
  ml_model_records: keep('accountability'),
  legal_holds: keep('legal_hold'),
  retention_runs: keep('accountability'),
  emergencies: keep('accountability'),
  emergency_uses: keep('accountability'),
  threats: keep('audit_record'),
  threat_blocks: keep('audit_record'),
  threat_policies: keep('accountability'),
  second_factor_policies: keep('accountability'),
  retention_policies: keep('accountability'),
  erasures: keep('accountability'),
};
/** Who did something, as it was put down then. */
const doers = /_by_name$|^(actor|handler)_name$/;

export function treatmentOf(table: string, column: string): RecordTreatment {
  if (doers.test(column)) return keep('accountability');
  return treatments[table] ?? { treatment: 'undecided' };
}

export interface RecordColumn {
  table: string;
  column: string;
  type: 'text' | 'jsonb' | 'text[]';
}

export interface FoundRecords extends Pick<RecordColumn, 'table' | 'column'> {
  rows: number;
  /** Of a column of JSON or text that SQL reads. */
  type?: RecordColumn['type'];
  /** Of a table whose texts are sealed: the rows. */
  ids?: string[];
}

/** Every column of text or JSON of every table that holds rows of tenants. */
export async function textColumns(db: Sql): Promise<RecordColumn[]> {
  const rows = rowsOf<{ table: string; column: string; type: string }>(
    await db.execute(sql`
      select c.relname::text as table, a.attname::text as column, format_type(a.atttypid, null) as type
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
        and format_type(a.atttypid, null) in ('text', 'jsonb', 'text[]') and a.attname <> 'tenant_id'
        and has_table_privilege(c.oid, 'select')
        and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
      order by 1, 2`),
  );
  return rows as RecordColumn[];
}

/**
 * Records of the tenant that quote one of the identifiers as whole words, by column. One scan a table; texts that are
 * sealed are opened for it, page by page.
 */
export async function recordsQuoting(
  db: Sql,
  sealed: SealedTables,
  tenantId: string,
  identifiers: readonly string[],
  signal: AbortSignal,
): Promise<{ found: FoundRecords[]; tables: number }> {
  const isSealed = ({ table, column }: RecordColumn) => sealed.get(table)?.columns.includes(column) === true;
  const read = (await textColumns(db)).filter((column) => !isSealed(column));
  const byTable = Map.groupBy(read, ({ table }) => table);
  const found: FoundRecords[] = [];
  for (const [table, columns] of byTable) {
    signal.throwIfAborted();
    const counts = columns.map(
      ({ column, type }, index) =>
        sql`count(*) filter (where ${quotes(column, type, identifiers)})::int as ${sql.raw(`c${index}`)}`,
    );
    const [row] = rowsOf<Record<string, number>>(
      await db.execute(
        sql`select ${sql.join(counts, sql`, `)} from ${sql.identifier(table)} where tenant_id = ${tenantId}`,
      ),
    );
    for (const [index, column] of columns.entries()) {
      const rows = row?.[`c${index}`] ?? 0;
      if (rows > 0) found.push({ ...column, rows });
    }
  }
  found.push(...(await sealedQuoting(sealed, tenantId, identifiers, signal)));
  return { found, tables: new Set([...byTable.keys(), ...sealed.all().map(({ table }) => table)]).size };
}

async function sealedQuoting(
  sealed: SealedTables,
  tenantId: string,
  identifiers: readonly string[],
  signal: AbortSignal,
): Promise<FoundRecords[]> {
  const patterns = patternsOf(withJsonForms(identifiers));
  const found = new Map<string, FoundRecords & { ids: string[] }>();
  for (const each of sealed.all()) {
    const { table } = each;
    for await (const page of each.pages(tenantId)) {
      signal.throwIfAborted();
      for (const { id, texts } of page)
        for (const [column, text] of Object.entries(texts)) {
          if (text === null || !patterns.some((pattern) => pattern.test(text))) continue;
          const key = `${table} ${column}`;
          const known = found.get(key) ?? { table, column, rows: 0, ids: [] };
          known.rows += 1;
          known.ids.push(id);
          found.set(key, known);
        }
    }
  }
  return [...found.values()];
}

/** A condition on a column: it quotes one of the identifiers. */
export function quotes(column: string, type: RecordColumn['type'], identifiers: readonly string[]): SQL {
  const forms = type === 'jsonb' ? withJsonForms(identifiers) : identifiers;
  const tests = forms.map(
    (each) => sql`${sql.identifier(column)}::text ~ ${wordPattern(each, 'postgresql')}`,
  );
  return sql`(${sql.join(tests, sql` or `)})`;
}

export interface FoundAccount {
  user_id: string;
  name: string;
  email: string;
}

/** Accounts with one of these addresses, ids or names. */
export async function accountsOf(
  db: Sql,
  tenantId: string,
  identifiers: readonly string[],
): Promise<FoundAccount[]> {
  const lower = JSON.stringify(identifiers.map((each) => each.trim().toLowerCase()));
  return rowsOf<FoundAccount>(
    await db.execute(sql`
      select id as user_id, name, email from users where tenant_id = ${tenantId} and exists (
        select from jsonb_array_elements_text(${lower}::jsonb) i
        where i in (lower(email), id, lower(regexp_replace(trim(name), '\s+', ' ', 'g'))))
      order by id limit 20`),
  );
}

/** Invitations and other links that wait for one of these addresses. */
export async function invitationsTo(
  db: Sql,
  tenantId: string,
  identifiers: readonly string[],
): Promise<string[]> {
  const rows = rowsOf<{ id: string }>(
    await db.execute(
      sql`select id from identity_challenges where tenant_id = ${tenantId} and user_id is null and ${quotes('data', 'jsonb', identifiers)} limit 1000`,
    ),
  );
  return rows.map(({ id }) => id);
}
