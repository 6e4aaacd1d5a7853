import type { AuditEvent, Member } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMailServer } from '../../platform/mail/mail-server.suite.ts';
import {
  codeOf,
  type IdentityServer,
  openIdentityServer,
  personWithApp,
} from '../identity/identity-server.suite.ts';

let server: IdentityServer;
let mails: Awaited<ReturnType<typeof openMailServer>>;
let administrator: string;
beforeAll(async () => {
  mails = await openMailServer();
  server = await openIdentityServer({ STROMA_SMTP_URL: mails.url });
  administrator = await signedIn('admin');
});
afterAll(async () => {
  await server.stop();
  await mails.close();
});

async function signedIn(role: string): Promise<string> {
  const { email, password } = await server.person(role);
  return (await server.login(email, password)).body.token;
}

const reset = (by: string, id: string, reason = 'Lost the phone on a field trip') =>
  server.post<Member & { error: { code: string } }>(by, `/access/members/${id}/reset-second-factor`, {
    reason,
  });
const move = (by: string, id: string, email: string) =>
  server.post<Member & { error: { code: string; message: string } }>(by, `/access/members/${id}/email`, {
    email,
    reason: 'Married in June',
  });
const onRecord = async (action: string, id: string) =>
  (
    await server.call<{ items: AuditEvent[] }>(
      'GET',
      `/audit/events?action=${action}&object_id=${id}`,
      server.as(administrator),
    )
  ).body.items;
/** As if the sign-in had been an hour ago. */
const aged = async (token: string) => {
  const { session_id } = (await server.session(token)).body;
  await server.app.platform.db.execute(
    "update sessions set proven_at = now() - interval '1 hour' where id = $1",
    [session_id],
  );
};

describe('a lost second factor', () => {
  it('is reset: sessions end, the person is told, and a new one is set up before anything else', async () => {
    const person = await personWithApp(server);
    await server.app.platform.db.execute("update users set language = 'de' where id = $1", [person.id]);
    const done = await reset(administrator, person.id);
    expect([done.status, done.body.second_factors]).toEqual([200, 0]);
    expect((await server.session(person.token)).status).toBe(401);
    const mail = await mails.next();
    expect(mail.to).toEqual([person.email]);
    expect(mail.subject).toMatch(/^Ihr zweiter Faktor für Stroma/);
    expect(mail.text).toContain('Lost the phone on a field trip');
    const { token, user } = (await server.login(person.email, person.password)).body;
    expect(user).toMatchObject({ must_set_up_second_factor: true, language: 'de' });
    const refused = await server.call('GET', '/data/datasets', server.as(token));
    expect(refused.body.error.code).toBe('SECOND_FACTOR_REQUIRED');
    const begun = await server.post<{ method_id: string; secret: string }>(token, '/auth/mfa/setup', {
      kind: 'totp',
    });
    const { method_id, secret } = begun.body;
    const confirmed = await server.post<{ recovery_codes: string[] }>(token, '/auth/mfa/confirm', {
      method_id,
      code: codeOf(secret),
    });
    expect(confirmed.body.recovery_codes).toHaveLength(10);
    expect((await server.call('GET', '/data/datasets', server.as(token))).status).toBe(200);
    const [event] = await onRecord('second-factor.reset', person.id);
    expect(event?.details).toMatchObject({ reason: 'Lost the phone on a field trip', factors: 1 });
  });

  it('is reset by nobody for themselves, nor for who is worth more, nor long after a sign-in', async () => {
    const person = await personWithApp(server);
    const boss = await personWithApp(server, 'super_admin');
    const own = await personWithApp(server, 'admin');
    expect((await reset(own.token, own.id)).status).toBe(409);
    expect((await reset(administrator, boss.id)).status).toBe(403);
    expect((await reset(await signedIn('scientist'), person.id)).status).toBe(403);
    const tired = await signedIn('admin');
    await aged(tired);
    expect((await reset(tired, person.id)).body.error.code).toBe('REAUTHENTICATION_REQUIRED');
    expect((await reset(administrator, person.id, '')).status).toBe(400);
    const without = await server.person();
    expect((await reset(administrator, without.id)).status).toBe(409);
    expect((await server.login(person.email, person.password)).body).toMatchObject({
      status: 'second_factor',
    });
  });
});

