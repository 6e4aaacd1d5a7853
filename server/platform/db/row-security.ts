import { tenantRole } from './tenant-scope.ts';

/** What the generator knows of a table, from its snapshot. */
export interface TableShape {
  name: string;
  columns: Record<string, { name: string; notNull: boolean }>;
  foreignKeys: Record<string, ForeignKey>;
}

export interface ForeignKey {
  tableTo: string;
  columnsFrom: string[];
  columnsTo: string[];
}

/**
 * Tables of the installation, closed to the role of tenants, each with the reason. Whoever reads or writes one on a
 * tenant's behalf leaves the scope with `acrossTenants`. Every other table has `tenant_id`, or a column that is never
 * null and refers to a table that has one.
 */
export const closedTables: Readonly<Record<string, string>> = {
  sign_in_failures: 'counted by a hash of who tried, before anybody knows whose it is',
  signing_keys: 'sign the access tokens of the whole installation',
  data_keys:
    'keys of contexts; some belong to the installation, and all are reached through the key store alone',
  audit_seals: 'one chain of seals over the heads of every tenant’s chain',
  audit_keys: 'signing keys of the whole installation',
  backups: 'a backup holds the whole installation',
  system_samples: 'figures of the machines the installation runs on',
  system_alerts: 'a machine that runs short, for who runs the installation',
  event_forwards: 'how far the outbox of the whole installation was handed on to Kafka',
  faults: 'errors of the installation, met by whoever, for who runs it',
};

/** Tables in which a tenant's statements may do less than read, add, change and delete. */
const rights: Readonly<Record<string, string>> = {
  tenants: 'select, update',
  audit_events: 'select, insert',
  audit_links: 'select, insert',
  signatures: 'select, insert',
};

const ownTenant = `(select current_setting('stroma.tenant', true))`;
const quoted = (name: string): string => `"${name}"`;

export type Wall = 'tenant' | 'parent' | 'closed';

/** How a table is walled, or null where nobody has said. */
export function wallOf(table: TableShape, tables: ReadonlyMap<string, TableShape>): Wall | null {
  if (table.name in closedTables) return 'closed';
  if (table.name === 'tenants' || 'tenant_id' in table.columns) return 'tenant';
  return parentOf(table, tables) === null ? null : 'parent';
}

function parentOf(table: TableShape, tables: ReadonlyMap<string, TableShape>): ForeignKey | null {
  const keys = Object.values(table.foreignKeys).filter(
    ({ tableTo, columnsFrom }) =>
      tableTo !== table.name && columnsFrom.every((column) => table.columns[column]?.notNull === true),
  );
  return (
    keys.find(({ tableTo }) => {
      const parent = tables.get(tableTo);
      const wall = parent === undefined ? null : wallOf(parent, tables);
      return wall === 'tenant' || wall === 'parent';
    }) ?? null
  );
}

/**
 * Row-level security, policies and rights for all tables, as statements. The owner sees everything; the role of
 * tenants sees the rows of the tenant it was told, may write no other, and may refer only to rows it sees, so that
 * a foreign key does not tell which ids exist elsewhere. Throws for a table of which nobody has said whose it is.
 */
export function rowSecurityStatements(all: readonly TableShape[], sequences: readonly string[]): string[] {
  const tables = new Map(all.map((table) => [table.name, table]));
  const statements = all.flatMap((table) => {
    const wall = wallOf(table, tables);
    if (wall === null)
      throw new Error(
        `The table ${table.name} has neither tenant_id nor a column that is never null and refers to a table that has: add one, or name the table in closedTables (server/platform/db/row-security.ts) with the reason.`,
      );
    const name = quoted(table.name);
    const walled = [
      `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`,
      `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;`,
      `CREATE POLICY ${quoted(`${table.name}_owner`)} ON ${name} TO CURRENT_USER USING (true) WITH CHECK (true);`,
    ];
    if (wall === 'closed') return walled;
    const visible = visibility(table, tables);
    const written = [visible, ...references(table, tables)].join(' and ');
    return [
      ...walled,
      `CREATE POLICY ${quoted(`${table.name}_tenant`)} ON ${name} TO ${tenantRole} USING (${visible}) WITH CHECK (${written});`,
      `GRANT ${rights[table.name] ?? 'select, insert, update, delete'} ON ${name} TO ${tenantRole};`,
    ];
  });
  const named = sequences.map((name) => `GRANT usage ON SEQUENCE ${quoted(name)} TO ${tenantRole};`);
  return [...statements, ...named];
}

function visibility(table: TableShape, tables: ReadonlyMap<string, TableShape>): string {
  if (table.name === 'tenants') return `id = ${ownTenant}`;
  if ('tenant_id' in table.columns) return `tenant_id = ${ownTenant}`;
  return exists(table, parentOf(table, tables) as ForeignKey);
}

/** A row refers to what its tenant sees; to itself the database does not let a policy look. */
function references(table: TableShape, tables: ReadonlyMap<string, TableShape>): string[] {
  const parent = 'tenant_id' in table.columns ? null : parentOf(table, tables);
  return Object.values(table.foreignKeys)
    .filter((key) => key !== parent && key.tableTo !== table.name && !key.columnsFrom.includes('tenant_id'))
    .filter(({ tableTo }) => tables.has(tableTo) && !(tableTo in closedTables))
    .map((key) => {
      const absent = key.columnsFrom
        .filter((column) => table.columns[column]?.notNull !== true)
        .map((column) => `${quoted(table.name)}.${quoted(column)} is null`);
      return `(${[...absent, exists(table, key)].join(' or ')})`;
    });
}

function exists(table: TableShape, { tableTo, columnsFrom, columnsTo }: ForeignKey): string {
  const match = columnsFrom.map(
    (column, at) => `p.${quoted(columnsTo[at] ?? '')} = ${quoted(table.name)}.${quoted(column)}`,
  );
  return `exists (select from ${quoted(tableTo)} p where ${match.join(' and ')})`;
}
