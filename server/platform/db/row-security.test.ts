import { describe, expect, it } from 'vitest';
import { describeRowSecurity, snapshotTables } from './row-security.suite.ts';
import { closedTables, rowSecurityStatements, type TableShape, wallOf } from './row-security.ts';
import { ScopedConnection } from './scoped-connection.ts';
import { withinTenant } from './tenant-scope.ts';
import { embeddedStore } from './test-database.suite.ts';

describeRowSecurity('embedded', embeddedStore);

const column = (name: string, notNull = true) => ({ [name]: { name, notNull } });
const table = (
  name: string,
  columns: TableShape['columns'],
  foreignKeys: TableShape['foreignKeys'] = {},
) => ({
  name,
  columns,
  foreignKeys,
  compositePrimaryKeys: {},
  indexes: {},
  uniqueConstraints: {},
});

describe('walls from tables', () => {
  it('refuses a table of which nobody has said whose it is', () => {
    expect(() => rowSecurityStatements([table('strays', column('id'))], [])).toThrow(/strays.*tenant_id/s);
    const optional = { key: { tableTo: 'tenants', columnsFrom: ['owner'], columnsTo: ['id'] } };
    const strays = table('strays', column('owner', false), optional);
    expect(() => rowSecurityStatements([table('tenants', column('id')), strays], [])).toThrow(/strays/);
  });

  it('knows a table without tenant_id by the row it belongs to', () => {
    const parent = { key: { tableTo: 'people', columnsFrom: ['person'], columnsTo: ['id'] } };
    const people = table('people', { ...column('id'), ...column('tenant_id') });
    const notes = table('notes', column('person'), parent);
    expect(wallOf(notes, new Map([people, notes].map((each) => [each.name, each])))).toBe('parent');
    expect(rowSecurityStatements([people, notes], []).join('\n')).toContain(
      'CREATE POLICY "notes_tenant" ON "notes" TO stroma_tenant USING (exists (select from "people" p where p."id" = "notes"."person"))',
    );
  });

  it('names no table closed that is not there, and gives each its reason', () => {
    const names = new Set(snapshotTables.map(({ name }) => name));
    for (const [name, reason] of Object.entries(closedTables)) {
      expect(names).toContain(name);
      expect(reason.length).toBeGreaterThan(20);
    }
  });
});

it('sends nothing for a tenant that the connection did not confirm', async () => {
  const connection = new ScopedConnection();
  const sent: string[] = [];
  const run = (works: boolean) =>
    withinTenant('tnt_a', () =>
      connection.run(
        async () => {
          if (!works) throw new Error('permission denied to set role');
        },
        'select 1',
        async () => sent.push('select 1'),
      ),
    );
  await expect(run(false)).rejects.toThrow('permission denied');
  expect(sent).toEqual([]);
  await run(true);
  expect(sent).toEqual(['select 1']);
});

/** Values that are one of a kind over all tenants though somebody could guess them. */
const guessable: Record<string, string> = {
  'users.email':
    'an address belongs to one account; who invites or signs up is answered alike whether it is taken',
  'events.position': 'given by the publisher alone, after the commit',
  'single_sign_on_domains.domain':
    'a domain leads to one connection; it is held after its DNS record proved it',
  'resource_attributes.resource_id': 'an id, which nobody guesses',
};

it('lets no value be probed for in another tenant through a unique index', () => {
  const unguessable = /(^|_)(id|hash|sha256)$|^token$|^version_[ab]$|^(handle|identifier)$/;
  const broken = snapshotTables
    .filter(({ name }) => !(name in closedTables) && name !== 'tenants')
    .flatMap((each) =>
      uniqueColumns(each as TableWithIndexes).map((columns) => ({ name: each.name, columns })),
    )
    .filter(({ columns }) => !columns.some((each) => each === 'tenant_id' || unguessable.test(each)))
    .map(({ name, columns }) => `${name}.${columns.join('+')}`)
    .filter((each) => !(each in guessable));
  expect(broken).toEqual([]);
});

interface TableWithIndexes extends TableShape {
  columns: Record<string, { name: string; notNull: boolean; primaryKey?: boolean }>;
  compositePrimaryKeys: Record<string, { columns: string[] }>;
  indexes: Record<string, { isUnique: boolean; columns: { expression: string }[] }>;
  uniqueConstraints: Record<string, { columns: string[] }>;
}

function uniqueColumns(each: TableWithIndexes): string[][] {
  return [
    ...Object.values(each.columns)
      .filter(({ primaryKey }) => primaryKey === true)
      .map(({ name }) => [name]),
    ...Object.values(each.compositePrimaryKeys).map(({ columns }) => columns),
    ...Object.values(each.indexes)
      .filter(({ isUnique }) => isUnique)
      .map(({ columns }) => columns.map(({ expression }) => expression)),
    ...Object.values(each.uniqueConstraints).map(({ columns }) => columns),
  ];
}
