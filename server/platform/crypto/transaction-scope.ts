import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Sql } from '../db/database.ts';

interface Scope {
  sql: Sql;
  committed: (() => void)[];
}

export interface TransactionScope {
  /** The database, with its transactions known to `sql` below. */
  database: Database;
  /** The transaction this code runs in, or the database itself. */
  sql(): Sql;
  /** Runs in the present transaction, or in one of its own. */
  within<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** Runs once the present transaction has committed, at once outside of one, never after a rollback. */
  onCommit(work: () => void): void;
}

/**
 * Lets code deep in a transaction take part in it without being handed the transaction: the embedded store has one
 * connection, so a statement beside the transaction would wait for itself.
 */
export function transactionScope(database: Database): TransactionScope {
  const scopes = new AsyncLocalStorage<Scope>();
  const transaction: Database['transaction'] = async (work) => {
    const committed: Scope['committed'] = [];
    const result = await database.transaction((tx) => scopes.run({ sql: tx, committed }, () => work(tx)));
    for (const each of committed) each();
    return result;
  };
  return {
    database: { ...database, transaction },
    within(work) {
      const scope = scopes.getStore();
      return scope === undefined ? transaction(work) : work(scope.sql);
    },
    sql: () => scopes.getStore()?.sql ?? database.sql,
    onCommit(work) {
      const scope = scopes.getStore();
      if (scope === undefined) work();
      else scope.committed.push(work);
    },
  };
}
