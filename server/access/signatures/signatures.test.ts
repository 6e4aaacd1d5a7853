import type { Dataset, Signature, SignatureSubject } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, password, startDataServer } from '../../data/data-server.suite.ts';
import { renderSignature } from './signature-document.ts';

describe('electronic signatures', () => {
  let server: DataServer;
  let dataset: Dataset;
  let object: { kind: string; id: string };
  beforeAll(async () => {
    server = await startDataServer();
    dataset = await server.admin.dataset('doses.csv', 'patient,dose_mg\n1,5\n2,10\n');
    object = { kind: 'dataset_version', id: dataset.version.version_id };
  });
  afterAll(() => server.close());

  const subject = async (who: Person, of = object) =>
    (await who.call<SignatureSubject>('GET', `/signatures/subject?${new URLSearchParams(of)}`)).body;
  const sign = async (who: Person, part: object = {}) =>
    who.call<Signature & { error: { code: string } }>('POST', '/signatures', {
      object,
      content_sha256: (await subject(who)).content_sha256,
      meaning: 'reviewed',
      time_zone: 'Europe/Berlin',
      password,
      ...part,
    });
  const tamper = (statement: string) =>
    server.platform.db.execute(
      `begin; alter table signatures disable trigger all; ${statement}; alter table signatures enable always trigger signatures_stay; commit`,
    );

  it('bind a person, a meaning and a time to the content, and are shown with all of them', async () => {
    const { status, body } = await sign(server.admin, { comment: 'Checked against the source.' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      state: 'valid',
      meaning: 'reviewed',
      method: 'password',
      time_zone: 'Europe/Berlin',
      comment: 'Checked against the source.',
      object: { ...object, label: 'doses, version 1' },
    });
    expect(body.rendering).toMatch(
      /^Reviewed by .+ on \d{1,2} \w+ \d{4} at \d\d:\d\d:\d\d GMT\+[12] \(Europe\/Berlin\)$/,
    );
    const { signatures } = await subject(server.admin);
    expect(signatures).toEqual([body]);
    const one = await server.admin.call<Signature>('GET', `/signatures/${body.signature_id}`);
    expect(one.body).toEqual(body);
    const listed = await server.admin.call<{ items: Signature[] }>(
      'GET',
      `/signatures?object_id=${object.id}&meaning=reviewed`,
    );
    expect(listed.body.items).toEqual([body]);
  });

  it('are not made without proof of who signs, and the try is on record', async () => {
    const wrong = await sign(server.admin, { meaning: 'approved', password: 'somebody else’s' });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'WRONG_CREDENTIALS']);
    const codeAlone = await sign(server.admin, { meaning: 'approved', password: undefined, code: '123456' });
    expect([codeAlone.status, codeAlone.body.error.code]).toEqual([400, 'INVALID_INPUT']);
    const none = await sign(server.admin, { meaning: 'approved', password: undefined });
    expect(none.status).toBe(400);
    expect((await subject(server.admin)).signatures.map(({ meaning }) => meaning)).toEqual(['reviewed']);
    const { body } = await server.admin.call<{ items: { action: string; object: unknown }[] }>(
      'GET',
      '/audit/events?action=signature.',
    );
    expect(body.items.map(({ action }) => action)).toEqual([
      'signature.refused',
      'signature.refused',
      'signature.refused',
      'signature.made',
    ]);
    expect(body.items[3]?.object).toEqual(object);
  });

  it('are not made twice, nor under a content that is not the one that was seen', async () => {
    expect((await sign(server.admin)).status).toBe(409);
    const stale = await sign(server.admin, { meaning: 'approved', content_sha256: 'a'.repeat(64) });
    expect(stale.status).toBe(409);
    expect((await sign(server.admin, { object: { kind: 'dataset_version', id: 'ver_none' } })).status).toBe(
      404,
    );
    expect((await sign(server.admin, { object: { kind: 'cat', id: 'x' } })).status).toBe(404);
    expect((await sign(server.admin, { time_zone: 'Mars/Olympus' })).status).toBe(400);
    expect((await sign(server.admin, { meaning: 'liked' })).status).toBe(400);
  });

  it('stay with the version they are of: a new version has none', async () => {
    await server.admin.ingest('doses.csv', 'patient,dose_mg\n1,5\n2,11\n', {
      dataset_id: dataset.dataset_id,
    });
    const { body } = await server.admin.call<Dataset>('GET', `/data/datasets/${dataset.dataset_id}`);
    const next = { kind: 'dataset_version', id: body.version.version_id };
    expect(next.id).not.toBe(object.id);
    expect((await subject(server.admin, next)).signatures).toEqual([]);
    expect((await subject(server.admin)).signatures[0]?.state).toBe('valid');
  });

  it('are invalid once the content is something else', async () => {
    const change = (to: string) =>
      server.platform.db.execute(
        `update dataset_versions set content_sha256 = '${to}' where id = '${object.id}'`,
      );
    const { rows } = await server.platform.db.execute(
      `select content_sha256 from dataset_versions where id = '${object.id}'`,
    );
    await change('b'.repeat(64));
    expect((await subject(server.admin)).signatures[0]?.state).toBe('content_changed');
    await change(String(rows[0]?.content_sha256));
    expect((await subject(server.admin)).signatures[0]?.state).toBe('valid');
  });

  it('cannot be changed or removed in the store, and show it when they were', async () => {
    for (const statement of [
      `update signatures set meaning = 'approved'`,
      'delete from signatures',
      'truncate signatures',
    ])
      await expect(server.platform.db.execute(statement)).rejects.toThrow(/append-only|permission denied/);
    await tamper(`update signatures set meaning = 'approved'`);
    expect((await subject(server.admin)).signatures[0]?.state).toBe('broken');
    await tamper(`update signatures set meaning = 'reviewed'`);
    await tamper(
      `update signatures set document = replace(document, 'reviewed', 'approved'), meaning = 'approved'`,
    );
    expect((await subject(server.admin)).signatures[0]).toMatchObject({ state: 'broken' });
  });

  it('are seen and made by nobody of another organisation, made by no viewer, seen by every reader', async () => {
    const stranger = await server.stranger();
    const query = new URLSearchParams(object);
    expect((await stranger.call('GET', `/signatures/subject?${query}`)).status).toBe(404);
    expect(
      (
        await stranger.call('POST', '/signatures', {
          object,
          content_sha256: 'a'.repeat(64),
          meaning: 'approved',
          password,
        })
      ).status,
    ).toBe(404);
    expect((await stranger.call<{ items: [] }>('GET', '/signatures')).body.items).toEqual([]);
    const viewer = await server.colleague('viewer');
    expect((await sign(viewer)).status).toBe(403);
    expect((await subject(viewer)).signatures).toHaveLength(1);
  });

  it('say the time of the signer’s own zone', () => {
    const of = {
      signer: { id: 'usr_1', name: 'Ada Lovelace' },
      meaning: 'approved' as const,
      signed_at: '2026-11-21T13:05:09.123Z',
    };
    expect(renderSignature({ ...of, time_zone: 'Europe/Berlin' })).toBe(
      'Approved by Ada Lovelace on 21 November 2026 at 14:05:09 GMT+1 (Europe/Berlin)',
    );
    expect(renderSignature({ ...of, time_zone: 'Asia/Kolkata' })).toBe(
      'Approved by Ada Lovelace on 21 November 2026 at 18:35:09 GMT+5:30 (Asia/Kolkata)',
    );
  });
});
