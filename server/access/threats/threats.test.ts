import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AuditEvent,
  defaultThreatPolicy,
  type SecuritySetting,
  type Threat,
  type ThreatBlock,
  type ThreatPolicy,
  type ThreatPolicyState,
} from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AccessServer, openAccessServer, type Person } from '../permissions/access-server.suite.ts';
import { writeMmdb } from './mmdb-file.suite.ts';

type Threats = { items: Threat[]; next_cursor: string | null; open: Record<string, number> };

const berlin = { 'x-forwarded-for': '141.20.1.1' };
const sydney = { 'x-forwarded-for': '139.130.4.5' };

let folder = '';
let server: AccessServer;
let admin: Person;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stroma-threats-'));
  const places = join(folder, 'cities.mmdb');
  writeMmdb(places, 'GeoLite2-City', {
    '141.20.0.0/16': { city: { names: { en: 'Berlin' } }, location: { latitude: 52.5, longitude: 13.4 } },
    '139.130.0.0/16': { city: { names: { en: 'Sydney' } }, location: { latitude: -33.9, longitude: 151.2 } },
  });
  server = await openAccessServer({
    STROMA_GEO_FILE: places,
    STROMA_LOGIN_LIMIT_PER_MINUTE: '10000',
    STROMA_RATE_PUBLIC_PER_MINUTE: '100000',
  });
  admin = server.admin;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  vi.useRealTimers();
  await setPolicy(() => undefined);
  const { body } = await admin.call<{ items: ThreatBlock[] }>('GET', '/security/blocks?limit=200');
  for (const { block_id } of body.items) await admin.call('DELETE', `/security/blocks/${block_id}`);
});

const threats = async (query = '') => (await admin.call<Threats>('GET', `/security/threats?${query}`)).body;
const about = async (person: { id: string }) => (await threats(`actor_id=${person.id}`)).items;
const blocks = async () => (await admin.call<{ items: ThreatBlock[] }>('GET', '/security/blocks')).body.items;
const recorded = async (action: string, object?: string) =>
  (
    await admin.call<{ items: AuditEvent[] }>(
      'GET',
      `/audit/events?action=${action}${object === undefined ? '' : `&object_id=${object}`}`,
    )
  ).body.items;
const mails = async () => (await server.app.platform.mail.outbox(server.tenantId, 200, null)).length;

async function setPolicy(change: (policy: ThreatPolicy) => void): Promise<void> {
  const policy = structuredClone(defaultThreatPolicy);
  change(policy);
  const { status, text } = await admin.call('PUT', '/security/threat-policy', policy);
  if (status !== 200) throw new Error(text);
}
const always = (response: ThreatPolicy['prompt_injection']['responses']['low']) => ({
  low: response,
  medium: response,
  high: response,
  critical: response,
});

const signIn = (email: string, password: string, headers: Record<string, string>) =>
  admin.call<{ token: string }>(
    'POST',
    '/auth/login',
    { email, password },
    { authorization: '', ...headers },
  );
const rightPassword = 'a long enough password for all';
const as = (token: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  ...more,
});
const tryAccounts = (count: number, address: string, domain = 'nowhere.example') =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      signIn(`user${n}@${domain}`, 'a wrong password', { 'x-forwarded-for': address }),
    ),
  );

describe('impossible travel', () => {
  it('is seen when one person signs in here and there, and asks for proof', async () => {
    const person = await server.member('scientist', 'Traveller');
    const first = await signIn(person.email, rightPassword, { ...berlin, 'user-agent': 'the usual one' });
    expect((await admin.call('GET', '/auth/session', undefined, as(first.body.token, berlin))).status).toBe(
      200,
    );
    await setPolicy((policy) => {
      policy.impossible_travel.responses = always('step_up');
    });
    const second = await signIn(person.email, rightPassword, { ...sydney, 'user-agent': 'the usual one' });
    const [threat] = await about(person);
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
    expect(await recorded('threat.unblocked', threat?.credential_id ?? '')).toHaveLength(1);
  });

  it('is not what takes a flight, nor what comes from inside', async () => {
    const person = await server.member('scientist');
    await signIn(person.email, rightPassword, berlin);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 26 * 3_600_000 });
    await signIn(person.email, rightPassword, sydney);
    await signIn(person.email, rightPassword, { 'x-forwarded-for': '10.0.0.9' });
    vi.useRealTimers();
    expect(await about(person)).toEqual([]);
  });
});

