import { join } from 'node:path';
import type { Database } from '../db/database.ts';
import { openKeyFile } from './key-file.ts';
import type { KeyProvider } from './key-provider.ts';
import type { Keys } from './keys.ts';
import { openKeys } from './open-keys.ts';
import { transactionScope } from './transaction-scope.ts';

/** Keys as a platform has them, and the database that knows its transactions. */
export async function openTestKeys(
  database: Database,
  folder: string,
  provider?: KeyProvider,
): Promise<{ keys: Keys; db: Database }> {
  const scope = transactionScope(database);
  const keys = await openKeys(scope, provider ?? (await openKeyFile(join(folder, 'keys', 'master.json'))));
  return { keys, db: scope.database };
}
