import type { Context } from '../context.ts';
import type { Database } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import type { JobDefinition, Jobs } from '../jobs/job-types.ts';
import type { Keys } from './keys.ts';
import { type SealedShape, SealedTable } from './sealed-table.ts';

export const sealKind = 'encryption.seal-texts';

const batch = 200;

/** Every table with sealed texts, for who has to reach all of them: searches for persons, and what seals old rows. */
export class SealedTables {
  readonly #keys: Keys;
  readonly #db: Database;
  readonly #tables = new Map<string, SealedTable>();

  constructor(keys: Keys, db: Database) {
    this.#keys = keys;
    this.#db = db;
  }

  know<Column extends string>(shape: SealedShape<Column>): SealedTable<Column> {
    if (this.#tables.has(shape.table)) throw new Error(`${shape.table} is sealed twice`);
    const table = new SealedTable(this.#keys, this.#db, shape);
    this.#tables.set(shape.table, table as unknown as SealedTable);
    return table;
  }

  all(): SealedTable[] {
    return [...this.#tables.values()];
  }

  get(table: string): SealedTable | undefined {
    return this.#tables.get(table);
  }

  /** Orders what still lies in clear to be sealed: after an upgrade, once. */
  async begin(ctx: Context, jobs: Pick<Jobs, 'send'>): Promise<void> {
    if ((await this.tablesInClear()).length > 0) await jobs.send(ctx, sealKind, {});
  }

  /** Tables of which rows lie in clear still. */
  async tablesInClear(): Promise<string[]> {
    const found: string[] = [];
    for (const table of this.all()) if (await table.anyClear()) found.push(table.table);
    return found;
  }

  /** Answers how many rows lay in clear; can be ended and begun again. */
  async seal(signal: AbortSignal, onProgress: (fraction: number, phase: string) => void): Promise<number> {
    let rows = 0;
    for (const [index, table] of this.all().entries()) {
      let here = 0;
      for (let after = ''; ; ) {
        signal.throwIfAborted();
        const { looked, last } = await table.sealSome(after, batch);
        after = last;
        here += looked;
        onProgress(index / this.#tables.size, `${table.table}: ${here}`);
        if (looked < batch) break;
      }
      if (here > 0) await this.#run([`vacuum ${this.#embedded ? 'full ' : ''}"${table.table}"`]);
      rows += here;
    }
    if (rows > 0 && this.#embedded) await this.#run(emptiedLog);
    return rows;
  }

  /**
   * What was overwritten lies in the table's files, and in the log, until they are written anew. On PostgreSQL that
   * would shut the table for others; there it is left to whoever runs it.
   */
  get #embedded(): boolean {
    return this.#db.kind === 'embedded';
  }

  async #run(statements: readonly string[]): Promise<void> {
    await acrossTenants('the files are everybody’s', async () => {
      for (const statement of statements) await this.#db.execute(statement);
    });
  }
}

/** Two segments of the log are begun, and what lies before them is removed and not kept to be written over. */
const emptiedLog = [
  'set wal_recycle = off',
  'select pg_switch_wal()',
  'checkpoint',
  'select pg_switch_wal()',
  'checkpoint',
  'reset wal_recycle',
];

/** Seals texts that lie in clear: those of before they were sealed, and those of while no key could be had. */
export function sealTextsJob(tables: SealedTables): JobDefinition<object> {
  return {
    kind: sealKind,
    title: () => 'Sealing texts that lie in clear',
    timeoutSeconds: 6 * 3600,
    retries: 5,
    concurrency: 1,
    cron: '7 3 * * *',
    permission: 'encryption:write',
    run: async (_, ctx, job) => ({
      result: {
        rows: await tables.seal(ctx.signal, (fraction, phase) => job.progress(fraction, phase)),
      },
    }),
  };
}
