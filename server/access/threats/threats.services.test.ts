import { defaultThreatPolicy, type Threat, type ThreatBlock } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { postgresqlStore, testDatabaseUrl } from '../../platform/db/test-database.suite.ts';
import { openIdentityServer, type SignedInProgram } from '../identity/identity-server.suite.ts';

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  it('what is seen at two servers together shuts out at both within a second, and lets in again alike', async () => {
    const store = await postgresqlStore();
    const settings = { DATABASE_URL: store.config.DATABASE_URL, STROMA_LOGIN_LIMIT_PER_MINUTE: 1_000 };
    const here = await openIdentityServer(settings);
    const there = await openIdentityServer({ ...settings, STROMA_DATA: here.folder });
    const admin = (await here.login('admin@stroma.local', 'nine lanterns over harbour')).body.token;
    const policy = structuredClone(defaultThreatPolicy);
    policy.credential_stuffing.responses = {
      low: 'block',
      medium: 'block',
      high: 'block',
      critical: 'block',
    };
    const put = await here.call('PUT', '/security/threat-policy', { ...here.as(admin), body: policy });
    expect(put.status).toBe(200);
    const person = await here.person();

    const address = '45.40.1.1';
    const enter = (server: typeof here, email: string, password: string) =>
      server.call<SignedInProgram>('POST', '/auth/login', { body: { email, password }, address });
    // Three accounts at one server and three at the other: neither would be enough.
    await Promise.all(
      Array.from({ length: 6 }, (_, n) => enter(n % 2 ? here : there, `user${n}@leak.example`, 'wrong')),
    );
    await expect
      .poll(async () => (await enter(there, person.email, person.password)).status, {
        timeout: 5_000,
        interval: 50,
      })
      .toBe(429);
    await expect
      .poll(async () => (await enter(here, person.email, person.password)).status, {
        timeout: 1_000,
        interval: 50,
      })
      .toBe(429);

    const found = await here.call<{ items: Threat[] }>('GET', '/security/threats', here.as(admin));
    expect(found.body.items.filter((threat) => threat.address === address)).toHaveLength(1);
    const { body } = await here.call<{ items: ThreatBlock[] }>('GET', '/security/blocks', here.as(admin));
    const lifted = await here.call('DELETE', `/security/blocks/${body.items[0]?.block_id}`, here.as(admin));
    expect(lifted.status).toBe(204);
    await expect
      .poll(async () => (await enter(there, person.email, person.password)).status, {
        timeout: 1_000,
        interval: 50,
      })
      .toBe(200);
    await there.stop();
    await here.stop();
    await store.remove();
  }, 60_000);
});
