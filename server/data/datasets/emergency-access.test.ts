import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEvent, Dataset, EmergencyAccess, ErrorAnswer, Role } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
let doctor: Person;
let officer: Person;
let dataset: Dataset;
const reason = 'Patient unconscious in the emergency room, allergies unknown';

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  doctor = await server.colleague('senior_scientist');
  officer = await server.colleague('compliance_officer');
  dataset = await admin.dataset('allergies.csv', 'patient,ward,allergy\nP1,east,penicillin\nP2,west,none\n');
  await admin.call('PUT', `/data/datasets/${dataset.dataset_id}/access`, {
    sensitivity: 'phi',
    rules: [
      {
        kind: 'mask',
        readers: { which: 'all_but', roles: ['admin'] },
        column: 'allergy',
        mask: { kind: 'hide' },
      },
    ],
  });
});
afterAll(() => server.close());

const open = (person: Person, body: object = { reason }) =>
  person.call<EmergencyAccess & ErrorAnswer>('POST', '/security/emergencies', body);
const read = (person: Person) =>
  person.sql('SELECT allergy FROM dataset ORDER BY patient', [dataset.dataset_id]);
const list = async (person: Person, query = '') =>
  (await person.call<{ items: EmergencyAccess[] }>('GET', `/security/emergencies${query}`)).body.items;

const emailOf = async (person: Person) =>
  (await person.call<{ user: { email: string } }>('GET', '/auth/session')).body.user.email;

describe('emergency access', () => {
  it('needs a permission, a reason and an end', async () => {
    const viewer = await server.colleague('viewer');
    expect((await open(viewer)).body.error.code).toBe('FORBIDDEN');
    expect((await open(doctor, { reason: 'because' })).body.error.code).toBe('INVALID_INPUT');
    expect((await open(doctor, { reason, minutes: 100_000 })).body.error.code).toBe('INVALID_INPUT');
    expect(await list(doctor)).toEqual([]);
  });

  it('opens everything in full for its person alone, tells those who review, and puts each use on record', async () => {
    expect((await read(doctor)).status).toBe(404);
    expect((await officer.call('PATCH', '/auth/profile', { language: 'de' })).status).toBe(200);
    const role = await admin.call<{ role: Role }>('POST', '/access/roles', {
      name: 'Custodian',
      permissions: ['datasets:read', 'break-glass:review'],
      clearance: 'internal',
      reach: 'shared',
    });
    const custodian = await server.colleague(role.body.role);
    const { status, body } = await open(doctor, { reason, minutes: 30 });
    expect([status, body.status]).toEqual([201, 'open']);
    expect(Date.parse(body.expires_at) - Date.parse(body.opened_at)).toBe(30 * 60_000);
    expect((await read(doctor)).body.rows).toEqual([['penicillin'], ['none']]);
    expect((await doctor.call<Dataset>('GET', `/data/datasets/${dataset.dataset_id}`)).status).toBe(200);
    const other = await server.colleague('senior_scientist');
    expect((await read(other)).status).toBe(404);
    expect((await read(officer)).body.rows).toEqual([[null], [null]]);

    const [mine] = await list(doctor, '?status=open');
    expect(mine?.used).toEqual([{ dataset_id: dataset.dataset_id, name: dataset.name }]);
    expect(await list(other)).toEqual([]);
    expect((await list(officer)).map(({ emergency_id }) => emergency_id)).toEqual([body.emergency_id]);
    const outbox = join(server.folder, 'outbox');
    const mails = readdirSync(outbox, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'));
    const told = (to: string) => mails.filter((mail) => mail.includes(`"to": "${to}"`));
    expect(told(await emailOf(officer))).toEqual([
      expect.stringContaining('hat den Notfallzugriff geöffnet'),
    ]);
    expect(told(await emailOf(custodian))).toEqual([expect.stringContaining('opened emergency access')]);
    expect(told(await emailOf(other))).toEqual([]);
    const events = await admin.call<{ items: AuditEvent[] }>('GET', '/audit/events?limit=200');
    const actions = events.body.items.map(({ action }) => action);
    expect(actions.filter((action) => action === 'break-glass.opened')).toHaveLength(1);
    expect(actions.filter((action) => action === 'break-glass.used')).toHaveLength(1);
    const opened = events.body.items.find(({ action }) => action === 'break-glass.opened');
    const compared = await officer.call('POST', `/audit/events/${opened?.event_id}/compare`, {
      text: reason,
    });
    expect(compared.body).toEqual({ matches: [{ name: 'reason', kept_as: 'hmac_sha256' }] });
    expect((await open(doctor)).body.error.code).toBe('CONFLICT');
  });

  it('ends at once when it is given back, and is reviewed by somebody else, once', async () => {
    const [mine] = await list(doctor);
    const id = mine?.emergency_id ?? '';
    const review = (person: Person) =>
      person.call<EmergencyAccess & ErrorAnswer>('POST', `/security/emergencies/${id}/review`, {
        justified: true,
        note: 'Asked the ward; the patient was treated.',
      });
    expect((await review(officer)).body.error.code).toBe('CONFLICT');
    expect((await doctor.call('POST', `/security/emergencies/${id}/end`)).status).toBe(200);
    expect((await read(doctor)).status).toBe(404);
    expect((await doctor.call<ErrorAnswer>('POST', `/security/emergencies/${id}/end`)).body.error.code).toBe(
      'CONFLICT',
    );
    expect((await review(doctor)).body.error.code).toBe('FORBIDDEN');
    expect((await list(officer, '?status=to_review')).map((each) => each.emergency_id)).toEqual([id]);
    expect((await review(officer)).body).toMatchObject({
      status: 'justified',
      review: { by_name: 'Someone' },
    });
    expect((await review(officer)).body.error.code).toBe('CONFLICT');
    expect(await list(officer, '?status=to_review')).toEqual([]);
  });

  it('of an administrator is reviewed by another', async () => {
    const { body } = await open(admin);
    await admin.call('POST', `/security/emergencies/${body.emergency_id}/end`);
    const own = await admin.call<ErrorAnswer>('POST', `/security/emergencies/${body.emergency_id}/review`, {
      justified: true,
      note: 'me',
    });
    expect(own.body.error.code).toBe('FORBIDDEN');
  });

  it('is nobody’s of another organisation', async () => {
    const stranger = await server.stranger();
    expect(await list(stranger)).toEqual([]);
    const [known] = await list(officer);
    for (const what of ['end', 'review'])
      expect(
        (
          await stranger.call('POST', `/security/emergencies/${known?.emergency_id}/${what}`, {
            justified: false,
            note: 'x',
          })
        ).status,
      ).toBe(404);
  });

  it('is over when its time is, also for who keeps asking', async () => {
    const { body } = await open(doctor, { reason, minutes: 5 });
    expect((await read(doctor)).status).toBe(200);
    await server.platform.db.execute(
      `update emergencies set expires_at = now() - interval '1 second' where id = '${body.emergency_id}'`,
    );
    // As another process would see it: what is kept of it is asked for anew.
    await server.platform.db.execute(
      `select pg_notify('stroma_access', json_build_object('tenant', tenant_id, 'user', user_id)::text) from emergencies where id = '${body.emergency_id}'`,
    );
    await expect.poll(async () => (await read(doctor)).status).toBe(404);
  });
});
