import { describe, expect, it } from 'vitest';
import { postgresqlStore, type TestStore, testDatabaseUrl } from '../../platform/db/test-database.suite.ts';
import {
  challengeFor,
  codeOf,
  type IdentityServer,
  openIdentityServer,
  personWithApp,
  type SignedInProgram,
} from './identity-server.suite.ts';
import { Lockout } from './lockout.ts';

/** Two processes' worth of server on one store; they share the folder that holds the keys. */
async function twoServers(store: TestStore): Promise<[IdentityServer, IdentityServer]> {
  const DATABASE_URL = store.config.DATABASE_URL;
  const here = await openIdentityServer({ DATABASE_URL });
  const there = await openIdentityServer({ DATABASE_URL, STROMA_DATA: here.folder });
  return [here, there];
}

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  it('a session that ends at one server ends at the other within a second, streams included', async () => {
    const store = await postgresqlStore();
    const [here, there] = await twoServers(store);
    const person = await personWithApp(here);
    const needed = await challengeFor(here, person);
    // Begun at one server, finished at the other.
    const entered = await there.call<SignedInProgram>('POST', '/auth/mfa/verify', {
      body: { challenge: needed.challenge, code: codeOf(person.secret) },
    });
    const { token, refresh_token } = entered.body;
    expect((await here.session(token)).status).toBe(200);
    const stream = await fetch(`${there.url}/api/v1/streams/all`, {
      ...there.as(token),
      signal: AbortSignal.timeout(3_000),
    });
    const ended = stream.text();
    expect((await here.post(token, '/auth/logout')).status).toBe(204);
    await expect
      .poll(async () => (await there.session(token)).status, { timeout: 1_000, interval: 20 })
      .toBe(401);
    await ended;
    const refreshed = await there.call('POST', '/auth/refresh', { body: { refresh_token } });
    expect(refreshed.status).toBe(401);
    await there.stop();
    await here.stop();
    await store.remove();
  });

  it('a refresh token used at two servers at once serves one of them at most', async () => {
    const store = await postgresqlStore();
    const [here, there] = await twoServers(store);
    const person = await here.person();
    const { refresh_token } = (await here.login(person.email, person.password)).body;
    const body = { refresh_token };
    const both = await Promise.all([here, there].map((each) => each.call('POST', '/auth/refresh', { body })));
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    await there.stop();
    await here.stop();
    await store.remove();
  });

  it('failures are counted across servers', async () => {
    const store = await postgresqlStore();
    const database = await store.open();
    const locks = [1, 2].map(() => new Lockout(database.sql, { failures: 5, windowMinutes: 15 }));
    const all = await Promise.all(Array.from({ length: 5 }, (_, n) => locks[n % 2]?.failed('somebody')));
    expect(all.filter(Boolean)).toHaveLength(1);
    await expect(locks[0]?.check('somebody')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await database.close();
    await store.remove();
  });
});