describe('credential stuffing', () => {
  it('is many accounts from one address: told, and shut out when the policy says so', async () => {
    await setPolicy((policy) => {
      policy.credential_stuffing.responses = always('block');
    });
    const [victim, bystander] = [
      await server.member('scientist', 'Victim'),
      await server.member('scientist'),
    ];
    await signIn(victim.email, 'a wrong password', { 'x-forwarded-for': '45.9.1.1' });
    await tryAccounts(5, '45.9.1.1');
    const { items } = await threats('kind=credential_stuffing&address=45.9.1.1');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      rule: 'accounts_from_one_address',
      actor: null,
      evidence: { own_accounts: 1, tried: ['Victim'] },
      actions: expect.arrayContaining(['address_blocked']),
    });
    // Whether the password is right is not told any more.
    for (const password of [rightPassword, 'a wrong password'])
      expect((await signIn(bystander.email, password, { 'x-forwarded-for': '45.9.1.1' })).status).toBe(429);
    expect((await signIn(bystander.email, rightPassword, { 'x-forwarded-for': '45.9.1.2' })).status).toBe(
      200,
    );
    // Sessions of before are shut out from there too, but an administrator's is not.
    const from = { 'x-forwarded-for': '45.9.1.1' };
    expect((await bystander.call('GET', '/data/datasets', undefined, from)).status).toBe(401);
    expect((await bystander.call('GET', '/data/datasets')).status).toBe(200);
    expect((await admin.call('GET', '/security/blocks', undefined, from)).status).toBe(200);
    expect((await signIn('admin@example.org', rightPassword, from)).status).toBe(200);
    const [block] = await blocks();
    expect(block).toMatchObject({ kind: 'address', subject: '45.9.1.1', threat_kind: 'credential_stuffing' });
    expect((await admin.call('DELETE', `/security/blocks/${block?.block_id}`)).status).toBe(204);
    expect((await signIn(bystander.email, rightPassword, from)).status).toBe(200);
    expect((await admin.call('DELETE', `/security/blocks/${block?.block_id}`)).status).toBe(404);
  });

  it('leaves trusted addresses open, and ends by itself', async () => {
    await setPolicy((policy) => {
      policy.credential_stuffing.responses = always('block');
      policy.trusted_addresses = ['45.10.0.0/16'];
    });
    await tryAccounts(6, '45.10.1.1', 'trusted.example');
    const [trusted] = (await threats('address=45.10.1.1')).items;
    expect(trusted?.actions).toContain('kept_open_trusted_address');
    await tryAccounts(6, '45.11.1.1', 'other.example');
    expect((await threats('address=45.11.1.1')).items[0]?.actions).toContain('address_blocked');
    const person = await server.member('scientist');
    const from = { 'x-forwarded-for': '45.11.1.1' };
    expect((await signIn(person.email, rightPassword, from)).status).toBe(429);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 });
    expect((await signIn(person.email, rightPassword, from)).status).toBe(200);
  });

  it('is not one account that is guessed at: that is locked by itself', async () => {
    const before = (await threats('kind=credential_stuffing')).items.length;
    for (let n = 0; n < 8; n += 1)
      await signIn('one@guessed.example', `guess ${n}`, { 'x-forwarded-for': '45.12.1.1' });
    expect((await threats('kind=credential_stuffing')).items).toHaveLength(before);
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
    await setPolicy((policy) => {
      policy.privilege_escalation.responses = always('block');
    });
    const person = await server.member('viewer', 'Prowler');
    const sent = await mails();
    for (const door of doors.slice(0, 3)) expect((await person.call('GET', door)).status).toBe(403);
    expect(await about(person)).toEqual([]);
    for (const door of doors) expect([401, 403]).toContain((await person.call('GET', door)).status);
    const [threat] = await about(person);
    expect(threat).toMatchObject({
      kind: 'privilege_escalation',
      rule: 'many_doors',
      response: 'block',
      actions: expect.arrayContaining(['sessions_ended', 'account_blocked']),
    });
    expect(threat?.evidence.tried).toEqual(expect.arrayContaining(['audit:read']));
    expect((await person.call('GET', '/auth/session')).status).toBe(401);
    // The right password lets nobody in, and is not said to be right.
    const again = await signIn(person.email, rightPassword, {});
    expect(again.status).toBe(401);
    expect(await mails()).toBeGreaterThan(sent);
    const [block] = await blocks();
    await admin.call('DELETE', `/security/blocks/${block?.block_id}`);
    expect((await signIn(person.email, rightPassword, {})).status).toBe(200);
  });

  it('is a try at the own role, at once', async () => {
    const person = await server.member('lab_manager', 'Climber');
    const { status } = await person.call('PATCH', `/access/members/${person.id}`, { role: 'admin' });
    expect(status).toBe(403);
    expect(await about(person)).toEqual([
      expect.objectContaining({ kind: 'privilege_escalation', rule: 'own_role', status: 'open' }),
    ]);
  });

  it('is a key used outside its scopes or its addresses: the key is shut, its owner is not', async () => {
    await setPolicy((policy) => {
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
    const [threat] = await about(owner);
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
    const found = (await threats('kind=privilege_escalation&address=45.13.1.1')).items;
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
      await threats();
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

describe('a threat', () => {
  it('that is seen again is one threat, one mail and one event', async () => {
    const sent = await mails();
    await tryAccounts(9, '45.20.1.1', 'again.example');
    await tryAccounts(3, '45.20.1.1', 'again2.example');
    const { items } = await threats('address=45.20.1.1');
    expect(items).toHaveLength(1);
    expect(items[0]?.occurrences).toBeGreaterThan(1);
    expect((await mails()) - sent).toBeLessThanOrEqual(1);
    const events = await recorded('threat.detected', items[0]?.threat_id);
    expect(events.length).toBeLessThanOrEqual(2);
  });

  it('is acknowledged, then resolved with a verdict, by whom and when; all of it on record', async () => {
    await tryAccounts(6, '45.21.1.1', 'handled.example');
    const [threat] = (await threats('address=45.21.1.1')).items;
    const path = `/security/threats/${threat?.threat_id}`;
    const seen = await admin.call<Threat>('POST', `${path}/acknowledge`, {
      note: 'asking the network people',
    });
    expect(seen.body).toMatchObject({
      status: 'acknowledged',
      note: 'asking the network people',
      handled_by: { id: admin.id },
    });
    expect((await admin.call('POST', `${path}/acknowledge`, {})).status).toBe(409);
    expect((await threats('status=acknowledged&address=45.21.1.1')).items).toHaveLength(1);
    expect((await admin.call('POST', `${path}/resolve`, { verdict: 'true_positive' })).status).toBe(400);
    const done = await admin.call<Threat>('POST', `${path}/resolve`, {
      verdict: 'false_positive',
      note: 'a misconfigured script of ours',
    });
    expect(done.body).toMatchObject({ status: 'resolved', verdict: 'false_positive' });
    expect(
      (await admin.call('POST', `${path}/resolve`, { verdict: 'true_positive', note: 'x' })).status,
    ).toBe(409);
    expect((await admin.call<Threat>('GET', path)).body).toEqual(done.body);
    expect((await threats('status=unresolved&address=45.21.1.1')).items).toEqual([]);
    expect(await recorded('threat.resolved', threat?.threat_id)).toHaveLength(1);
    // Resolved is over: the same again is a new one.
    await tryAccounts(6, '45.21.1.1', 'handled2.example');
    expect((await threats('address=45.21.1.1')).items).toHaveLength(2);
  });

  it('is filtered, paged, and exported as CSV', async () => {
    for (const n of [1, 2, 3]) await tryAccounts(6, `45.22.${n}.1`, `paged${n}.example`);
    const first = await threats('kind=credential_stuffing&limit=2');
    expect(first.items).toHaveLength(2);
    const next = await threats(`kind=credential_stuffing&limit=2&cursor=${first.next_cursor}`);
    const ids = [...first.items, ...next.items].map(({ threat_id }) => threat_id);
    expect(new Set(ids).size).toBe(4);
    expect(ids.toSorted().toReversed()).toEqual(ids);
    expect((await threats('severity=critical')).items.every(({ severity }) => severity === 'critical')).toBe(
      true,
    );
    expect((await threats('from=2099-01-01T00:00:00Z')).items).toEqual([]);
    const csv = await admin.call('GET', '/security/threats.csv?kind=credential_stuffing');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const [head, ...lines] = csv.text.trim().split('\r\n');
    expect(head).toMatch(/^threat_id,kind,severity/);
    expect(lines.length).toBeGreaterThanOrEqual(4);
  });

  it('is seen by who may see it, of their own organisation alone', async () => {
    const viewer = await server.member('viewer');
    const officer = await server.member('compliance_officer');
    const { threat_id } = (await threats('limit=1')).items[0] as Threat;
    expect((await viewer.call('GET', '/security/threats')).status).toBe(403);
    expect((await officer.call('GET', `/security/threats/${threat_id}`)).status).toBe(200);
    expect((await officer.call('POST', `/security/threats/${threat_id}/acknowledge`, {})).status).toBe(403);
    expect((await officer.call('PUT', '/security/threat-policy', defaultThreatPolicy)).status).toBe(403);
    const { admin: theirs } = await server.otherTenant();
    expect((await theirs.call<Threats>('GET', '/security/threats')).body.items).toEqual([]);
    for (const [method, path, body] of [
      ['GET', `/security/threats/${threat_id}`, undefined],
      ['POST', `/security/threats/${threat_id}/acknowledge`, {}],
      ['POST', `/security/threats/${threat_id}/resolve`, { verdict: 'true_positive', note: 'x' }],
    ] as const)
      expect((await theirs.call(method, path, body)).status).toBe(404);
  });
});

describe('the policy', () => {
  it('is the default until it is changed, and says who changed it', async () => {
    const { admin: theirs } = await server.otherTenant();
    const before = (await theirs.call<ThreatPolicyState>('GET', '/security/threat-policy')).body;
    expect(before).toMatchObject({
      policy: defaultThreatPolicy,
      changed_by: null,
      changed_at: null,
      places: 'city',
    });
    const policy = { ...defaultThreatPolicy, block_minutes: 5 };
    const after = (await theirs.call<ThreatPolicyState>('PUT', '/security/threat-policy', policy)).body;
    expect(after).toMatchObject({ policy, changed_by: { id: theirs.id } });
    const own = (await admin.call<ThreatPolicyState>('GET', '/security/threat-policy')).body;
    expect(own.policy.block_minutes).toBe(60);
    for (const wrong of [
      { ...policy, block_minutes: 0 },
      { ...policy, trusted_addresses: ['nonsense'] },
      { ...policy, unknown: 1 },
    ])
      expect((await theirs.call('PUT', '/security/threat-policy', wrong)).status).toBe(400);
  });

  it('turns a detector off', async () => {
    await setPolicy((policy) => {
      policy.credential_stuffing.enabled = false;
    });
    await tryAccounts(8, '45.30.1.1', 'off.example');
    expect((await threats('address=45.30.1.1')).items).toEqual([]);
  });

  it('shows the settings that guard the way in, with the key of each and no path', async () => {
    const { body } = await admin.call<{ items: SecuritySetting[] }>('GET', '/security/settings');
    const of = (key: string) => body.items.find((each) => each.key === key);
    expect(of('STROMA_LOGIN_LIMIT_PER_MINUTE')).toMatchObject({ group: 'lockout', value: 10_000 });
    expect(of('STROMA_PASSWORD_MIN_LENGTH')).toMatchObject({ group: 'password', value: 12 });
    expect(of('STROMA_GEO_FILE')?.value).toBe(true);
    expect(JSON.stringify(body)).not.toContain(folder);
  });
});
