import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  challengeFor,
  type IdentityServer,
  openIdentityServer,
  type SignedInProgram,
} from './identity-server.suite.ts';

interface Sent {
  to: string;
  text: string;
  authorization: string | undefined;
}

let provider: Server;
let server: IdentityServer;
let answer = 202;
const sent: Sent[] = [];

beforeAll(async () => {
  provider = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      if (answer < 300) sent.push({ ...JSON.parse(body), authorization: request.headers.authorization });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((ready) => provider.listen(0, '127.0.0.1', ready));
  const { port } = provider.address() as AddressInfo;
  server = await openIdentityServer({
    STROMA_SMS_URL: `http://127.0.0.1:${port}/messages`,
    STROMA_SMS_TOKEN: 'a token of the provider',
  });
});
afterAll(async () => {
  await server.stop();
  await new Promise((closed) => provider.close(closed));
});

const phone = '+4915112345678';
const codeIn = (message: Sent | undefined): string => /\d{6}/.exec(message?.text ?? '')?.[0] ?? '';
const verify = (challenge: string, code: string) =>
  server.call<SignedInProgram & { error: { code: string } }>('POST', '/auth/mfa/verify', {
    body: { challenge, code },
  });
const send = (challenge: string, method_id: string) =>
  server.call('POST', '/auth/mfa/send', { body: { challenge, method_id } });

async function personWithPhone() {
  const person = await server.person();
  const { token } = (await server.login(person.email, person.password)).body;
  const { method_id } = (
    await server.post<{ method_id: string }>(token, '/auth/mfa/setup', { kind: 'sms', phone })
  ).body;
  const code = codeIn(sent.at(-1));
  expect((await server.post(token, '/auth/mfa/confirm', { method_id, code })).status).toBe(200);
  return { ...person, token, methodId: method_id };
}

describe('text messages', () => {
  it('carry the code of a sign-in to the number that was proven', async () => {
    const person = await personWithPhone();
    const needed = await challengeFor(server, person);
    expect(needed.methods).toMatchObject([{ kind: 'sms', name: '+49 … 678' }]);
    expect((await send(needed.challenge, person.methodId)).status).toBe(204);
    expect(sent.at(-1)).toMatchObject({ to: phone, authorization: 'Bearer a token of the provider' });
    const code = codeIn(sent.at(-1));
    expect((await verify(needed.challenge, code)).body).toMatchObject({ second_factor: true });
  });

  it('work for their own sign-in and once', async () => {
    const person = await personWithPhone();
    const first = await challengeFor(server, person);
    await send(first.challenge, person.methodId);
    const code = codeIn(sent.at(-1));
    const second = await challengeFor(server, person);
    expect((await verify(second.challenge, code)).status).toBe(401);
    expect((await verify(first.challenge, code)).status).toBe(200);
    expect((await verify(first.challenge, code)).status).toBe(401);
  });

  it('are not sent without end', async () => {
    const person = await personWithPhone();
    const { challenge } = await challengeFor(server, person);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++)
      statuses.push((await send(challenge, person.methodId)).status);
    expect(statuses).toEqual([204, 204, 204, 429]);
  });

  it('that the provider does not take are told, and nobody comes in', async () => {
    const person = await personWithPhone();
    const { challenge } = await challengeFor(server, person);
    answer = 500;
    const failed = await send(challenge, person.methodId);
    answer = 202;
    expect([failed.status, failed.body.error.code]).toEqual([502, 'SMS_UNAVAILABLE']);
  });

  it('go to numbers that are numbers, and the number is kept sealed', async () => {
    const person = await personWithPhone();
    const bad = await server.post(person.token, '/auth/mfa/setup', { kind: 'sms', phone: '0151 1234' });
    expect(bad.body.error.code).toBe('INVALID_INPUT');
    const { rows } = await server.app.platform.db.execute('select * from second_factors where user_id = $1', [
      person.id,
    ]);
    expect(JSON.stringify(rows)).not.toContain(phone.slice(4, -3));
  });

  it('are not offered where no provider is set', async () => {
    const own = await openIdentityServer();
    const person = await own.person();
    const { token } = (await own.login(person.email, person.password)).body;
    const refused = await own.post(token, '/auth/mfa/setup', { kind: 'sms', phone });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'SMS_NOT_CONFIGURED']);
    await own.stop();
  }, 120_000);
});
