import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Backup, BackupPlan, Dataset, EncryptionState, Topic } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer, startProcess } from '../../data/data-server.suite.ts';

const main = resolve(import.meta.dirname, '../../main.ts');
const root = mkdtempSync(join(tmpdir(), 'stroma-backup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const passphrase = 'correct horse battery staple';
const table = (rows: number, tag: string) =>
  `id,word\n${Array.from({ length: rows }, (_, n) => `${n},${tag} ${n}`).join('\n')}\n`;

interface Operated {
  result?: Record<string, never> & { [key: string]: unknown };
  error?: { code: string; message: string };
}

/** As the command line does it: one order to the server's program. */
async function operate(
  folder: string,
  command: string,
  input: object,
  env: Record<string, string> = {},
): Promise<Operated> {
  const child = spawn(process.execPath, [main, 'operate'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, STROMA_DATA: folder, STROMA_DEMO: '0', ...env },
  });
  child.stdin.end(JSON.stringify({ command, input }));
  const lines = (await text(child.stdout)).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '{}');
}

async function rowsOf(person: Person, id: string): Promise<unknown> {
  return (await person.sql('select count(*) as n, min(word) as word from dataset', [id])).body;
}

describe('a backup of a running server', { timeout: 240_000 }, () => {
  const data = join(root, 'data');
  const target = join(root, 'backups');
  let file: string;
  let first: Dataset;
  let last: Dataset;
  let topic: Topic;
  const batches = 400;
  let keptAtLeast = 0;

  it('is made while files are read, without stopping anything', async () => {
    await mkdir(data);
    const running = await startProcess(data, { STROMA_ENCRYPT_OBJECTS: '1' });
    try {
      first = await running.person.dataset('first.csv', table(2000, 'secret'));
      const columns = [{ name: 'n', type: 'integer', required: true }];
      ({ body: topic } = await running.person.call<Topic>('POST', '/data/topics', {
        name: 'beats',
        columns,
      }));
      let told = 0;
      const streaming = (async () => {
        for (let n = 0; n < batches; n += 1)
          if ((await running.person.call('POST', '/streams/beats', [{ n }])).status === 201) told += 1;
      })();
      await expect.poll(() => told).toBeGreaterThan(3);
      const land = () => running.person.call('POST', `/data/topics/${topic.topic_id}/land`);
      expect((await land()).status).toBe(200);
      const toldBefore = told;
      const during = running.person.dataset('during.csv', table(20_000, 'later'));
      const { result, error } = await operate(data, 'backup', { target, passphrase, verify: true });
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ status: 'kept', verify_error: null, target });
      file = join(target, String(result?.name));
      await during;
      await streaming;
      expect(toldBefore).toBeLessThan(batches);
      keptAtLeast = toldBefore;
      last = await running.person.dataset('after.csv', table(10, 'after the backup'));
      expect((await running.person.call<Backup>('GET', '/backups')).body).toMatchObject({
        items: [{ name: result?.name, trigger: 'command', status: 'kept', verify_error: null }],
      });
    } finally {
      running.process.kill('SIGTERM');
      await once(running.process, 'exit');
    }
    expect(readFileSync(file).includes('secret')).toBe(false);
    expect(readdirSync(target)).toHaveLength(1);
  });

  it('says whether it is whole, to who knows the passphrase', async () => {
    const whole = await operate(data, 'check-backup', { address: file, passphrase });
    expect(whole.result).toMatchObject({ objects: expect.any(Number), rows: expect.any(Number) });
    const wrong = await operate(data, 'check-backup', { address: file, passphrase: 'wrong horse battery' });
    expect(wrong.error?.code).toBe('WRONG_PASSPHRASE');
    const damaged = join(root, 'stroma-20260101T000000Z-00000000.backup');
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    expect((await operate(data, 'check-backup', { address: damaged, passphrase })).error?.code).toBe(
      'SEAL_BROKEN',
    );
  });

  it('overwrites nothing', async () => {
    const { error } = await operate(data, 'restore', { address: file, passphrase });
    expect(error?.code).toBe('CONFLICT');
    const wrong = join(root, 'wrong');
    expect(
      (await operate(wrong, 'restore', { address: file, passphrase: 'wrong horse battery' })).error?.code,
    ).toBe('WRONG_PASSPHRASE');
    expect(readdirSync(root).filter((name) => name.startsWith('wrong'))).toEqual([]);
  });

  it('comes back into an empty folder as it was, and is on its record', async () => {
    const restored = join(root, 'restored');
    const { result, error } = await operate(restored, 'restore', { address: file, passphrase });
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ opened: true, keys_elsewhere: [] });
    const server = await startDataServer({ STROMA_ENCRYPT_OBJECTS: '1' }, restored);
    try {
      expect(await rowsOf(server.admin, first.dataset_id)).toMatchObject({ rows: [[2000, 'secret 0']] });
      expect((await server.admin.call('GET', `/data/datasets/${last.dataset_id}`)).status).toBe(404);
      const { body: kept } = await server.admin.call<Topic>('GET', `/data/topics/${topic.topic_id}`);
      expect(kept.next_offset).toBeGreaterThanOrEqual(keptAtLeast);
      expect(kept.next_offset).toBeGreaterThan(kept.landed_offset);
      await server.admin.call('POST', '/streams/beats', [{ n: kept.next_offset }]);
      await server.admin.call('POST', `/data/topics/${topic.topic_id}/land`);
      const all = await server.admin.sql('select n, event_offset from dataset order by 2', [
        topic.dataset_id,
      ]);
      expect(all.body.rows).toEqual(Array.from({ length: kept.next_offset + 1 }, (_, n) => [n, n]));
      const { rows } = await server.platform.db.execute(
        `select outcome from audit_events where action = 'backup.restored'`,
      );
      expect(rows).toEqual([{ outcome: 'success' }]);
    } finally {
      await server.close();
    }
  });
});

