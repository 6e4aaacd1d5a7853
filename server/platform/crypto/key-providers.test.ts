import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAwsKms } from './aws-kms.ts';
import { openKeyFile } from './key-file.ts';
import { describeKeyProvider } from './key-provider.suite.ts';
import { type KmsServer, startKms } from './kms-server.suite.ts';
import { startVault, type VaultServer } from './vault-server.suite.ts';
import { openVaultTransit } from './vault-transit.ts';

const vaultAt = (
  { address, token }: VaultServer,
  over: { token?: string; key?: string; attempts?: number } = {},
) =>
  openVaultTransit({
    address,
    token,
    tokenFile: undefined,
    namespace: undefined,
    mount: 'transit',
    key: 'stroma',
    ...over,
  });

const kmsAt = (
  { endpoint, accessKey, secretKey }: KmsServer,
  over: { key?: string; secretKey?: string; attempts?: number } = {},
) => openAwsKms({ key: 'one', region: 'eu-central-1', endpoint, accessKey, secretKey, ...over });

describeKeyProvider('local file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stroma-keys-'));
  return {
    open: () => openKeyFile(join(folder, 'master.json')),
    remove: () => rm(folder, { recursive: true }),
  };
});

describeKeyProvider('HashiCorp Vault transit', async () => {
  const server = await startVault();
  return { open: async () => vaultAt(server), remove: server.stop };
});

describeKeyProvider('AWS KMS', async () => {
  const server = await startKms();
  return { open: async () => kmsAt(server), remove: server.stop };
});

describe('a service that fails', () => {
  let vault: VaultServer;
  let kms: KmsServer;
  beforeAll(async () => {
    [vault, kms] = await Promise.all([startVault(), startKms()]);
  });
  afterAll(() => Promise.all([vault.stop(), kms.stop()]));
  const secret = Buffer.alloc(64, 7);

  it('is told apart from a broken key, without a word of the secrets', async () => {
    const wrong = [
      vaultAt(vault, { token: 'hvs.geheim' }),
      vaultAt(vault, { key: 'nowhere' }),
      vaultAt({ ...vault, address: 'http://127.0.0.1:1' }, { attempts: 1 }),
      kmsAt(kms, { secretKey: 'geheim' }),
      kmsAt(kms, { key: 'nowhere' }),
      kmsAt({ ...kms, endpoint: 'http://127.0.0.1:1' }, { attempts: 1 }),
    ];
    for (const provider of wrong)
      for (const call of [
        () => provider.wrap(secret),
        () => provider.currentKeyId(),
        () => provider.rotate(),
      ]) {
        const error = await call().then(
          () => expect.unreachable(),
          (reason) => reason,
        );
        expect(error).toMatchObject({ code: 'KEYS_UNAVAILABLE' });
        expect(error.message + JSON.stringify(error.details)).not.toContain('geheim');
      }
  });

  it('is asked again, and serves once it is back', async () => {
    const wrapped = await vaultAt(vault).wrap(secret);
    vault.broken = 503;
    const sealed = vaultAt(vault, { attempts: 2 });
    const before = vault.calls.length;
    await expect(sealed.unwrap(wrapped)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    expect(vault.calls.length - before).toBe(2);
    vault.broken = null;
    expect(Buffer.from(await sealed.unwrap(wrapped))).toEqual(secret);

    const inKms = await kmsAt(kms).wrap(secret);
    kms.broken = true;
    await expect(kmsAt(kms, { attempts: 1 }).unwrap(inKms)).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
    });
    kms.broken = false;
    expect(Buffer.from(await kmsAt(kms).unwrap(inKms))).toEqual(secret);
  });

  it('of AWS can be moved to another key, which is a rotation too', async () => {
    const [first, second] = [kmsAt(kms), kmsAt(kms, { key: 'two' })];
    const wrapped = await first.wrap(secret);
    const [moved] = await second.rewrap([wrapped]);
    expect(moved?.keyId).toContain('key/two#');
    expect(Buffer.from(await second.unwrap(moved ?? wrapped))).toEqual(secret);
  });
});
