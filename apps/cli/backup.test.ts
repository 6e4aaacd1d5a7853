import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Place } from './cli-process.suite.ts';

const place = new Place();
afterAll(() => place.remove());

const env = {
  STROMA_DATA: join(place.folder, 'data'),
  STROMA_DEMO: '0',
  STROMA_BACKUP_PASSPHRASE: 'correct horse battery',
};

describe('stroma keys, backup and restore, without a server', { timeout: 240_000 }, () => {
  it('shows the key in use, and puts a new one in use', async () => {
    const before = await place.run(['keys', '--json'], { env });
    const state = JSON.parse(before.out);
    expect(state).toMatchObject({ provider: 'file', to_rewrap: 0 });
    const rotated = await place.run(['keys', 'rotate', '--json'], { env });
    expect(rotated.status).toBe(0);
    expect(JSON.parse(rotated.out)).toMatchObject({ left: 0 });
    expect(JSON.parse(rotated.out).key_id).not.toBe(state.key_id);
    expect((await place.run(['keys', 'turn'], { env })).status).toBe(2);
  });

  it('makes a backup, looks at it, and brings it back into an empty folder alone', async () => {
    const target = join(place.folder, 'backups');
    const made = await place.run(['backup', target], { env });
    expect(made).toMatchObject({ status: 0 });
    expect(made.out).toMatch(/\.backup: \d.*MB, 0 objects\./);
    const [name = ''] = readdirSync(target);
    const file = join(target, name);
    const looked = await place.run(['backup', '--check', file], { env });
    expect(looked.out).toMatch(/^Whole: made 20/);
    const filled = await place.run(['restore', file, '--json'], { env });
    expect(filled.status).toBe(1);
    expect(JSON.parse(filled.out).error.code).toBe('CONFLICT');
    const elsewhere = { ...env, STROMA_DATA: join(place.folder, 'restored') };
    const restored = await place.run(['restore', file], { env: elsewhere });
    expect(restored).toMatchObject({ status: 0 });
    expect(restored.out).toMatch(/^Restored \d+ files with 0 objects/);
    expect(readdirSync(elsewhere.STROMA_DATA)).toEqual(expect.arrayContaining(['keys', 'store']));
  });

  it('asks for a passphrase, and says so where it cannot', async () => {
    const { STROMA_BACKUP_PASSPHRASE: _, ...without } = env;
    const { status, err } = await place.run(['backup', join(place.folder, 'none')], { env: without });
    expect(status).toBe(1);
    expect(err).toContain('STROMA_BACKUP_PASSPHRASE');
  });
});
