import { type SQL, sql } from 'drizzle-orm';
import { type Database, rowsOf, type Sql } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import type { Keys } from './keys.ts';

export type Texts<Column extends string> = Record<Column, string | null>;
/** A row as it lies in the store. `sealed` is null where its texts lie in clear still. */
export type Sealed<Column extends string> = Texts<Column> & { sealed: Uint8Array | null };

export interface SealedShape<Column extends string> {
  table: string;
  columns: readonly Column[];
  /** What names a row, as SQL; code, never input. */
  id?: string;
}

interface OpenedRow<Column extends string> {
  id: string;
  texts: Texts<Column>;
}

const pageSize = 500;
/** Opened without letting others have their turn. */
const opensAtOnce = 100;

const turn = (): Promise<void> => new Promise(setImmediate);

/**
 * Texts of a table of tenants that may quote what is in the data, sealed together in its column `sealed`: one data
 * key for each tenant and table, each value bound to its row. Rows of before are read as they are, and sealed by the
 * job `encryption.seal-texts`. SQL cannot look into what is sealed: who searches goes through `pages`.
 */
export class SealedTable<Column extends string = string> {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly #keys: Keys;
  readonly #db: Database;
  readonly #id: SQL;

  constructor(keys: Keys, db: Database, { table, columns, id = 'id' }: SealedShape<Column>) {
    this.table = table;
    this.columns = columns;
    this.#keys = keys;
    this.#db = db;
    this.#id = sql.raw(id);
  }

  /** Has the tenant's key at hand, so that what is sealed in a transaction soon after needs nobody's answer. */
  prepare(tenantId: string): Promise<void> {
    return this.#keys.prepare(this.#context(tenantId));
  }

