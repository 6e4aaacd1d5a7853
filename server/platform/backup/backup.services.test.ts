import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { startDataServer } from '../../data/data-server.suite.ts';
import { readConfig } from '../config/read-config.ts';
import { testDatabaseUrl } from '../db/test-database.suite.ts';
import { openTarget } from './open-target.ts';
import { restoreBackup } from './restore-backup.ts';

const passphrase = 'correct horse battery staple';
const root = mkdtempSync(join(tmpdir(), 'stroma-pg-backup-'));
const made: string[] = [];
afterAll(async () => {
  for (const name of made) await administer(`drop database if exists ${name} with (force)`);
  rmSync(root, { recursive: true, force: true });
});

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: testDatabaseUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function newDatabase(): Promise<string> {
  const name = `stroma_test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name}`);
  made.push(name);
  const url = new URL(testDatabaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

describe.skipIf(testDatabaseUrl === '')('a backup of PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  it('is made beside the work, checked, and comes back into an empty database alone', async () => {
    const target = join(root, 'backups');
    const settings = { STROMA_BACKUP_TARGET: target, STROMA_BACKUP_PASSPHRASE: passphrase };
    const first = join(root, 'first');
    const url = await newDatabase();
    const server = await startDataServer({ ...settings, DATABASE_URL: url }, first);
    const dataset = await server.admin.dataset('kept.csv', 'id,word\n1,one\n2,two\n');
    const { body } = await server.admin.call<{ job_id: string }>('POST', '/backups');
    const job = await server.admin.jobEnd(body.job_id);
    expect(job.error).toBeNull();
    const checking = await server.admin.call<{ job_id: string }>(
      'POST',
      `/backups/${job.result?.backup_id}/verify`,
    );
    expect((await server.admin.jobEnd(checking.body.job_id)).result).toMatchObject({ error: null });
    await server.close();

    const [name = ''] = readdirSync(target);
    const restored = join(root, 'restored');
    const into = async (database: string | undefined, folder = restored) => {
      const { config } = readConfig({
        STROMA_DATA: folder,
        ...(database === undefined ? {} : { DATABASE_URL: database }),
      });
      return await restoreBackup(config, await (await openTarget(target, config)).open(name), passphrase);
    };
    await expect(into(url)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(into(undefined)).rejects.toMatchObject({ code: 'CONFLICT' });
    const empty = await newDatabase();
    expect(await into(empty)).toMatchObject({ objects: expect.any(Number) });
    const again = await startDataServer({ DATABASE_URL: empty }, restored);
    const answer = await again.admin.sql('select count(*) as n from dataset', [dataset.dataset_id]);
    expect(answer.body.rows).toEqual([[2]]);
    await again.close();
  });
});
