import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  challengeFor,
  type IdentityServer,
  openIdentityServer,
  personWithApp,
  type SignedInProgram,
} from './identity-server.suite.ts';
import { type Ceremony, softwareAuthenticator } from './software-authenticator.suite.ts';

let server: IdentityServer;
beforeAll(async () => {
  server = await openIdentityServer();
});
afterAll(() => server.stop());

interface Options {
  challenge: string;
  options: { challenge: string; allowCredentials?: { id: string }[] };
}
type Key = ReturnType<typeof softwareAuthenticator>;

async function register(token: string, key: Key, change: Partial<Ceremony> = {}) {
  const begun = (await server.post<Options>(token, '/auth/passkeys/registration-options')).body;
  const response = key.create({ challenge: begun.options.challenge, origin: server.url, ...change });
  return server.post<{ passkey_id: string; recovery_codes: string[] | null; error: { code: string } }>(
    token,
    '/auth/passkeys',
    { challenge: begun.challenge, name: 'Blue key', response },
  );
}

const begin = async (challenge?: string) =>
  (
    await server.call<Options>('POST', '/auth/passkeys/sign-in-options', {
      body: challenge === undefined ? {} : { challenge },
    })
  ).body;

const finish = (challenge: string, response: unknown) =>
  server.call<SignedInProgram & { error: { code: string } }>('POST', '/auth/passkeys/sign-in', {
    body: { challenge, response },
  });

async function enterWith(key: Key, change: Partial<Ceremony> = {}, pending?: string) {
  const begun = await begin(pending);
  const response = key.get({ challenge: begun.options.challenge, origin: server.url, ...change });
  return finish(begun.challenge, response);
}

async function personWithKey() {
  const person = await server.person();
  const { token } = (await server.login(person.email, person.password)).body;
  const key = softwareAuthenticator();
  const { body } = await register(token, key);
  return { ...person, token, key, codes: body.recovery_codes ?? [], passkeyId: body.passkey_id };
}

describe('a passkey', () => {
  it('signs its person in without address or password, and counts as both factors', async () => {
    const person = await personWithKey();
    expect(person.codes).toHaveLength(10);
    const { body } = await enterWith(person.key);
    expect(body).toMatchObject({ status: 'signed_in', second_factor: true, user: { user_id: person.id } });
  });

  it('must have verified its person when it is all there is', async () => {
    const person = await personWithKey();
    const refused = await enterWith(person.key, { userVerified: false });
    expect(refused.body.error.code).toBe('WRONG_CREDENTIALS');
  });

  it('is asked for after the password, and then being touched is enough', async () => {
    const person = await personWithKey();
    const needed = await challengeFor(server, person);
    expect(needed.methods).toMatchObject([{ kind: 'passkey', name: 'Blue key' }]);
    const begun = await begin(needed.challenge);
    expect(begun.options.allowCredentials?.map(({ id }) => id)).toEqual([person.key.credentialId]);
    const entered = await enterWith(person.key, { userVerified: false }, needed.challenge);
    expect(entered.body.user.user_id).toBe(person.id);
  });

  it('of one person does not finish the sign-in of another', async () => {
    const [ada, eve] = [await personWithApp(server), await personWithKey()];
    const needed = await challengeFor(server, ada);
    expect((await enterWith(eve.key, {}, needed.challenge)).status).toBe(401);
  });

  it.each([
    ['from another site', { origin: 'https://stroma.evil.example' }],
    ['from another port', { origin: 'http://localhost:1' }],
    [
      'to another challenge',
      { challenge: Buffer.from('another challenge, of their own').toString('base64url') },
    ],
  ])('is refused when its answer is %s', async (_what, change) => {
    const person = await personWithKey();
    expect((await enterWith(person.key, change)).body.error.code).toBe('WRONG_CREDENTIALS');
  });

  it('is refused for another domain than this one', async () => {
    const person = await server.person();
    const { token } = (await server.login(person.email, person.password)).body;
    const foreign = await register(token, softwareAuthenticator('evil.example'));
    expect(foreign.body.error.code).toBe('WRONG_CREDENTIALS');
  });

  it('cannot be replayed', async () => {
    const person = await personWithKey();
    const begun = await begin();
    const response = person.key.get({ challenge: begun.options.challenge, origin: server.url });
    expect((await finish(begun.challenge, response)).status).toBe(200);
    expect((await finish(begun.challenge, response)).body.error.code).toBe('TOKEN_INVALID');
    expect((await finish((await begin()).challenge, response)).body.error.code).toBe('WRONG_CREDENTIALS');
  });

  it('that was copied is found out by its count', async () => {
    const person = await personWithKey();
    expect((await enterWith(person.key)).status).toBe(200);
    person.key.rewind(0);
    expect((await enterWith(person.key)).status).toBe(401);
  });

  it('belongs to one account', async () => {
    const person = await personWithKey();
    const other = await server.person();
    const { token } = (await server.login(other.email, other.password)).body;
    expect((await register(token, person.key)).body.error.code).toBe('CONFLICT');
  });

  it('is removed by its person alone, and opens nothing any more', async () => {
    const person = await personWithKey();
    const eve = await personWithKey();
    const path = `/auth/passkeys/${person.passkeyId}`;
    expect((await server.call('DELETE', path, server.as(eve.token))).status).toBe(404);
    expect((await server.call('DELETE', path, server.as(person.token))).status).toBe(204);
    expect((await enterWith(person.key)).status).toBe(401);
    expect((await server.login(person.email, person.password)).body).toMatchObject({ status: 'signed_in' });
  });

  it('is added only shortly after a proof of who one is', async () => {
    const person = await server.person();
    const { token, session_id } = (await server.login(person.email, person.password)).body;
    await server.app.platform.db.execute(
      `update sessions set proven_at = now() - interval '16 minutes' where id = $1`,
      [session_id],
    );
    const late = await server.post(token, '/auth/passkeys/registration-options');
    expect(late.body.error.code).toBe('REAUTHENTICATION_REQUIRED');
    const wrong = await server.post(token, '/auth/reauthenticate', { password: 'not this one' });
    expect(wrong.status).toBe(401);
    const proven = await server.post(token, '/auth/reauthenticate', { password: person.password });
    expect(proven.status).toBe(204);
    expect((await server.post(token, '/auth/passkeys/registration-options')).status).toBe(200);
  });
});
