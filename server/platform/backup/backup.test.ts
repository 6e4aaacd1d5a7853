import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Backup, BackupPlan, Dataset, EncryptionState, Topic } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { readConfig } from '../config/read-config.ts';
import { openTarget } from './open-target.ts';
import { restoreBackup } from './restore-backup.ts';

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

const nextTurn = () => new Promise((done) => setTimeout(done, 5));

describe('backups of a server', { timeout: 240_000 }, () => {
  const data = join(root, 'data');
  const target = join(root, 'backups');
  const aside = join(root, 'aside');
  const settings = {
    STROMA_ENCRYPT_OBJECTS: '1',
    STROMA_BACKUP_TARGET: target,
    STROMA_BACKUP_PASSPHRASE: passphrase,
    STROMA_BACKUP_CRON: '15 1 * * *',
    STROMA_BACKUP_KEEP: '1',
  };
  let server: DataServer;
  /** The first of them, away from what is aged out, and what was there when it was made. */
  let name: string;
  let first: Dataset;
  let last: Dataset;
  let topic: Topic;
  let keptAtLeast = 0;
  beforeAll(async () => {
    mkdirSync(data);
    mkdirSync(aside);
    server = await startDataServer(settings, data);
  });
  afterAll(() => server.close());

  const list = async () => (await server.admin.call<{ items: Backup[] }>('GET', '/backups')).body.items;
  const makeOne = async () => {
    const { status, body } = await server.admin.call<{ job_id: string }>('POST', '/backups');
    expect(status).toBe(202);
    return await server.admin.jobEnd(body.job_id);
  };
  const verify = async (backupId: string | undefined) => {
    const { body } = await server.admin.call<{ job_id: string }>('POST', `/backups/${backupId}/verify`);
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

  it('one is made by command while files and events come in, without stopping anything', async () => {
    const { admin } = server;
    first = await admin.dataset('first.csv', table(2000, 'secret'));
    const columns = [{ name: 'n', type: 'integer', required: true }];
    ({ body: topic } = await admin.call<Topic>('POST', '/data/topics', { name: 'beats', columns }));
    let told = 0;
    let made = false;
    const streaming = (async () => {
      for (let n = 0; !made; n += 1, await nextTurn())
        if ((await admin.call('POST', '/streams/beats', [{ n }])).status === 201) told += 1;
    })();
    await expect.poll(() => told).toBeGreaterThan(3);
    expect((await admin.call('POST', `/data/topics/${topic.topic_id}/land`)).status).toBe(200);
    keptAtLeast = told;
    const during = admin.dataset('during.csv', table(5000, 'later'));
    const { result, error } = await operate(data, 'backup', { target, passphrase, verify: false });
    made = true;
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ status: 'kept', verified_at: null, target });
    await during;
    await streaming;
    expect(told).toBeGreaterThan(keptAtLeast);
    last = await admin.dataset('after.csv', table(10, 'after the backup'));
    expect(await list()).toMatchObject([{ name: result?.name, trigger: 'command', status: 'kept' }]);
    name = String(result?.name);
    expect(readdirSync(target)).toEqual([name]);
    copyFileSync(join(target, name), join(aside, name));
    expect(readFileSync(join(aside, name)).includes('secret')).toBe(false);
  });

  it('one is made on demand and checked, and as many are kept as were asked for', async () => {
    expect((await makeOne()).status).toBe('succeeded');
    const [newest, oldest] = await list();
    expect(newest).toMatchObject({ status: 'kept', trigger: 'person', verified_at: null });
    expect(oldest).toMatchObject({ name, status: 'removed' });
    expect(readdirSync(target)).toEqual([newest?.name]);
    expect((await verify(newest?.backup_id)).result).toMatchObject({ error: null });
    expect((await list())[0]).toMatchObject({ verified_at: expect.any(String), verify_error: null });
  });

  it('shows that a kept backup was damaged, and one that could not be made', async () => {
    const [newest] = await list();
    const file = join(target, newest?.name ?? '');
    const bytes = readFileSync(file);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await verify(newest?.backup_id);
    expect((await list())[0]?.verify_error).toMatchObject({ code: 'SEAL_BROKEN' });

    rmSync(target, { recursive: true });
    writeFileSync(target, 'a file where the folder should be');
    expect((await makeOne()).status).toBe('failed');
    expect((await list())[0]).toMatchObject({ status: 'failed', error: { code: 'STORAGE_UNAVAILABLE' } });
  });

  it('rotates the key-encryption key while everything stays readable', async () => {
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
      objects_encrypted: true,
    });
    expect(await rowsOf(server.admin, last.dataset_id)).toMatchObject({ rows: [[10, 'after the backup 0']] });
    const { rows } = await server.platform.db.execute(
      `select outcome from audit_events where action = 'encryption-key.rotated'`,
    );
    expect(rows).toEqual([{ outcome: 'success' }]);
  });

  describe('of which one is brought back', () => {
    const configOf = (folder: string) => readConfig({ STROMA_DATA: folder }).config;
    const sourceOf = async (file: string) => (await openTarget(aside, configOf(data))).open(file);

    it('overwrites nothing', async () => {
      const restore = async (folder: string, phrase: string) =>
        restoreBackup(configOf(folder), await sourceOf(name), phrase);
      await expect(restore(data, passphrase)).rejects.toMatchObject({ code: 'CONFLICT' });
      const wrong = join(root, 'wrong');
      await expect(restore(wrong, 'wrong horse battery')).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' });
      expect(readdirSync(root).filter((each) => each.startsWith('wrong'))).toEqual([]);
    });

    it('comes back into an empty folder as it was, and is on its record', async () => {
      const folder = join(root, 'restored');
      const { result, error } = await operate(folder, 'restore', { address: join(aside, name), passphrase });
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ opened: true, keys_elsewhere: [] });
      const restored = await startDataServer({ STROMA_ENCRYPT_OBJECTS: '1' }, folder);
      try {
        expect(await rowsOf(restored.admin, first.dataset_id)).toMatchObject({ rows: [[2000, 'secret 0']] });
        expect((await restored.admin.call('GET', `/data/datasets/${last.dataset_id}`)).status).toBe(404);
        const { body: kept } = await restored.admin.call<Topic>('GET', `/data/topics/${topic.topic_id}`);
        expect(kept.next_offset).toBeGreaterThanOrEqual(keptAtLeast);
        expect(kept.next_offset).toBeGreaterThan(kept.landed_offset);
        await restored.admin.call('POST', '/streams/beats', [{ n: kept.next_offset }]);
        await restored.admin.call('POST', `/data/topics/${topic.topic_id}/land`);
        const all = await restored.admin.sql('select n, event_offset from dataset order by 2', [
          topic.dataset_id,
        ]);
        expect(all.body.rows).toEqual(Array.from({ length: kept.next_offset + 1 }, (_, n) => [n, n]));
        const { rows } = await restored.platform.db.execute(
          `select outcome from audit_events where action = 'backup.restored'`,
        );
        expect(rows).toEqual([{ outcome: 'success' }]);
      } finally {
        await restored.close();
      }
    });
  });
});
