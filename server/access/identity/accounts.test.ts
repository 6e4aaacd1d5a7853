import type { OutboxMessage } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMailServer, type ReceivedMail } from '../../platform/mail/mail-server.suite.ts';
import { type IdentityServer, openIdentityServer, personWithApp } from './identity-server.suite.ts';

let server: IdentityServer;
let mails: Awaited<ReturnType<typeof openMailServer>>;
beforeAll(async () => {
  mails = await openMailServer();
  server = await openIdentityServer({
    STROMA_SMTP_URL: mails.url,
    STROMA_SIGN_UP: 'open',
    STROMA_SIGN_UP_DOMAINS: 'example.org',
  });
});
afterAll(async () => {
  await server.stop();
  await mails.close();
});

const tokenIn = (mail: ReceivedMail | OutboxMessage): string => /#([\w-]{20,})/.exec(mail.text)?.[1] ?? '';
const forgot = (email: string) => server.call('POST', '/auth/forgot-password', { body: { email } });
const reset = (token: string, new_password: string) =>
  server.call('POST', '/auth/reset-password', { body: { token, new_password } });
const signUp = (email: string, password = 'eleven copper kettles') =>
  server.call('POST', '/auth/sign-up', { body: { email, name: 'New Person', password } });
const newPassword = 'forty amber lighthouses';

describe('a forgotten password', () => {
  it('is replaced by a link in an e-mail; every session ends and the old password with them', async () => {
    const person = await server.person();
    const { token } = (await server.login(person.email, person.password)).body;
    expect((await forgot(person.email.toUpperCase())).status).toBe(204);
    const mail = await mails.next();
    expect(mail.to).toEqual([person.email]);
    expect(mail.text).toContain(`${server.url}/reset-password#`);
    expect((await reset(tokenIn(mail), newPassword)).status).toBe(204);
    expect((await mails.next()).subject).toMatch(/password was changed/);
    expect((await server.session(token)).status).toBe(401);
    expect((await server.login(person.email, person.password)).status).toBe(401);
    expect((await server.login(person.email, newPassword)).status).toBe(200);
  });

  it('takes a link once, and not a weak password', async () => {
    const person = await server.person();
    await forgot(person.email);
    const token = tokenIn(await mails.next());
    expect((await reset(token, 'password123456')).body.error).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await reset(token, newPassword)).status).toBe(204);
    await mails.next();
    expect((await reset(token, 'another amber lighthouse')).body.error.code).toBe('TOKEN_INVALID');
  });

  it('still asks for the second factor', async () => {
    const person = await personWithApp(server);
    await forgot(person.email);
    await reset(tokenIn(await mails.next()), newPassword);
    await mails.next();
    expect((await server.login(person.email, newPassword)).body).toMatchObject({ status: 'second_factor' });
  });

  it('answers the same for an address nobody has, and sends nothing', async () => {
    const nobody = await forgot('nobody-here@example.org');
    const person = await server.person();
    const somebody = await forgot(person.email);
    expect([nobody.status, nobody.body]).toEqual([somebody.status, somebody.body]);
    // Only the mail of the second request comes, though the first was made before it.
    expect((await mails.next()).to).toEqual([person.email]);
    expect(mails.unread()).toBe(0);
  });

  it('opens a locked account again', async () => {
    const person = await server.person();
    for (let attempt = 0; attempt < 5; attempt++) await server.login(person.email, 'wrong');
    expect((await server.login(person.email, person.password)).status).toBe(429);
    await forgot(person.email);
    await reset(tokenIn(await mails.next()), newPassword);
    await mails.next();
    expect((await server.login(person.email, newPassword)).status).toBe(200);
  });
});

