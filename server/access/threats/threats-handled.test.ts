import {
  defaultThreatPolicy,
  type SecuritySetting,
  type Threat,
  type ThreatPolicyState,
} from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AccessServer, Person } from '../permissions/access-server.suite.ts';
import { openThreatServer, type ThreatServer, type Threats } from './threat-server.suite.ts';

let room: ThreatServer;
let server: AccessServer;
let admin: Person;
beforeAll(async () => {
  room = await openThreatServer();
  ({ server, admin } = room);
});
afterAll(() => room.close());
afterEach(async () => {
  await room.reset();
});

describe('a threat', () => {
  it('that is seen again is one threat, one mail and one event', async () => {
    const sent = await room.mails();
    await room.tryAccounts(9, '45.20.1.1', 'again.example');
    expect((await room.threats('address=45.20.1.1')).items).toHaveLength(1);
    await room.tryAccounts(3, '45.20.1.1', 'again2.example');
    const { items } = await room.threats('address=45.20.1.1');
    expect(items).toHaveLength(1);
    expect(items[0]?.occurrences).toBeGreaterThan(1);
    expect(items[0]?.evidence).toMatchObject({ accounts: 12 });
    expect((await room.mails()) - sent).toBeLessThanOrEqual(1);
    const events = await room.recorded('threat.detected', items[0]?.threat_id);
    expect(events.length).toBeLessThanOrEqual(2);
  });

  it('is acknowledged, then resolved with a verdict, by whom and when; all of it on record', async () => {
    await room.tryAccounts(6, '45.21.1.1', 'handled.example');
    const [threat] = (await room.threats('address=45.21.1.1')).items;
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
    expect((await room.threats('status=acknowledged&address=45.21.1.1')).items).toHaveLength(1);
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
    expect((await room.threats('status=unresolved&address=45.21.1.1')).items).toEqual([]);
    expect(await room.recorded('threat.resolved', threat?.threat_id)).toHaveLength(1);
    // Resolved is over: the same again is a new one.
    await room.tryAccounts(6, '45.21.1.1', 'handled2.example');
    expect((await room.threats('address=45.21.1.1')).items).toHaveLength(2);
  });

  it('is filtered, paged, and exported as CSV', async () => {
    for (const n of [1, 2, 3]) await room.tryAccounts(6, `45.22.${n}.1`, `paged${n}.example`);
    const first = await room.threats('kind=credential_stuffing&limit=2');
    expect(first.items).toHaveLength(2);
    const next = await room.threats(`kind=credential_stuffing&limit=2&cursor=${first.next_cursor}`);
    const ids = [...first.items, ...next.items].map(({ threat_id }) => threat_id);
    expect(new Set(ids).size).toBe(4);
    expect(ids.toSorted().toReversed()).toEqual(ids);
    expect(
      (await room.threats('severity=critical')).items.every(({ severity }) => severity === 'critical'),
    ).toBe(true);
    expect((await room.threats('from=2099-01-01T00:00:00Z')).items).toEqual([]);
    const csv = await admin.call('GET', '/security/threats.csv?kind=credential_stuffing');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const [head, ...lines] = csv.text.trim().split('\r\n');
    expect(head).toMatch(/^threat_id,kind,severity/);
    expect(lines.length).toBeGreaterThanOrEqual(4);
  });

  it('is seen by who may see it, of their own organisation alone', async () => {
    const viewer = await server.member('viewer');
    const officer = await server.member('compliance_officer');
    const { threat_id } = (await room.threats('limit=1')).items[0] as Threat;
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
    await room.setPolicy((policy) => {
      policy.credential_stuffing.enabled = false;
    });
    await room.tryAccounts(8, '45.30.1.1', 'off.example');
    expect((await room.threats('address=45.30.1.1')).items).toEqual([]);
  });

  it('shows the settings that guard the way in, with the key of each and no path', async () => {
    const { body } = await admin.call<{ items: SecuritySetting[] }>('GET', '/security/settings');
    const of = (key: string) => body.items.find((each) => each.key === key);
    expect(of('STROMA_LOGIN_LIMIT_PER_MINUTE')).toMatchObject({ group: 'lockout', value: 10_000 });
    expect(of('STROMA_PASSWORD_MIN_LENGTH')).toMatchObject({ group: 'password', value: 12 });
    expect(of('STROMA_GEO_FILE')?.value).toBe(true);
    expect(JSON.stringify(body)).not.toContain(room.folder);
  });
});