describe('another address of a member', () => {
  it('holds at once, both addresses are told, and links to a new password end', async () => {
    const person = await server.person();
    await server.call('POST', '/auth/forgot-password', { body: { email: person.email } });
    const link = /#([\w-]{20,})/.exec((await mails.next()).text)?.[1];
    const done = await move(administrator, person.id, 'Married@Example.org');
    expect([done.status, done.body.email]).toEqual([200, 'married@example.org']);
    expect([(await mails.next()).to, (await mails.next()).to]).toEqual([
      [person.email],
      ['married@example.org'],
    ]);
    expect((await server.login(person.email, person.password)).status).toBe(401);
    expect((await server.login('married@example.org', person.password)).status).toBe(200);
    const late = { token: link, new_password: 'forty amber lighthouses' };
    expect((await server.call('POST', '/auth/reset-password', { body: late })).status).toBe(401);
    const [event] = await onRecord('email.changed', person.id);
    expect(event).toMatchObject({ details: { by: 'administrator', reason: 'Married in June' } });
    expect(JSON.stringify(event)).not.toContain('married@example.org');
  });

  it('is refused where it is taken, for oneself, and for who is worth more', async () => {
    const person = await server.person();
    const other = await server.person();
    const boss = await server.person('super_admin');
    expect((await move(administrator, person.id, other.email)).status).toBe(409);
    expect((await move(administrator, boss.id, 'boss2@example.org')).status).toBe(403);
    const own = await server.person('admin');
    const { token } = (await server.login(own.email, own.password)).body;
    expect((await move(token, own.id, 'me2@example.org')).status).toBe(409);
    await aged(token);
    expect((await move(token, person.id, 'new@example.org')).body.error.code).toBe(
      'REAUTHENTICATION_REQUIRED',
    );
  });

  it('is refused where a directory or an identity provider keeps it, and says so', async () => {
    const pushed = await server.person();
    const linked = await server.person();
    const { db } = server.app.platform;
    const tenant = server.tenantId;
    await db.execute(
      `insert into scim_directories (id, tenant_id, name, enabled, token_prefix, token_hash, domains, role_mapping, default_role)
       values ('dir_1', $1, 'Directory', true, 'scim_x', 'x', '{}', '[]', 'viewer')`,
      [tenant],
    );
    await db.execute(
      `insert into scim_users (user_id, tenant_id, directory_id, user_name, user_name_key, attributes, made_user)
       values ($1, $2, 'dir_1', 'pushed', 'pushed', '{}', false)`,
      [pushed.id, tenant],
    );
    await db.execute(
      `insert into single_sign_on_connections (id, tenant_id, kind, name, enabled, shown_to_all, creates_users, trusts_second_factor, role_mapping)
       values ('sso_1', $1, 'oidc', 'Provider', true, true, false, false, '[]')`,
      [tenant],
    );
    await db.execute(
      `insert into single_sign_on_links (id, tenant_id, connection_id, subject, user_id, made_user)
       values ('acc_1', $1, 'sso_1', 'subject', $2, false)`,
      [tenant, linked.id],
    );
    const byDirectory = await move(administrator, pushed.id, 'elsewhere@example.org');
    expect([byDirectory.status, byDirectory.body.error.message]).toEqual([
      409,
      expect.stringContaining('directory'),
    ]);
    const byProvider = await move(administrator, linked.id, 'elsewhere@example.org');
    expect([byProvider.status, byProvider.body.error.message]).toEqual([
      409,
      expect.stringContaining('single sign-on'),
    ]);
    const { token } = (await server.login(pushed.email, pushed.password)).body;
    const own = await server.post(token, '/auth/email-change', { email: 'elsewhere@example.org' });
    expect([own.status, own.body.error.details]).toEqual([409, { managed_by: 'directory' }]);
    const shown = await server.call<Member>('GET', `/access/members/${linked.id}`, server.as(administrator));
    expect(shown.body.managed_by).toBe('single_sign_on');
  });
});

describe('a member under legal hold', () => {
  it('stays until the hold is lifted; the account can be closed', async () => {
    const person = await server.person();
    const placed = await server.post<{ hold_id: string }>(administrator, '/retention/holds', {
      scope: 'person',
      subject_id: person.id,
      reason: 'Case 12/2026',
    });
    expect(placed.status).toBe(201);
    const remove = () => server.call('DELETE', `/access/members/${person.id}`, server.as(administrator));
    const refused = await remove();
    expect([refused.status, refused.body.error.code]).toEqual([409, 'LEGAL_HOLD']);
    expect(refused.body.error.details).toEqual({ holds: [placed.body.hold_id] });
    expect((await server.post(administrator, `/access/members/${person.id}/deactivate`)).status).toBe(200);
    const lift = `/retention/holds/${placed.body.hold_id}/lift`;
    expect((await server.post(administrator, lift, { reason: 'Case closed' })).status).toBe(200);
    expect((await remove()).status).toBe(204);
  });
});
