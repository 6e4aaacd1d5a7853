import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openFolderStore } from './folder-store.ts';
import { describeObjectStore } from './object-store.suite.ts';

const roots: string[] = [];
async function newRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'stroma-objects-'));
  roots.push(root);
  return root;
}
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))));

describeObjectStore('folder', async () => await openFolderStore(await newRoot()));

describe('folder store', () => {
  let root: string;
  beforeEach(async () => {
    root = await newRoot();
  });

  it('finds everything again after it was closed', async () => {
    const stored = await (await openFolderStore(root)).put('a/b', Buffer.from('content'));
    expect(await (await openFolderStore(root)).stat('a/b')).toEqual(stored);
  });

  it('is closed to other accounts of the machine, while a link can lend one file', async () => {
    const store = await openFolderStore(root);
    await store.put('k', Buffer.from('x'));
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect((await stat(await store.localPath('k'))).mode & 0o777).toBe(0o644 & ~process.umask());
  });

  it('moves a file of the same disk instead of copying it', async () => {
    const store = await openFolderStore(root);
    const path = join(root, 'upload');
    await writeFile(path, 'moved');
    const { ino } = await stat(path);
    await store.putFile('k', path);
    expect((await stat(await store.localPath('k'))).ino).toBe(ino);
  });

  it('keeps the file where it was when it cannot be stored', async () => {
    const store = await openFolderStore(root);
    const path = join(root, 'upload');
    await writeFile(path, 'precious');
    await rm(join(root, 'data'), { recursive: true });
    await writeFile(join(root, 'data'), 'in the way');
    await expect(store.putFile('a/k', path)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('sees that a recorded hash is of another file, as after a kill between record and rename', async () => {
    const store = await openFolderStore(root);
    const first = await store.put('k', Buffer.from('first'));
    const old = join(root, 'kept');
    await writeFile(old, await readFile(await store.localPath('k')));
    await store.put('k', Buffer.from('other'));
    await writeFile(await store.localPath('k'), 'first');
    await utimes(await store.localPath('k'), 1, 1);
    expect(await store.stat('k')).toEqual(first);
  });

  it('makes a lost or damaged record anew', async () => {
    const store = await openFolderStore(root);
    const stored = await store.put('k', Buffer.from('content'));
    await rm(join(root, 'index', 'k'));
    expect(await store.stat('k')).toEqual(stored);
    await writeFile(join(root, 'index', 'k'), '{"bytes":');
    expect(await store.stat('k')).toEqual(stored);
  });

  it('sweeps what dead writers left, and nothing of the living', async () => {
    await openFolderStore(root);
    const incoming = join(root, 'incoming');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const ours = (await import('./durable-files.ts')).temporaryName().split('-')[0];
    const names = {
      dead: `${ours}-${child.pid}-aa.tmp`,
      alive: `${ours}-${process.ppid}-bb.tmp`,
      elsewhere: 'ffffffff-1-cc.tmp',
      ancient: 'ffffffff-1-dd.tmp',
    };
    for (const name of Object.values(names)) await writeFile(join(incoming, name), 'x');
    await utimes(join(incoming, names.ancient), 1000, 1000);
    await openFolderStore(root);
    expect((await readdir(incoming)).sort()).toEqual([names.alive, names.elsewhere].sort());
  });

  it.skipIf(process.getuid?.() === 0)('says that the folder refuses to be written', async () => {
    const store = await openFolderStore(root);
    await chmod(join(root, 'incoming'), 0o500);
    await expect(store.put('k', Buffer.from('x'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  it('holds every acknowledged object, whole, after kill -9 in the midst of writing', async () => {
    const script = `
      const { openFolderStore } = await import(${JSON.stringify(new URL('./folder-store.ts', import.meta.url).href)});
      const store = await openFolderStore(process.argv[1]);
      for (let i = 0; ; i++) {
        const stored = await store.put('k/' + (i % 7), Buffer.alloc(20_000 + i, i % 251));
        console.log(JSON.stringify(stored));
      }`;
    for (const acknowledgements of [1, 9, 30]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, root], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(child, 'exit');
      let seen = 0;
      const last = new Map<string, { bytes: number }>();
      for await (const line of createInterface({ input: child.stdout })) {
        const stored = JSON.parse(line);
        last.set(stored.key, stored);
        seen += 1;
        if (seen === acknowledgements) child.kill('SIGKILL');
      }
      await gone;
      const store = await openFolderStore(root);
      expect(await readdir(join(root, 'incoming'))).toEqual([]);
      for (const [key, stored] of last) {
        const content = await buffer(await store.get(key));
        const now = await store.stat(key);
        expect(content.length).toBeGreaterThanOrEqual(stored.bytes);
        expect(new Set(content).size).toBe(1);
        expect(now).toMatchObject({ bytes: content.length });
        expect(now?.sha256).toBe((await store.put('copy', content)).sha256);
      }
      await rm(join(root, 'data'), { recursive: true });
    }
  });
});
