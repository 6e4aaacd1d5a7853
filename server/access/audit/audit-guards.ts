import type { Database } from '../../platform/db/database.ts';
import { tenantRole } from '../../platform/db/tenant-scope.ts';

/** Tables whose rows are written once and stay. */
const permanent = ['audit_events', 'audit_links', 'audit_seals', 'audit_keys', 'signatures'] as const;
/** What only the sealer writes, never a tenant's own statement. */
const sealersOwn = ['audit_links', 'audit_seals', 'audit_keys'] as const;

/**
 * Makes the store itself refuse to change, delete or empty the record: by rights, which bind everybody but a
 * superuser, and by triggers, which bind a superuser too, also where replication switches triggers off. Run at each
 * start, so that a guard somebody took away is back.
 */
export async function installAuditGuards(database: Database): Promise<void> {
  const perTable = permanent.map(
    (table) => `
    create or replace trigger ${table}_stay before update or delete on ${table}
      for each row execute function refuse_audit_change();
    alter table ${table} enable always trigger ${table}_stay;
    create or replace trigger ${table}_keep before truncate on ${table}
      for each statement execute function refuse_audit_change();
    alter table ${table} enable always trigger ${table}_keep;
    revoke update, delete, truncate on ${table} from public, current_user;`,
  );
  await database.execute(`
    begin;
    select pg_advisory_xact_lock(hashtextextended('stroma:audit-guards', 0));
    create or replace function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'The record % is append-only: % is refused.', tg_table_name, tg_op
        using errcode = 'insufficient_privilege';
    end $$;
    ${perTable.join('')}
    do $$ begin
      if exists (select from pg_roles where rolname = '${tenantRole}') then
        revoke update, delete, truncate on ${permanent.join(', ')} from ${tenantRole};
        revoke insert on ${sealersOwn.join(', ')} from ${tenantRole};
        revoke select on audit_keys from ${tenantRole};
      end if;
    end $$;
    commit;`);
}
