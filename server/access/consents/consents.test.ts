import type { AuditEvent, Consent, ErrorAnswer } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, openAccessServer, type Person } from '../permissions/access-server.suite.ts';

let server: AccessServer;
let officer: Person;
const wording = 'I agree that my samples and results are used for the purposes named above.';

beforeAll(async () => {
  server = await openAccessServer();
  officer = await server.member('compliance_officer', 'Olga Officer');
});
afterAll(() => server.close());

const give = (subject: string, purposes: string[], more: object = {}, person = officer) =>
  person.call<{ items: Consent[] } & ErrorAnswer>('POST', '/privacy/consents', {
    subject,
    purposes,
    wording,
    ...more,
  });
const search = async (subject: string, person = officer) =>
  (
    await person.call<{ items: Consent[]; purposes: string[] }>('POST', '/privacy/consents/search', {
      subject,
    })
  ).body;

describe('consents', () => {
  it('are given for purposes, withdrawn one by one, and their history stays', async () => {
    const { status, body } = await give('MRN-4711', ['care', 'research']);
    expect([status, body.items.length]).toEqual([201, 2]);
    expect((await search(' mrn-4711 ')).purposes.sort()).toEqual(['care', 'research']);
    const research = body.items.find(({ purpose }) => purpose === 'research');
    const withdraw = () =>
      officer.call<Consent & ErrorAnswer>('POST', `/privacy/consents/${research?.consent_id}/withdraw`, {});
    expect((await withdraw()).body).toMatchObject({
      state: 'withdrawn',
      withdrawn: { by_name: 'Olga Officer', note: '' },
    });
    expect((await withdraw()).body.error.code).toBe('CONFLICT');
    const after = await search('MRN-4711');
    expect(after.purposes).toEqual(['care']);
    expect(after.items.map(({ state }) => state).sort()).toEqual(['in_force', 'withdrawn']);
    expect((await give('MRN-4711', ['Care'])).body.error.code).toBe('CONFLICT');
    expect((await give('MRN-4711', ['research'])).status).toBe(201);
    expect((await search('MRN-4711')).items).toHaveLength(3);
  });

  it('expire, and cannot be given in the future or expire before they begin', async () => {
    const past = { given_at: '2020-01-01T00:00:00.000Z', expires_at: '2021-01-01T00:00:00.000Z' };
    expect((await give('MRN-1', ['care'], past)).body.items[0]?.state).toBe('expired');
    expect((await search('MRN-1')).purposes).toEqual([]);
    const later = new Date(Date.now() + 86_400_000).toISOString();
    expect((await give('MRN-1', ['care'], { given_at: later })).body.error.code).toBe('UNPROCESSABLE');
    const backwards = { given_at: past.expires_at, expires_at: past.given_at };
    expect((await give('MRN-1', ['care'], backwards)).body.error.code).toBe('UNPROCESSABLE');
    expect((await give('MRN-1', ['care', 'CARE'])).body.error.code).toBe('INVALID_INPUT');
  });

  it('name the person nowhere in the store or on record, and lose the name when its key is shredded', async () => {
    const { body } = await give('Ada Unmistakable', ['care']);
    const { platform } = server.app;
    for (const table of ['consents', 'audit_events'])
      expect(JSON.stringify((await platform.db.execute(`select * from ${table}`)).rows)).not.toMatch(
        /unmistakable/i,
      );
    const events = await officer.call<{ items: AuditEvent[] }>('GET', '/audit/events?action=consent.given');
    expect(events.body.items.length).toBeGreaterThan(1);
    await platform.keys.shred(`consents/${body.items[0]?.consent_id}`);
    const [left] = (await search('Ada Unmistakable')).items;
    expect([left?.subject, left?.purpose]).toEqual([null, 'care']);
  });

  it('are listed in pages, for who may, and are nobody’s of another organisation', async () => {
    const page = await officer.call<{ items: Consent[]; next_cursor: string | null }>(
      'GET',
      '/privacy/consents?limit=2',
    );
    expect([page.body.items.length, page.body.next_cursor]).toEqual([2, page.body.items[1]?.consent_id]);
    const scientist = await server.member('scientist');
    expect((await scientist.call('GET', '/privacy/consents')).status).toBe(403);
    expect((await give('MRN-9', ['care'], {}, scientist)).status).toBe(403);
    const { admin } = await server.otherTenant();
    expect((await search('MRN-4711', admin)).items).toEqual([]);
    const id = page.body.items[0]?.consent_id;
    expect((await admin.call('POST', `/privacy/consents/${id}/withdraw`, {})).status).toBe(404);
  });
});
