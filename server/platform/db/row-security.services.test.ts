import { describe, expect, it } from 'vitest';
import { describeRowSecurity } from './row-security.suite.ts';
import { tenantRole } from './tenant-scope.ts';
import { administer, postgresqlStore, testDatabaseUrl } from './test-database.suite.ts';

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  describeRowSecurity('PostgreSQL, migrated by a superuser', () => postgresqlStore());

  describeRowSecurity('PostgreSQL, migrated by a role that may make roles', () =>
    postgresqlStore((name) => [`create role ${name} login nosuperuser createrole`]),
  );

  describeRowSecurity('PostgreSQL, migrated by a role that was given the tenants’ role', () =>
    postgresqlStore((name) => [
      `do $$ begin create role ${tenantRole} nologin noinherit; exception when duplicate_object then null; end $$`,
      `create role ${name} login nosuperuser nocreaterole`,
      `grant ${tenantRole} to ${name}`,
    ]),
  );

  it('says what an administrator must do when the role can neither be made nor used', async () => {
    await administer(
      `do $$ begin create role ${tenantRole} nologin noinherit; exception when duplicate_object then null; end $$`,
    );
    const store = await postgresqlStore((name) => [`create role ${name} login nosuperuser nocreaterole`]);
    await expect(store.open()).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining(`grant ${tenantRole} to`),
    });
    await store.remove();
  });
});
