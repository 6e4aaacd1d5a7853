import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { providersInUse } from './data-keys.store.ts';
import { openKeyFile } from './key-file.ts';
import type { KeyProvider } from './key-provider.ts';
import type { TransactionScope } from './transaction-scope.ts';

export type KeyConfig = Pick<Config, 'STROMA_DATA' | 'STROMA_KEY_FILE'>;

export const keyFileOf = (config: KeyConfig): string =>
  config.STROMA_KEY_FILE ?? join(config.STROMA_DATA, 'keys', 'master.json');

export async function openKeyProvider(config: KeyConfig, scope: TransactionScope): Promise<KeyProvider> {
  return await openKeyFile(
    keyFileOf(config),
    async () => !(await providersInUse(scope.database.sql)).includes('file'),
  );
}
