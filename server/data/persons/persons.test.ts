import type { AuditEvent, PersonExport, Session } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let officer: Person;
let scientist: Person;
let scientistId: string;

beforeAll(async () => {
  server = await startDataServer();
  officer = await server.colleague('compliance_officer');
  scientist = await server.colleague('scientist');
  scientistId = (await scientist.call<Session>('GET', '/auth/session')).body.user.user_id;
});
afterAll(() => server.close());

describe('the export of what is held on a person', () => {
  it('holds the account, what they made and what they did, no secret, and goes on record', async () => {
    const dataset = await scientist.dataset('visits.csv', 'patient,visit\nP1,1\nP2,2\n');
    await scientist.sql('SELECT count(*) FROM dataset', [dataset.dataset_id]);
    await scientist.call('PATCH', '/auth/profile', { name: 'Eve <script>alert(1)</script>' });
    const path = `/privacy/persons/${scientistId}/export`;
    await expect
      .poll(async () => {
        const { body } = await officer.call<PersonExport>('GET', path);
        return body.sections.find(({ name }) => name === 'questions')?.rows.length;
      })
      .toBe(1);
    const { body } = await officer.call<PersonExport>('GET', path);
    const rows = (section: string) => body.sections.find(({ name }) => name === section)?.rows ?? [];
    expect(body.person.user_id).toBe(scientistId);
    expect(rows('account')).toHaveLength(1);
    expect(rows('datasets').map(({ id }) => id)).toEqual([dataset.dataset_id]);
    expect(rows('sessions').length).toBeGreaterThan(0);
    expect(rows('uploads').map((row) => row.file_name)).toEqual(['visits.csv']);
    expect(rows('audit_events').some(({ action }) => action === 'dataset.created')).toBe(true);
    const text = JSON.stringify(body);
    for (const secret of [scientist.token, 'argon2', 'token_hash', '"password":'])
      expect(text).not.toContain(secret);

    const page = await (await officer.fetch('GET', `${path}?format=html`)).text();
    expect(page).toContain('visits.csv');
    expect(page).not.toContain('<script>');
    const events = await officer.call<{ items: AuditEvent[] }>('GET', '/audit/events?action=person.exported');
    expect(events.body.items[0]).toMatchObject({
      object: { kind: 'account', id: scientistId },
      details: { format: 'html' },
    });
  });

  it('is for who answers such requests, and of one’s own organisation alone', async () => {
    const path = `/privacy/persons/${scientistId}/export`;
    expect((await scientist.call('GET', path)).status).toBe(403);
    expect((await (await server.stranger()).call('GET', path)).status).toBe(404);
  });
});
