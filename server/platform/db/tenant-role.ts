import { StromaError } from '@stroma/kernel';
import { sql } from 'drizzle-orm';
import { rowsOf, type Sql } from './database.ts';
import { tenantRole } from './tenant-scope.ts';

const refusals = `exception
    -- Another database of this server may be making it now; whether it can be used is asked below.
    when insufficient_privilege or duplicate_object or unique_violation then null;`;

/**
 * Makes the role that statements of tenants run as, where it is absent, and lets the present one take it on. Roles
 * belong to the whole PostgreSQL server and are not part of a dump, so this is done at each start. Throws NOT_READY
 * with what an administrator must run, when the present role may do neither.
 */
export async function prepareTenantRole(tx: Sql): Promise<void> {
  await tx.execute(
    sql.raw(`do $$ begin
  begin
    if not exists (select from pg_roles where rolname = '${tenantRole}') then
      create role ${tenantRole} nologin noinherit;
    end if;
  ${refusals}
  end;
  begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
      grant ${tenantRole} to current_user;
    end if;
  ${refusals}
  end;
end $$`),
  );
  const [role] = rowsOf<{ exempt: boolean; usable: boolean; name: string }>(
    await tx.execute(sql`
      select rolsuper or rolbypassrls as exempt, pg_has_role(current_user, ${tenantRole}, 'member') as usable,
             current_user as name
      from pg_roles where rolname = ${tenantRole}`),
  );
  if (role?.exempt === true)
    throw new StromaError(
      'NOT_READY',
      `The database role ${tenantRole} must be bound by row-level security. Run: alter role ${tenantRole} nosuperuser nobypassrls`,
    );
  if (role?.usable !== true)
    throw new StromaError(
      'NOT_READY',
      `The database needs the role ${tenantRole}, and the role in DATABASE_URL may not make it. Let an administrator run: create role ${tenantRole} nologin noinherit; grant ${tenantRole} to "<the role in DATABASE_URL>"`,
    );
}
