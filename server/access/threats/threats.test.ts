import { createHash } from 'node:crypto';
import { defaultThreatPolicy } from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AccessServer, Person } from '../permissions/access-server.suite.ts';
import {
  always,
  as,
  berlin,
  openThreatServer,
  rightPassword,
  sydney,
  type ThreatServer,
  type Threats,
} from './threat-server.suite.ts';

let room: ThreatServer;
let server: AccessServer;
let admin: Person;
beforeAll(async () => {
  room = await openThreatServer();
  ({ server, admin } = room);
});
afterAll(() => room.close());
afterEach(async () => {
  vi.useRealTimers();
  await room.reset();
});

describe('impossible travel', () => {
  it('is seen when one person signs in here and there, and asks for proof', async () => {
    const person = await server.member('scientist', 'Traveller');
    const first = await room.signIn(person.email, rightPassword, {
      ...berlin,
      'user-agent': 'the usual one',
    });
    expect((await admin.call('GET', '/auth/session', undefined, as(first.body.token, berlin))).status).toBe(
      200,
    );
    await room.setPolicy((policy) => {
      policy.impossible_travel.responses = always('step_up');
    });
    const second = await room.signIn(person.email, rightPassword, {
      ...sydney,
      'user-agent': 'the usual one',
    });
    const [threat] = await room.about(person);
    expect(threat).toMatchObject({
      kind: 'impossible_travel',
      severity: 'medium',
      status: 'open',
      rule: 'faster_than_travel',
      actor: { id: person.id, name: 'Traveller' },
      address: '139.130.4.5',
      response: 'step_up',
      evidence: { from: 'Berlin', to: 'Sydney', second_factor: false },
    });
    expect(threat?.actions).toContain('step_up_required');
    expect(Number(threat?.evidence.least_distance_km)).toBeGreaterThan(15_000);

    const asked = await admin.call('GET', '/data/datasets', undefined, as(second.body.token, sydney));
    expect(asked.status).toBe(403);
    expect(asked.body.error).toMatchObject({
      code: 'REAUTHENTICATION_REQUIRED',
      details: { reason: 'threat' },
    });
    // Only that session, and it may say who it is.
    expect((await admin.call('GET', '/data/datasets', undefined, as(first.body.token))).status).toBe(200);
    expect((await admin.call('GET', '/auth/session', undefined, as(second.body.token))).status).toBe(200);
    const wrong = await admin.call(
      'POST',
      '/auth/reauthenticate',
      { password: 'a wrong one' },
      as(second.body.token),
    );
    expect(wrong.status).toBe(401);
    expect((await admin.call('GET', '/data/datasets', undefined, as(second.body.token))).status).toBe(403);
    const right = await admin.call(
      'POST',
      '/auth/reauthenticate',
      { password: rightPassword },
      as(second.body.token),
    );
    expect(right.status).toBe(204);
    expect((await admin.call('GET', '/data/datasets', undefined, as(second.body.token))).status).toBe(200);
    expect(await room.recorded('threat.unblocked', threat?.credential_id ?? '')).toHaveLength(1);
  });

  it('is not what takes a flight, nor what comes from inside', async () => {
    const person = await server.member('scientist');
    await room.signIn(person.email, rightPassword, berlin);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 26 * 3_600_000 });
    await room.signIn(person.email, rightPassword, sydney);
    await room.signIn(person.email, rightPassword, { 'x-forwarded-for': '10.0.0.9' });
    vi.useRealTimers();
    expect(await room.about(person)).toEqual([]);
  });
});