describe('backups by page and by schedule', { timeout: 240_000 }, () => {
  const target = join(root, 'planned');
  let server: DataServer;
  beforeAll(async () => {
    server = await startDataServer({
      STROMA_BACKUP_TARGET: target,
      STROMA_BACKUP_PASSPHRASE: passphrase,
      STROMA_BACKUP_CRON: '15 1 * * *',
      STROMA_BACKUP_KEEP: '1',
    });
  });
  afterAll(() => server.close());

  const list = async () => (await server.admin.call<{ items: Backup[] }>('GET', '/backups')).body.items;
  const makeOne = async () => {
    const { status, body } = await server.admin.call<{ job_id: string }>('POST', '/backups');
    expect(status).toBe(202);
    return await server.admin.jobEnd(body.job_id);
  };

  it('tells the plan, and who may not see it', async () => {
    const { body } = await server.admin.call<BackupPlan>('GET', '/backups/plan');
    expect(body).toMatchObject({ target, cron: '15 1 * * *', keep: 1, passphrase_set: true });
    expect(body.next_at).toMatch(/T01:15:00/);
    const viewer = await server.colleague('viewer');
    for (const [method, path] of [
      ['GET', '/backups'],
      ['GET', '/backups/plan'],
      ['POST', '/backups'],
      ['GET', '/encryption'],
      ['POST', '/encryption/rotate'],
    ] as const)
      expect((await viewer.call(method, path)).status).toBe(403);
  });

  it('makes one on demand, checks it, and keeps as many as were asked for', async () => {
    for (let n = 0; n < 2; n++) expect((await makeOne()).status).toBe('succeeded');
    const [newest, oldest] = await list();
    expect(newest).toMatchObject({ status: 'kept', trigger: 'person', verified_at: null });
    expect(oldest?.status).toBe('removed');
    expect(readdirSync(target)).toHaveLength(1);
    const { body } = await server.admin.call<{ job_id: string }>(
      'POST',
      `/backups/${newest?.backup_id}/verify`,
    );
    expect((await server.admin.jobEnd(body.job_id)).result).toMatchObject({ error: null });
    expect((await list())[0]).toMatchObject({ verified_at: expect.any(String), verify_error: null });
  });

  it('shows that a kept backup was damaged, and one that could not be made', async () => {
    const [newest] = await list();
    writeFileSync(join(target, newest?.name ?? ''), 'nothing of it is left');
    const { body } = await server.admin.call<{ job_id: string }>(
      'POST',
      `/backups/${newest?.backup_id}/verify`,
    );
    await server.admin.jobEnd(body.job_id);
    expect((await list())[0]?.verify_error).toMatchObject({ code: 'MALFORMED_FILE' });

    rmSync(target, { recursive: true });
    writeFileSync(target, 'a file where the folder should be');
    const failed = await makeOne();
    expect(failed.status).toBe('failed');
    expect((await list())[0]).toMatchObject({ status: 'failed', error: { code: 'STORAGE_UNAVAILABLE' } });
  });

  it('rotates the key-encryption key while everything stays readable', async () => {
    const dataset = await server.admin.dataset('rotated.csv', table(10, 'word'));
    await server.platform.keys.encrypt(Buffer.from('x'), 'note', 'row_1');
    const before = (await server.admin.call<EncryptionState>('GET', '/encryption')).body;
    const { status, body } = await server.admin.call<{ job_id: string; key_id: string }>(
      'POST',
      '/encryption/rotate',
    );
    expect(status).toBe(202);
    expect(body.key_id).not.toBe(before.key_id);
    expect((await server.admin.jobEnd(body.job_id)).status).toBe('succeeded');
    const after = (await server.admin.call<EncryptionState>('GET', '/encryption')).body;
    expect(after).toMatchObject({
      key_id: body.key_id,
      to_rewrap: 0,
      provider: 'file',
      objects_encrypted: false,
    });
    expect(await rowsOf(server.admin, dataset.dataset_id)).toMatchObject({ rows: [[10, 'word 0']] });
    const { rows } = await server.platform.db.execute(
      `select outcome from audit_events where action = 'encryption-key.rotated'`,
    );
    expect(rows).toEqual([{ outcome: 'success' }]);
  });
});
