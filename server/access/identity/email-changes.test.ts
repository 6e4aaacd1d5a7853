import type { EmailChangeState } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMailServer, type ReceivedMail } from '../../platform/mail/mail-server.suite.ts';
import { type IdentityServer, openIdentityServer } from './identity-server.suite.ts';

let server: IdentityServer;
let mails: Awaited<ReturnType<typeof openMailServer>>;
beforeAll(async () => {
  mails = await openMailServer();
  server = await openIdentityServer({ STROMA_SMTP_URL: mails.url });
});
afterAll(async () => {
  await server.stop();
  await mails.close();
});

const tokenIn = (mail: ReceivedMail | undefined): string => /#([\w-]{20,})/.exec(mail?.text ?? '')?.[1] ?? '';
const ask = (token: string, email: string) =>
  server.post<EmailChangeState & { error: { code: string } }>(token, '/auth/email-change', { email });
const state = (token: string) => server.call<EmailChangeState>('GET', '/auth/email-change', server.as(token));
const follow = (what: 'confirm' | 'undo', token: string) =>
  server.call('POST', `/auth/email-change/${what}`, { body: { token } });

async function signedIn() {
  const person = await server.person();
  return { ...person, token: (await server.login(person.email, person.password)).body.token };
}
/** The mail to the present address and, where one comes, the mail to the new one. */
async function mailsOf(person: { email: string }, to: string) {
  const both = [await mails.next(), await mails.next()];
  return {
    notice: both.find((mail) => mail.to[0] === person.email),
    confirmation: both.find((mail) => mail.to[0] === to),
  };
}

describe('another e-mail address', () => {
  it('holds when the new address has confirmed it, and not before', async () => {
    const person = await signedIn();
    const asked = await ask(person.token, 'Moved@example.org');
    expect(asked.body.pending?.email).toBe('moved@example.org');
    const { confirmation } = await mailsOf(person, 'moved@example.org');
    expect(confirmation?.text).toContain('/confirm-email#');
    expect((await server.login('moved@example.org', person.password)).status).toBe(401);
    expect((await follow('confirm', tokenIn(confirmation))).status).toBe(204);
    expect((await follow('confirm', tokenIn(confirmation))).status).toBe(401);
    expect((await server.session(person.token)).body.user.email).toBe('moved@example.org');
    expect((await server.login('moved@example.org', person.password)).status).toBe(200);
    expect((await server.login(person.email, person.password)).status).toBe(401);
    expect((await state(person.token)).body).toMatchObject({ pending: null, managed_by: null });
  });

  it('is stopped from the former address before it holds', async () => {
    const person = await signedIn();
    await ask(person.token, 'never@example.org');
    const { notice, confirmation } = await mailsOf(person, 'never@example.org');
    expect((await follow('undo', tokenIn(notice))).status).toBe(204);
    expect((await follow('confirm', tokenIn(confirmation))).status).toBe(401);
    expect((await server.session(person.token)).status).toBe(200);
  });

  it('is taken back from the former address, whatever came after, and every session ends', async () => {
    const person = await signedIn();
    await ask(person.token, 'thief1@example.org');
    const first = await mailsOf(person, 'thief1@example.org');
    await follow('confirm', tokenIn(first.confirmation));
    await ask(person.token, 'thief2@example.org');
    const second = await mailsOf({ email: 'thief1@example.org' }, 'thief2@example.org');
    await follow('confirm', tokenIn(second.confirmation));
    expect((await server.login('thief2@example.org', person.password)).status).toBe(200);
    expect((await follow('undo', tokenIn(first.notice))).status).toBe(204);
    expect((await server.session(person.token)).status).toBe(401);
    expect((await server.login(person.email, person.password)).status).toBe(200);
    expect((await server.login('thief2@example.org', person.password)).status).toBe(401);
  });

  it('answers the same where the address has an account, whose person alone is told', async () => {
    const person = await signedIn();
    const other = await server.person();
    const free = await ask(person.token, 'free-address@example.org');
    await mailsOf(person, 'free-address@example.org');
    const taken = await ask(person.token, other.email);
    expect([taken.status, Object.keys(taken.body)]).toEqual([free.status, Object.keys(free.body)]);
    const { confirmation: told } = await mailsOf(person, other.email);
    expect(told?.subject).toBe('Your address belongs to your Stroma account already');
    expect(tokenIn(told)).toBe('');
  });

  it('that gets an account meanwhile is not taken over', async () => {
    const person = await signedIn();
    await ask(person.token, 'contested@example.org');
    const { confirmation } = await mailsOf(person, 'contested@example.org');
    await server.app.platform.db.execute('update users set email = $1 where id = $2', [
      'contested@example.org',
      (await server.person()).id,
    ]);
    expect((await follow('confirm', tokenIn(confirmation))).body.error.code).toBe('TOKEN_INVALID');
    expect((await server.session(person.token)).body.user.email).toBe(person.email);
  });

  it('needs a fresh proof, is withdrawn, and is not asked for without end', async () => {
    const person = await signedIn();
    expect((await ask(person.token, person.email)).body.error.code).toBe('INVALID_INPUT');
    for (let time = 0; time < 5; time += 1) {
      expect((await ask(person.token, `again${time}@example.org`)).status).toBe(200);
      await mailsOf(person, `again${time}@example.org`);
    }
    expect((await ask(person.token, 'again5@example.org')).body.error.code).toBe('RATE_LIMITED');
    const withdraw = () => server.call('DELETE', '/auth/email-change', server.as(person.token));
    expect((await withdraw()).status).toBe(204);
    expect((await state(person.token)).body.pending).toBeNull();
    expect((await withdraw()).status).toBe(404);
    const tired = await signedIn();
    await server.app.platform.db.execute(
      "update sessions set proven_at = now() - interval '1 hour' where user_id = $1",
      [tired.id],
    );
    const refused = await ask(tired.token, 'later@example.org');
    expect(refused.body.error.code).toBe('REAUTHENTICATION_REQUIRED');
    await server.post(tired.token, '/auth/reauthenticate', { password: tired.password });
    expect((await ask(tired.token, 'later@example.org')).status).toBe(200);
    await mailsOf(tired, 'later@example.org');
  });
});

describe('mail', () => {
  it('is written in the language of the account', async () => {
    const person = await signedIn();
    const chosen = await server.call<{ user: { language: string } }>('PATCH', '/auth/profile', {
      ...server.as(person.token),
      body: { language: 'de' },
    });
    expect(chosen.body.user.language).toBe('de');
    await server.call('POST', '/auth/forgot-password', { body: { email: person.email } });
    expect((await mails.next()).subject).toBe('Neues Passwort für Stroma');
    const nothing = await server.call('PATCH', '/auth/profile', { ...server.as(person.token), body: {} });
    expect(nothing.status).toBe(400);
  });
});
