import { StromaError } from '@stroma/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, password, startDataServer } from '../data-server.suite.ts';
import { filesQuoting, her, Officer, tablesQuoting, visits } from './erasures.suite.ts';

describe('an erasure that is ended half-way', () => {
  let server: DataServer;
  let officer: Officer;

  beforeAll(async () => {
    server = await startDataServer({ STROMA_ENCRYPT_OBJECTS: '1' });
    officer = new Officer(server.admin);
  });
  afterAll(() => server.close());

  it('goes on where it was, does nothing twice, and leaves no key of what it destroyed', async () => {
    const { admin, platform } = server;
    const mixed = await admin.dataset('visits.csv', visits());
    const only = await admin.dataset(
      'diary.csv',
      'email,mood\nada@lovelace.example,1\nada@lovelace.example,2\n',
    );
    const gone = await admin.dataset(
      'old.csv',
      'email,mood\nada@lovelace.example,3\nalan@turing.example,2\n',
    );
    await admin.call('DELETE', `/data/datasets/${gone.dataset_id}`);
    const doctors = await admin.dataset('doctors.csv', 'patient,doctor\n1,Ada Lovelace\n2,Alan Turing\n');
    const account = (await admin.call<{ user: { user_id: string } }>('GET', '/auth/session')).body.user
      .user_id;
    await admin.call('POST', '/access/invitations', { email: 'ada@lovelace.example', role: 'viewer' });
    const { rows: people } = await platform.db.execute(
      `insert into users (id, tenant_id, email, name, role) select 'usr_00000000-0000-7000-8000-000000000001',
        tenant_id, 'ada@lovelace.example', 'Ada Lovelace', 'viewer' from users where id = $1 returning id`,
      [account],
    );
    const userId = String(people[0]?.id);
    const request = await officer.request();
    await officer.search(request);
    const plan = await officer.plan(request);
    const treatments = Object.fromEntries(plan.datasets.map((each) => [each.dataset_id, each.treatment]));
    expect(treatments).toEqual({
      [mixed.dataset_id]: 'rewrite',
      [only.dataset_id]: 'purge',
      [gone.dataset_id]: 'purge',
      [doctors.dataset_id]: 'rewrite',
    });
    expect(plan.accounts).toMatchObject([{ user_id: userId, held: false }]);

    const { putFile } = platform.objects;
    let deaths = 0;
    // What a process that dies leaves behind: all is written, nothing is registered.
    platform.objects.putFile = async (key, ...rest) => {
      const stored = await putFile.call(platform.objects, key, ...rest);
      if (!key.startsWith('raw/')) return stored;
      platform.objects.putFile = putFile;
      throw new StromaError('STORAGE_UNAVAILABLE', 'The disk was full.');
    };
    const removeMail = platform.mail.remove;
    platform.mail.remove = async (...given) => {
      await removeMail.call(platform.mail, ...given);
      platform.mail.remove = removeMail;
      throw new StromaError('STORAGE_UNAVAILABLE', 'The disk was slow.');
    };
    const remove = platform.objects.delete;
    platform.objects.delete = async (key) => {
      if (deaths < 1) {
        deaths += 1;
        throw new StromaError('STORAGE_UNAVAILABLE', 'The disk was pulled out.');
      }
      return remove.call(platform.objects, key);
    };
    const certificate = await officer.erased(request, {
      erase_accounts: [userId],
      words_only_datasets: [doctors.dataset_id],
    });
    expect(deaths).toBe(1);
    const { versions, objects, verification, accounts, mail } = certificate.certificate;
    expect(mail).toBe(1);
    expect(verification.remains).toEqual([]);
    expect(versions.map(({ dataset_id }) => dataset_id).sort()).toEqual(Object.keys(treatments).sort());
    expect(accounts).toBe(1);
    expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
    expect(objects.every(({ key_destroyed }) => key_destroyed)).toBe(true);
    for (const { key } of objects) expect(await platform.keys.hasAny(`objects/${key}`)).toBe(false);

    const named = await platform.db.execute('select raw_key from dataset_versions');
    const kept = new Set(named.rows.map(({ raw_key }) => raw_key));
    for await (const key of platform.objects.list('raw/')) expect(kept).toContain(key);

    const stays = await admin.sql('SELECT * FROM dataset ORDER BY 1', [doctors.dataset_id]);
    expect(stays.body.rows).toEqual([
      [1, '[erased]'],
      [2, 'Alan Turing'],
    ]);
    expect((await admin.call('GET', `/data/datasets/${only.dataset_id}`)).status).toBe(404);
    expect((await admin.call('POST', `/data/datasets/${gone.dataset_id}/restore`)).status).toBe(404);
    expect((await admin.call('GET', `/access/members/${userId}`)).status).toBe(404);
    expect(await filesQuoting(server.folder, her)).toEqual([]);
    expect(await tablesQuoting(server, her)).toEqual([]);
    const again = await officer.erase(request, await officer.plan(request));
    expect([again.status, again.body.error.message]).toEqual([409, 'The person was erased already.']);
  }, 120_000);

  it('keeps what was signed unless who executes decides otherwise', async () => {
    const { admin } = server;
    const signed = await admin.dataset(
      'signed.csv',
      'email,dose\nmary@anning.example,1\njohn@snow.example,2\n',
    );
    const object = { kind: 'dataset_version', id: signed.version.version_id };
    const subject = await admin.call<{ content_sha256: string }>(
      'GET',
      `/signatures/subject?${new URLSearchParams(object)}`,
    );
    const made = await admin.call('POST', '/signatures', {
      object,
      content_sha256: subject.body.content_sha256,
      meaning: 'approved',
      password,
    });
    expect(made.status).toBe(201);
    const request = await officer.request({ subject: 'Mary Anning', identifiers: ['mary@anning.example'] });
    await officer.search(request);
    const plan = await officer.plan(request);
    expect(plan.datasets).toMatchObject([{ treatment: 'keep', ground: 'signed_record', may_choose: true }]);
    const { certificate } = await officer.erased(request);
    expect(certificate.versions).toEqual([]);
    expect(certificate.kept).toContainEqual(
      expect.objectContaining({ what: 'datasets', ground: 'signed_record' }),
    );
    expect(certificate.verification.complete).toBe(true);

    const second = await officer.request({ subject: 'Mary Anning', identifiers: ['mary@anning.example'] });
    await officer.search(second);
    const erased = await officer.erased(second, { erase_signed_datasets: [signed.dataset_id] });
    expect(erased.certificate.versions).toMatchObject([
      { version_id: signed.version.version_id, rows_erased: 1 },
    ]);
    const { body } = await admin.call<{ items: { state: string }[] }>(
      'GET',
      `/signatures?object_id=${signed.version.version_id}`,
    );
    expect(body.items.map(({ state }) => state)).toEqual(['object_gone']);
  }, 120_000);
});
