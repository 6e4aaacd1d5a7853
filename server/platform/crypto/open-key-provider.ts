import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';
import { providersInUse } from './data-keys.store.ts';
import { openKeyFile } from './key-file.ts';
import type { KeyProvider } from './key-provider.ts';
import type { TransactionScope } from './transaction-scope.ts';

type KeyConfig = Pick<
  Config,
  | 'STROMA_DATA'
  | 'STROMA_KEYS'
  | 'STROMA_KEY_FILE'
  | 'STROMA_VAULT_ADDR'
  | 'STROMA_VAULT_TOKEN'
  | 'STROMA_VAULT_TOKEN_FILE'
  | 'STROMA_VAULT_NAMESPACE'
  | 'STROMA_VAULT_MOUNT'
  | 'STROMA_VAULT_KEY'
  | 'STROMA_KMS_KEY'
  | 'STROMA_KMS_REGION'
  | 'STROMA_KMS_ENDPOINT'
  | 'STROMA_KMS_ACCESS_KEY'
  | 'STROMA_KMS_SECRET_KEY'
>;

export const keyFileOf = (config: Pick<KeyConfig, 'STROMA_DATA' | 'STROMA_KEY_FILE'>): string =>
  config.STROMA_KEY_FILE ?? join(config.STROMA_DATA, 'keys', 'master.json');

/** Who holds the key-encryption keys, by `STROMA_KEYS`. Throws CONFIG_INVALID for a setting that is missing. */
export async function openKeyProvider(config: KeyConfig, scope: TransactionScope): Promise<KeyProvider> {
  const mayMakeFile = async () => !(await providersInUse(scope.database.sql)).includes('file');
  if (config.STROMA_KEYS === 'file') return await openKeyFile(keyFileOf(config), mayMakeFile);
  if (config.STROMA_KEYS === 'vault') {
    const { openVaultTransit } = await import('./vault-transit.ts');
    return openVaultTransit({
      address: given(config.STROMA_VAULT_ADDR, 'STROMA_VAULT_ADDR'),
      token: config.STROMA_VAULT_TOKEN,
      tokenFile: config.STROMA_VAULT_TOKEN_FILE,
      namespace: config.STROMA_VAULT_NAMESPACE,
      mount: config.STROMA_VAULT_MOUNT,
      key: config.STROMA_VAULT_KEY,
    });
  }
  const { openAwsKms } = await import('./aws-kms.ts');
  return openAwsKms({
    key: given(config.STROMA_KMS_KEY, 'STROMA_KMS_KEY'),
    region: config.STROMA_KMS_REGION,
    endpoint: config.STROMA_KMS_ENDPOINT,
    accessKey: config.STROMA_KMS_ACCESS_KEY,
    secretKey: config.STROMA_KMS_SECRET_KEY,
  });
}

const given = (value: string | undefined, setting: string): string =>
  value ?? fail('CONFIG_INVALID', `Expected ${setting}, since STROMA_KEYS asks for that provider.`);
