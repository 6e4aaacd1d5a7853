import { createHash, createPublicKey, verify } from 'node:crypto';
import type { AuditEvent, AuditEventDetail, AuditState, AuditVerification } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, startDataServer } from '../../data/data-server.suite.ts';
import { namesOfText } from './audit-content.ts';

type Page = { items: AuditEvent[]; next_cursor: string | null };

describe('the audit record over HTTP', () => {
  let server: DataServer;
  beforeAll(async () => {
    server = await startDataServer();
  });
  afterAll(() => server.close());

  const events = async (query = '') => (await server.admin.call<Page>('GET', `/audit/events?${query}`)).body;
  const verified = async () => {
    const { body } = await server.admin.call<{ job_id: string }>('POST', '/audit/verify');
    const job = await server.admin.jobEnd(body.job_id);
    return job.result as unknown as AuditVerification;
  };

  it('takes what a client reports, and shows it with where it came from', async () => {
    const reply = await server.admin.call(
      'POST',
      '/audit',
      { event: 'data-copied', object: { kind: 'dataset', id: 'ds_1' }, details: { cells: 12 } },
      { 'user-agent': 'a browser', 'x-request-id': 'req_of_the_client' },
    );
    expect(reply.status).toBe(201);
    const { items } = await events('action=client.reported');
    expect(items).toEqual([
      expect.objectContaining({
        action: 'client.reported',
        outcome: 'success',
        object: { kind: 'dataset', id: 'ds_1' },
        details: { cells: 12, event: 'data-copied' },
        user_agent: 'a browser',
        request_id: 'req_of_the_client',
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
        actor: expect.objectContaining({ kind: 'person' }),
      }),
    ]);
  });

  it('takes no event and no detail that is not of the contract', async () => {
    for (const body of [
      { event: 'anything' },
      { event: 'data-copied', details: { deep: { er: 1 } } },
      { event: 'data-copied', actor_id: 'usr_other' },
      {},
    ])
      expect((await server.admin.call('POST', '/audit', body)).status).toBe(400);
  });

  it('finds events by who, what, when and words, page by page', async () => {
    for (let n = 0; n < 5; n += 1)
      await server.admin.call('POST', '/audit', { event: 'screen-locked', details: { marker: `m${n}%` } });
    const first = await events('action=client.&limit=2&search=screen-locked');
    expect(first.items.map(({ details }) => details?.marker)).toEqual(['m4%', 'm3%']);
    const next = await events(`action=client.&limit=2&search=screen-locked&cursor=${first.next_cursor}`);
    expect(next.items.map(({ details }) => details?.marker)).toEqual(['m2%', 'm1%']);
    expect((await events('search=m3%25')).items).toHaveLength(1);
    expect((await events('search=m%25')).items).toHaveLength(0);
    expect((await events('from=2099-01-01T00:00:00Z')).items).toEqual([]);
    expect((await events('outcome=failure&action=client.reported')).items).toEqual([]);
    expect((await server.admin.call('GET', '/audit/events?cursor=nonsense')).status).toBe(400);
  });

  it('has on record what is done with data: sent, made, changed, asked, taken away, deleted', async () => {
    const { admin } = server;
    const dataset = await admin.dataset('visits.csv', 'patient,age\np1,40\np2,50\n');
    const id = dataset.dataset_id;
    await admin.call('PATCH', `/data/datasets/${id}`, { name: 'Visits of 2026' });
    const select = "SELECT count(*) AS n FROM dataset WHERE patient = 'p1'";
    await admin.sql(select, [id]);
    await admin.call('POST', '/query/sql', { sql: 'SELECT nothing FROM dataset', dataset_ids: [id] });
    await admin.call('POST', '/query/sql', { sql: 'DROP TABLE dataset', dataset_ids: [id] });
    await admin.fetch('GET', `/data/datasets/${id}/download?format=csv`);
    await admin.call('DELETE', `/data/datasets/${id}`);
    await admin.call('POST', `/data/datasets/${id}/restore`);
    await admin.call('GET', '/query/history');
    const broken = (await admin.ingest('broken.xlsx', 'PK\u0003\u0004 no workbook')).job_id;
    expect((await admin.call('POST', `/data/jobs/${broken}/retry`)).status).toBe(202);
    await admin.jobEnd(broken);
    await admin.call('POST', '/access/invitations', { email: 'new@lab.example', role: 'viewer' });
    await admin.call('GET', '/mail/outbox');
    const { items } = await events('limit=200');
    const done = items.map(({ action, outcome }) => `${action} ${outcome}`);
    for (const expected of [
      'session.started success',
      'upload.received success',
      'dataset.created success',
      'dataset.changed success',
      'query.run success',
      'query.run failure',
      'query.run refused',
      'dataset.downloaded success',
      'dataset.deleted success',
      'dataset.restored success',
      'job.retried success',
      'mail.read success',
    ])
      expect(done).toContain(expected);
    const { rows } = await server.platform.db.execute(
      `select tenant_id, details from audit_events where action = 'system.started'`,
    );
    expect(rows).toEqual([{ tenant_id: 'system', details: expect.stringContaining('settings_sha256') }]);
    const asked = items.find(({ action, outcome }) => action === 'query.run' && outcome === 'success');
    expect(JSON.stringify(items)).not.toContain('p1');
    const plain = createHash('sha256').update(select).digest('hex');
    expect(JSON.stringify(items)).not.toContain(plain);
    expect(asked?.details).toMatchObject({
      sql_hmac: expect.stringMatching(/^[0-9a-f]{64}$/),
      question_hmac: null,
      text_key: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const compare = async (text: string) =>
      (await admin.call('POST', `/audit/events/${asked?.event_id}/compare`, { text })).body;
    expect(await compare(select)).toEqual({ matches: [{ name: 'sql', kept_as: 'hmac_sha256' }] });
    expect(await compare(`${select} `)).toEqual({ matches: [] });
    const compared = await events('action=audit.compared');
    expect(compared.items.map(({ details }) => details)).toEqual([{ matches: '' }, { matches: 'sql' }]);
    expect(JSON.stringify(compared)).not.toContain('p1');
    const changed = items.find(({ action }) => action === 'dataset.changed');
    expect(changed?.before_sha256).not.toBe(changed?.after_sha256);
    expect(changed).toMatchObject({ object: { kind: 'dataset', id }, address: expect.any(String) });
  });

  it('compares texts also with events of before, which hold plain hashes', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const event = { tenantId: 'tnt_1', objectId: 'emg_1' };
    const details = {
      sql_sha256: sha256('SELECT 1'),
      question_sha256: null,
      reason_sha256: sha256('emg_1 a fall'),
    };
    const keys = { textMac: () => null };
    const names = (text: string) => namesOfText(event, details, text, keys);
    expect(names('SELECT 1')).toEqual([{ name: 'sql', kept_as: 'sha256' }]);
    expect(names('a fall')).toEqual([{ name: 'reason', kept_as: 'sha256' }]);
    expect(names('another')).toEqual([]);
  });

  it('has on record what somebody known was refused', async () => {
    const viewer = await server.colleague('viewer');
    expect((await viewer.call('GET', '/audit/events')).status).toBe(403);
    const { items } = await events('action=access.refused');
    expect(items[0]).toMatchObject({
      outcome: 'refused',
      actor: { name: 'Someone' },
      details: { code: 'FORBIDDEN', endpoint: 'listAuditEvents', permission: 'audit:read' },
    });
  });

  it('verifies, keeps the verdict on record and shows it', async () => {
    const found = await verified();
    expect(found).toMatchObject({ intact: true, findings: [] });
    expect(found.events).toBeGreaterThan(5);
    const { body } = await server.admin.call<AuditState>('GET', '/audit/state');
    expect(body.last_verification).toMatchObject({ intact: true, finding_count: 0, events: found.events });
    expect(body.public_keys).toHaveLength(1);
  });

  it('shows one event with its link and the signed head that covers it', async () => {
    await verified();
    const [event] = (await events('action=client.reported')).items;
    const { body } = await server.admin.call<AuditEventDetail>('GET', `/audit/events/${event?.event_id}`);
    expect(body).toMatchObject({
      intact: true,
      position: expect.any(Number),
      link: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      seal: { signature_valid: true },
    });
  });

  it('exports what can be checked elsewhere with the public key alone', async () => {
    const { body: state } = await server.admin.call<AuditState>('GET', '/audit/state');
    const key = createPublicKey(state.public_keys[0]?.public_key ?? '');
    const check = (signed: string, sha256: string, signature: string) => {
      expect(createHash('sha256').update(signed).digest('hex')).toBe(sha256);
      const message = Buffer.from(`stroma audit 1\nexport ${sha256}`);
      return verify(null, message, key, Buffer.from(signature, 'base64'));
    };
    const json = await (await server.admin.fetch('GET', '/audit/export?format=json')).text();
    const document = JSON.parse(json) as { events: AuditEvent[]; sha256: string; signature: string };
    expect(document.events.length).toBeGreaterThan(5);
    const signed = json.slice(0, json.lastIndexOf(',\n"sha256"'));
    expect(check(signed, document.sha256, document.signature)).toBe(true);
    expect(check(`${signed} `.trimEnd(), document.sha256, document.signature.replace(/^./, 'A'))).toBe(false);

    const csv = await (await server.admin.fetch('GET', '/audit/export?format=csv&action=client.')).text();
    const lines = csv.trimEnd().split('\r\n');
    const [, sha256 = '', signature = ''] =
      /^# sha256=(\w+) key_id=\w+ signature=(\S+)$/.exec(lines.at(-1) ?? '') ?? [];
    expect(check(csv.slice(0, csv.lastIndexOf('#')), sha256, signature)).toBe(true);
    expect(lines[0]).toContain('event_id,time,actor_id');
    expect((await events('action=audit.exported')).items).toHaveLength(2);
  });

  it('shows nothing of another organisation, and nothing to who may not see it', async () => {
    const stranger = await server.stranger();
    await stranger.call('POST', '/audit', { event: 'file-kept' });
    const [mine] = (await events('limit=1')).items;
    const theirs = (await stranger.call<Page>('GET', '/audit/events?limit=200')).body.items;
    expect(theirs.length).toBeGreaterThan(0);
    expect((await events('action=client.reported&search=file-kept')).items).toEqual([]);
    expect((await stranger.call('GET', `/audit/events/${mine?.event_id}`)).status).toBe(404);
    const exported = await (await stranger.fetch('GET', '/audit/export')).text();
    expect(exported).not.toContain(mine?.event_id);
  });

  it('shows the installation’s own events to who governs it, and to nobody else', async () => {
    const { items } = await events('installation=true&action=system.');
    expect(items.map(({ action }) => action)).toEqual(['system.started']);
    const detail = await server.admin.call('GET', `/audit/events/${items[0]?.event_id}`);
    expect(detail.status).toBe(200);
    const reviewer = await server.colleague('quality_assurance');
    expect((await reviewer.call('GET', '/audit/events')).status).toBe(200);
    expect((await reviewer.call('GET', '/audit/events?installation=true')).status).toBe(403);
    expect((await reviewer.call('GET', `/audit/events/${items[0]?.event_id}`)).status).toBe(404);
  });

  it('keeps a checkpoint outside, and tells by it that the end of the record was cut off', async () => {
    const kept = await server.admin.call<{ number: number }>('POST', '/audit/checkpoints');
    expect(kept.status).toBe(201);
    expect(kept.body).toMatchObject({ kept_in: ['file', 'object_store'], time_stamp: null });
    const { body } = await server.admin.call<{ items: unknown[] }>('GET', '/audit/checkpoints');
    expect(body.items).toHaveLength(1);
    const tables = ['audit_events', 'audit_links', 'audit_seals'];
    const each = (verb: string) => tables.map((t) => `alter table ${t} ${verb} trigger all;`).join('');
    await server.platform.db.execute(`
      begin; ${each('disable')}
      delete from audit_events where id in (select event_id from audit_links where position > 3) or id not in (select event_id from audit_links);
      delete from audit_links where position > 3;
      delete from audit_seals where number > 1;
      delete from audit_pending;
      ${each('enable')} commit`);
    const { intact, findings } = await verified();
    expect(intact).toBe(false);
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'tail_removed', seal: kept.body.number }),
    );
  });
});