describe('credential stuffing', () => {
  it('is many accounts from one address: told, and shut out when the policy says so', async () => {
    await room.setPolicy((policy) => {
      policy.credential_stuffing.responses = always('block');
    });
    const [victim, bystander] = [
      await server.member('scientist', 'Victim'),
      await server.member('scientist'),
    ];
    await room.signIn(victim.email, 'a wrong password', { 'x-forwarded-for': '45.9.1.1' });
    await room.tryAccounts(5, '45.9.1.1');
    const { items } = await room.threats('kind=credential_stuffing&address=45.9.1.1');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      rule: 'accounts_from_one_address',
      actor: null,
      evidence: { own_accounts: 1, tried: ['Victim'] },
      actions: expect.arrayContaining(['address_blocked']),
    });
    const { rows } = await server.app.platform.db.execute(
      `select details from audit_events where action = 'session.refused'`,
    );
    const guessed = createHash('sha256').update(`account:${victim.email}`).digest('hex').slice(0, 16);
    expect(JSON.stringify(rows)).toContain('subject_hmac');
    expect(JSON.stringify(rows)).not.toContain(guessed);
    // Whether the password is right is not told any more.
    for (const password of [rightPassword, 'a wrong password'])
      expect((await room.signIn(bystander.email, password, { 'x-forwarded-for': '45.9.1.1' })).status).toBe(
        429,
      );
    expect(
      (await room.signIn(bystander.email, rightPassword, { 'x-forwarded-for': '45.9.1.2' })).status,
    ).toBe(200);
    // Sessions of before are shut out from there too, but an administrator's is not.
    const from = { 'x-forwarded-for': '45.9.1.1' };
    expect((await bystander.call('GET', '/data/datasets', undefined, from)).status).toBe(401);
    expect((await bystander.call('GET', '/data/datasets')).status).toBe(200);
    expect((await admin.call('GET', '/security/blocks', undefined, from)).status).toBe(200);
    expect((await room.signIn('admin@example.org', rightPassword, from)).status).toBe(200);
    const [block] = await room.blocks();
    expect(block).toMatchObject({ kind: 'address', subject: '45.9.1.1', threat_kind: 'credential_stuffing' });
    expect((await admin.call('DELETE', `/security/blocks/${block?.block_id}`)).status).toBe(204);
    expect((await room.signIn(bystander.email, rightPassword, from)).status).toBe(200);
    expect((await admin.call('DELETE', `/security/blocks/${block?.block_id}`)).status).toBe(404);
  });

  it('leaves trusted addresses open, and ends by itself', async () => {
    await room.setPolicy((policy) => {
      policy.credential_stuffing.responses = always('block');
      policy.trusted_addresses = ['45.10.0.0/16'];
    });
    await room.tryAccounts(6, '45.10.1.1', 'trusted.example');
    const [trusted] = (await room.threats('address=45.10.1.1')).items;
    expect(trusted?.actions).toContain('kept_open_trusted_address');
    await room.tryAccounts(6, '45.11.1.1', 'other.example');
    expect((await room.threats('address=45.11.1.1')).items[0]?.actions).toContain('address_blocked');
    const person = await server.member('scientist');
    const from = { 'x-forwarded-for': '45.11.1.1' };
    expect((await room.signIn(person.email, rightPassword, from)).status).toBe(429);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 });
    expect((await room.signIn(person.email, rightPassword, from)).status).toBe(200);
  });

  it('is not one account that is guessed at: that is locked by itself', async () => {
    const before = (await room.threats('kind=credential_stuffing')).items.length;
    for (let n = 0; n < 8; n += 1)
      await room.signIn('one@guessed.example', `guess ${n}`, { 'x-forwarded-for': '45.12.1.1' });
    expect((await room.threats('kind=credential_stuffing')).items).toHaveLength(before);
  });
});