  /** What a row holds in place of its texts. */
  async seal(tenantId: string, id: string, texts: Texts<Column>): Promise<Sealed<Column>> {
    const plain = Buffer.from(JSON.stringify(this.#only(texts)));
    const sealed = await this.#keys.encrypt(plain, this.#purpose(id), this.#context(tenantId));
    return { ...this.clear(), sealed } as Sealed<Column>;
  }

  /** Every text null. */
  clear(): Texts<Column> {
    return Object.fromEntries(this.columns.map((column) => [column, null])) as Texts<Column>;
  }

  async open(tenantId: string, id: string, row: Sealed<Column>): Promise<Texts<Column>> {
    if (row.sealed === null) return this.#only(row);
    const plain = await this.#keys.decrypt(row.sealed, this.#purpose(id), this.#context(tenantId));
    return textsOf(plain);
  }

  async openAll<Row extends Sealed<Column>>(
    tenantId: string,
    rows: readonly Row[],
    idOf: (row: Row) => string,
  ): Promise<(Omit<Row, 'sealed'> & Texts<Column>)[]> {
    const opened: (Omit<Row, 'sealed'> & Texts<Column>)[] = [];
    for (let from = 0; from < rows.length; from += opensAtOnce) {
      if (from > 0) await turn();
      const some = rows.slice(from, from + opensAtOnce);
      const values = some.flatMap((row) =>
        row.sealed === null ? [] : [{ sealed: row.sealed, purpose: this.#purpose(idOf(row)) }],
      );
      const plain = (await this.#keys.decryptAll(values, this.#context(tenantId))).values();
      for (const row of some) {
        const { sealed, ...rest } = row;
        opened.push({ ...rest, ...(sealed === null ? this.#only(row) : textsOf(plain.next().value)) });
      }
    }
    return opened;
  }

  /** Every row of the tenant, opened, in bounded pages. */
  async *pages(tenantId: string): AsyncGenerator<OpenedRow<Column>[]> {
    let after = '';
    for (;;) {
      const rows = await this.#read(
        this.#db.sql,
        sql`tenant_id = ${tenantId} and ${this.#id} > ${after} order by ${this.#id} limit ${pageSize}`,
      );
      yield await this.#opened(tenantId, rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = last.row_id;
    }
  }

  /** Replaces the texts of these rows, in the caller's transaction; answers how many changed. */
  async replace(
    tx: Sql,
    tenantId: string,
    ids: readonly string[],
    replace: (text: string) => string,
  ): Promise<number> {
    let changed = 0;
    for (let from = 0; from < ids.length; from += pageSize) {
      const page = JSON.stringify(ids.slice(from, from + pageSize));
      const rows = await this.#read(
        tx,
        sql`tenant_id = ${tenantId} and ${this.#id} in (select jsonb_array_elements_text(${page}::jsonb))`,
      );
      for (const { id, texts } of await this.#opened(tenantId, rows)) {
        const after = this.clear();
        for (const column of this.columns) {
          const text = texts[column];
          after[column] = text === null ? null : replace(text);
        }
        if (this.columns.every((column) => after[column] === texts[column])) continue;
        const { sealed } = await this.seal(tenantId, id, after);
        await tx.execute(sql`
          update ${sql.identifier(this.table)} set ${this.#emptied()}, sealed = ${sealed}
          where tenant_id = ${tenantId} and ${this.#id} = ${id}`);
        changed += 1;
      }
    }
    return changed;
  }

  /** Whether a row of any tenant lies in clear. */
  anyClear(): Promise<boolean> {
    return acrossTenants('rows of all tenants are to be sealed', async () => {
      const found = await this.#db.sql.execute(
        sql`select 1 from ${sql.identifier(this.table)} where sealed is null limit 1`,
      );
      return rowsOf(found).length > 0;
    });
  }

  /**
   * Seals rows of any tenant that lie in clear, in the order of their ids; answers how many it looked at, and the last
   * of them. A row that was changed meanwhile is left to the next time.
   */
  sealSome(after: string, limit: number): Promise<{ looked: number; last: string }> {
    return acrossTenants('rows of all tenants are to be sealed', async () => {
      const rows = await this.#read(
        this.#db.sql,
        sql`sealed is null and ${this.#id} > ${after} order by ${this.#id} limit ${limit}`,
      );
      const sealed: object[] = [];
      for (const row of rows) {
        const value = await this.seal(row.tenant_id, row.row_id, row);
        const hex = Buffer.from(value.sealed ?? []).toString('hex');
        sealed.push({
          row_id: row.row_id,
          before: JSON.stringify(this.columns.map((each) => row[each])),
          hex,
        });
      }
      const before = sql.raw(`jsonb_build_array(${this.columns.map((each) => `"${each}"`).join(', ')})`);
      await this.#db.sql.execute(sql`
        update ${sql.identifier(this.table)} set ${this.#emptied()}, sealed = decode(made.hex, 'hex')
        from jsonb_to_recordset(${JSON.stringify(sealed)}::jsonb) as made(row_id text, before text, hex text)
        where ${this.#id} = made.row_id and sealed is null and ${before} = made.before::jsonb`);
      return { looked: rows.length, last: rows.at(-1)?.row_id ?? after };
    });
  }

  async #opened(tenantId: string, rows: readonly Stored<Column>[]): Promise<OpenedRow<Column>[]> {
    const opened = await this.openAll(tenantId, rows, ({ row_id }) => row_id);
    return opened.map((row, index) => ({ id: rows[index]?.row_id ?? '', texts: this.#only(row) }));
  }

  async #read(db: Sql, where: SQL): Promise<Stored<Column>[]> {
    const columns = sql.raw(this.columns.map((each) => `"${each}"`).join(', '));
    const found = await db.execute(sql`
      select ${this.#id} as row_id, tenant_id, sealed, ${columns} from ${sql.identifier(this.table)} where ${where}`);
    return rowsOf<Stored<Column>>(found);
  }

  #only(texts: Texts<Column>): Texts<Column> {
    return Object.fromEntries(this.columns.map((column) => [column, texts[column]])) as Texts<Column>;
  }

  #emptied(): SQL {
    return sql.raw(this.columns.map((column) => `"${column}" = null`).join(', '));
  }

  #context(tenantId: string): string {
    return `${tenantId}/${this.table}`;
  }

  #purpose(id: string): string {
    return `${this.table} ${id}`;
  }
}

const textsOf = <Column extends string>(plain: Uint8Array = new Uint8Array()): Texts<Column> =>
  JSON.parse(Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString()) as Texts<Column>;

type Stored<Column extends string> = Sealed<Column> & { row_id: string; tenant_id: string };
