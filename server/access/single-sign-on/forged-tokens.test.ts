import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Connection } from '@stroma/contracts';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestAccess, type TestAccess } from '../federation.suite.ts';
import { type Loopback, openLoopback, Wanderer } from './loopback.suite.ts';

/** A provider that answers what no honest one does: the token is the test's. */
let test: TestAccess;
let loopback: Loopback;
let connection: Connection;
let asked: URLSearchParams;
let forge: (claims: Record<string, unknown>) => Promise<string>;
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

const sign = (claims: Record<string, unknown>, key: KeyObject = own.privateKey, alg = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: 'one' }).sign(key);

beforeAll(async () => {
  test = await startTestAccess({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
  loopback = await openLoopback();
  const issuer = loopback.origin;
  const jwks = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }] };
  loopback.answer((request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    const json = (value: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    };
    if (url.pathname.endsWith('openid-configuration'))
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    if (url.pathname === '/jwks') return json(jwks);
    if (url.pathname === '/authorize') {
      asked = url.searchParams;
      const back = `${asked.get('redirect_uri')}?code=any&state=${asked.get('state')}`;
      response.writeHead(302, { location: back }).end();
      return;
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      sub: 'sub-1',
      aud: 'stroma',
      iat: now,
      exp: now + 300,
      nonce: asked.get('nonce'),
      email: 'boss@lab.example',
      email_verified: true,
    };
    void forge(claims).then((id_token) => json({ access_token: 'a', token_type: 'Bearer', id_token }));
  });
  const { body } = await test.call<Connection>('POST', '/admin/single-sign-on/connections', {
    token: test.admin.token,
    body: { kind: 'oidc', name: 'Forger', domains: ['lab.example'], oidc: { issuer, client_id: 'stroma' } },
  });
  connection = body;
}, 60_000);
afterAll(async () => {
  await test.stop();
  await loopback.close();
});

async function endOf(): Promise<string> {
  const browser = new Wanderer();
  const start = `${test.url}/api/v1/auth/single-sign-on/${connection.connection_id}/start`;
  const { address } = await browser.visit(start);
  const { pathname, search } = new URL(address);
  expect(browser.cookies(test.url).includes('stroma_session')).toBe(pathname === '/');
  return pathname + search;
}

it('lets in with a token that is as it should be', async () => {
  forge = (claims) => sign(claims);
  expect(await endOf()).toBe('/');
});

const unsigned = (claims: object, alg: string, signature: string) =>
  [JSON.stringify({ alg, kid: 'one' }), JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .concat(signature)
    .join('.');

it.each<[string, typeof forge]>([
  ['that another key has signed', (claims) => sign(claims, foreign.privateKey)],
  ['that nobody has signed', async (claims) => unsigned(claims, 'none', '')],
  [
    'that is signed with the public key as a secret',
    async (claims) => {
      const secret = own.publicKey.export({ type: 'spki', format: 'pem' });
      const body = unsigned(claims, 'HS256', '').slice(0, -1);
      return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
    },
  ],
  ['for another client', (claims) => sign({ ...claims, aud: 'another' })],
  [
    'for several clients, the other one meant',
    (claims) => sign({ ...claims, aud: ['stroma', 'x'], azp: 'x' }),
  ],
  ['of another issuer', (claims) => sign({ ...claims, iss: 'https://other.example' })],
  ['of another sign-in', (claims) => sign({ ...claims, nonce: 'another' })],
  ['without a nonce', ({ nonce: _, ...claims }) => sign(claims)],
  ['that has expired', (claims) => sign({ ...claims, exp: Math.floor(Date.now() / 1000) - 120 })],
  ['without a subject', ({ sub: _, ...claims }) => sign(claims)],
])('refuses a token %s', async (_, make) => {
  forge = make;
  expect(await endOf()).toBe('/sign-in?sso=invalid');
});