describe('privilege escalation', () => {
  const doors = [
    '/audit/events',
    '/backups',
    '/security/threats',
    '/access/members',
    '/admin/api-keys',
    '/retention/policies',
  ];

  it('is many doors tried: the account is shut and its sessions end', async () => {
    await room.setPolicy((policy) => {
      policy.privilege_escalation.responses = always('block');
    });
    const person = await server.member('viewer', 'Prowler');
    const sent = await room.mails();
    for (const door of doors.slice(0, 3)) expect((await person.call('GET', door)).status).toBe(403);
    expect(await room.about(person)).toEqual([]);
    for (const door of doors) expect([401, 403]).toContain((await person.call('GET', door)).status);
    const [threat] = await room.about(person);
    expect(threat).toMatchObject({
      kind: 'privilege_escalation',
      rule: 'many_doors',
      response: 'block',
      actions: expect.arrayContaining(['sessions_ended', 'account_blocked']),
    });
    expect(threat?.evidence.tried).toEqual(expect.arrayContaining(['audit:read']));
    expect((await person.call('GET', '/auth/session')).status).toBe(401);
    // The right password lets nobody in, and is not said to be right.
    const again = await room.signIn(person.email, rightPassword, {});
    expect(again.status).toBe(401);
    expect(await room.mails()).toBeGreaterThan(sent);
    const [block] = await room.blocks();
    await admin.call('DELETE', `/security/blocks/${block?.block_id}`);
    expect((await room.signIn(person.email, rightPassword, {})).status).toBe(200);
  });

  it('is a try at the own role, at once', async () => {
    const person = await server.member('lab_manager', 'Climber');
    const { status } = await person.call('PATCH', `/access/members/${person.id}`, { role: 'admin' });
    expect(status).toBe(403);
    expect(await room.about(person)).toEqual([
      expect.objectContaining({ kind: 'privilege_escalation', rule: 'own_role', status: 'open' }),
    ]);
  });

  it('is a key used outside its scopes or its addresses: the key is shut, its owner is not', async () => {
    await room.setPolicy((policy) => {
      policy.privilege_escalation.responses = always('block');
    });
    const owner = await server.member('admin', 'Owner');
    const made = await owner.call<{ secret: string; key: { key_id: string } }>('POST', '/auth/api-keys', {
      name: 'a script',
      scopes: ['datasets:read'],
    });
    const key = { authorization: `Bearer ${made.body.secret}` };
    expect((await admin.call('GET', '/data/datasets', undefined, key)).status).toBe(200);
    for (const door of doors) await admin.call('GET', door, undefined, key);
    const [threat] = await room.about(owner);
    expect(threat).toMatchObject({
      credential_id: made.body.key.key_id,
      actions: expect.arrayContaining(['key_blocked']),
    });
    expect((await admin.call('GET', '/data/datasets', undefined, key)).status).toBe(401);
    expect((await owner.call('GET', '/data/datasets')).status).toBe(200);

    const bound = await owner.call<{ secret: string; key: { key_id: string } }>('POST', '/auth/api-keys', {
      name: 'bound',
      scopes: ['datasets:read'],
      allowed_addresses: ['10.20.0.0/16'],
    });
    const stolen = { authorization: `Bearer ${bound.body.secret}`, 'x-forwarded-for': '45.13.1.1' };
    expect((await admin.call('GET', '/data/datasets', undefined, stolen)).status).toBe(403);
    const found = (await room.threats('kind=privilege_escalation&address=45.13.1.1')).items;
    expect(found[0]).toMatchObject({
      rule: 'key_outside_its_addresses',
      credential_id: bound.body.key.key_id,
    });
  });

  it('never shuts out the last administrator, who is asked for proof instead', async () => {
    const { admin: theirs, tenantId } = await server.otherTenant();
    const policy = structuredClone(defaultThreatPolicy);
    policy.privilege_escalation = { ...policy.privilege_escalation, kinds: 2, responses: always('block') };
    expect((await theirs.call('PUT', '/security/threat-policy', policy)).status).toBe(200);
    // What concerns the whole installation is not theirs.
    const tryDoors = async (person: Person) => {
      for (const [method, path] of [
        ['GET', '/backups'],
        ['POST', '/backups'],
        ['GET', '/encryption'],
      ] as const)
        await person.call(method, path, method === 'POST' ? {} : undefined);
      // Waits until all of it was looked at.
      await room.threats();
    };
    await tryDoors(theirs);
    const { body, status } = await theirs.call('GET', '/security/threats');
    expect([status, body.error.code]).toEqual([403, 'REAUTHENTICATION_REQUIRED']);
    expect((await theirs.call('POST', '/auth/reauthenticate', { password: rightPassword })).status).toBe(204);
    const { items } = (await theirs.call<Threats>('GET', '/security/threats')).body;
    expect(items[0]?.actions).toEqual(
      expect.arrayContaining(['kept_open_last_administrator', 'step_up_required']),
    );
    // With another beside them, either may be shut out.
    const second = await server.member('admin', 'Second', tenantId);
    await tryDoors(second);
    expect((await second.call('GET', '/security/threats')).status).toBe(401);
    expect((await theirs.call('GET', '/security/threats')).status).toBe(200);
  });
});