describe('sign-up', () => {
  it('makes an account when its address is proven, and not before', async () => {
    expect((await signUp('fresh@example.org')).status).toBe(204);
    const mail = await mails.next();
    expect((await server.login('fresh@example.org', 'eleven copper kettles')).status).toBe(401);
    const token = tokenIn(mail);
    expect((await server.call('POST', '/auth/verify-email', { body: { token } })).status).toBe(204);
    const signedIn = await server.login('fresh@example.org', 'eleven copper kettles');
    expect(signedIn.body.user).toMatchObject({ role: 'viewer', tenant_id: server.tenantId });
    const again = await server.call('POST', '/auth/verify-email', { body: { token } });
    expect(again.body.error.code).toBe('TOKEN_INVALID');
  });

  it('answers the same for an address that has an account, whose person is told', async () => {
    const person = await server.person();
    const taken = await signUp(person.email);
    const free = await signUp('somebody-new@example.org');
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    const told = [await mails.next(), await mails.next()];
    expect(told.find(({ to }) => to[0] === person.email)?.subject).toMatch(/have a Stroma account already/);
    expect((await server.login(person.email, person.password)).status).toBe(200);
  });

  it('is for the domains that are set', async () => {
    expect((await signUp('eve@elsewhere.example')).body.error.code).toBe('FORBIDDEN');
  });

  it.each([
    ['a short one', 'short'],
    ['a common one', 'Password123456'],
    ['the address itself', 'new-person@example.org'],
    ['one letter again and again', 'aaaaaaaaaaaaaaaaaa'],
  ])('refuses %s as password', async (_what, password) => {
    const refused = await signUp('new-person@example.org', password);
    expect(refused.body.error).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'password' } });
  });

  it('is closed where it is not open', async () => {
    const closed = await openIdentityServer({ STROMA_SIGN_UP: 'invite' });
    const body = { email: 'a@example.org', name: 'A', password: newPassword };
    expect((await closed.call('POST', '/auth/sign-up', { body })).body.error.code).toBe('FORBIDDEN');
    await closed.stop();
  }, 120_000);
});

describe('an invitation', () => {
  const invite = (token: string, email: string, role = 'scientist') =>
    server.post<{ invitation_id: string }>(token, '/access/invitations', { email, role });
  const accept = (token: string, password = newPassword) =>
    server.call('POST', '/auth/invitations/accept', { body: { token, name: 'Grace', password } });

  async function signedIn(role: string) {
    const person = await server.person(role);
    return (await server.login(person.email, person.password)).body.token;
  }

  it('brings somebody in with the role it names, once', async () => {
    const admin = await signedIn('admin');
    expect((await invite(admin, 'Grace@lab.example', 'lab_manager')).status).toBe(201);
    const token = tokenIn(await mails.next());
    const read = await server.call('POST', '/auth/invitations/read', { body: { token } });
    expect(read.body).toMatchObject({ email: 'grace@lab.example', organisation: 'Stroma' });
    expect((await accept(token)).status).toBe(204);
    expect((await server.login('grace@lab.example', newPassword)).body.user.role).toBe('lab_manager');
    expect((await accept(token)).body.error.code).toBe('TOKEN_INVALID');
  });

  it('is listed until it is accepted, and can be taken back', async () => {
    const admin = await signedIn('admin');
    const { invitation_id } = (await invite(admin, 'later@lab.example')).body;
    const token = tokenIn(await mails.next());
    const list = await server.call<{ items: { email: string }[] }>(
      'GET',
      '/access/invitations',
      server.as(admin),
    );
    expect(list.body.items.map(({ email }) => email)).toEqual(['later@lab.example']);
    const path = `/access/invitations/${invitation_id}`;
    expect((await server.call('DELETE', path, server.as(admin))).status).toBe(204);
    expect((await accept(token)).body.error.code).toBe('TOKEN_INVALID');
  });

  it('gives nobody more than the inviter has, and is not for everybody to make', async () => {
    const admin = await signedIn('admin');
    expect((await invite(admin, 'x@lab.example', 'super_admin')).status).toBe(403);
    expect((await invite(await signedIn('scientist'), 'x@lab.example', 'guest')).status).toBe(403);
    expect(mails.unread()).toBe(0);
  });
});

describe('without a mail server', () => {
  it('mail waits for administrators and for nobody else', async () => {
    const own = await openIdentityServer();
    const person = await own.person('scientist');
    const admin = await own.person('admin');
    await own.call('POST', '/auth/forgot-password', { body: { email: person.email } });
    const { token } = (await own.login(admin.email, admin.password)).body;
    const read = () =>
      own.call<{ kind: string; items: OutboxMessage[] }>('GET', '/mail/outbox', own.as(token));
    await expect.poll(async () => (await read()).body.items.length).toBe(1);
    const { body } = await read();
    expect(body).toMatchObject({ kind: 'outbox', items: [{ to: person.email }] });
    const link = tokenIn(body.items[0] as OutboxMessage);
    const done = await own.call('POST', '/auth/reset-password', {
      body: { token: link, new_password: newPassword },
    });
    expect(done.status).toBe(204);
    const other = (await own.login(person.email, newPassword)).body.token;
    expect((await own.call('GET', '/mail/outbox', own.as(other))).status).toBe(403);
    await own.stop();
  }, 120_000);
});
