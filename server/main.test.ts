import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';

const main = resolve(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'stroma-main-'));
const addressFile = join(folder, 'server.json');
const env = {
  PATH: process.env.PATH,
  PORT: '0',
  STROMA_DATA: folder,
  STROMA_DEMO: '0',
  STROMA_LOG_LEVEL: 'warn',
};
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start() {
  const child = spawn(process.execPath, [main], { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line.startsWith(started.length === 1 ? 'Data is kept' : 'Stroma is at')) break;
  }
  const url = /http:\/\/\S+/.exec(said.join('\n'))?.[0] ?? '';
  return { child, url, said: said.join('\n') };
}

describe('the server process', () => {
  it('starts, says where it is, keeps its folder to itself, survives a kill and stops cleanly', {
    timeout: 120_000,
  }, async () => {
    const first = await start();
    expect(first.said).toMatch(/Stroma is at http:\/\/localhost:\d+/);
    expect(first.said).toMatch(/Sign in as admin@stroma\.local\nwith the one-time password \S{12,}/);
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${first.url}/readyz`);
    expect(await ready.json()).toMatchObject({ status: 'ready', parts: { store: 'ready', queue: 'ready' } });
    expect(JSON.parse(readFileSync(addressFile, 'utf8'))).toEqual({ url: first.url, pid: first.child.pid });
    expect(statSync(addressFile).mode & 0o777).toBe(0o600);
    // Threads of libuv are named after their program; four would be the default.
    if (existsSync('/proc/self/task'))
      expect(readdirSync(`/proc/${first.child.pid}/task`).length).toBeGreaterThan(16);

    const second = spawnSync(process.execPath, [main], { env, cwd: folder, encoding: 'utf8' });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`in use by process ${first.child.pid}`);
    expect(second.stderr).not.toContain('    at ');

    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const again = await start();
    expect(again.said).not.toContain('one-time password');
    expect((await fetch(`${again.url}/healthz`)).status).toBe(200);
    again.child.kill('SIGTERM');
    const [status] = await once(again.child, 'exit');
    expect(status).toBe(0);
    expect(existsSync(addressFile)).toBe(false);
    expect(existsSync(join(folder, 'stroma.lock'))).toBe(false);
  });

  it('does not start with a wrong setting, and says which', () => {
    const wrong = spawnSync(process.execPath, [main], {
      env: { ...env, STROMA_ROLE: 'boss' },
      cwd: folder,
      encoding: 'utf8',
    });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/^STROMA_ROLE .*expected one of all, api, worker, given "boss"/);
  });

  it('lists its settings', () => {
    const listed = spawnSync(process.execPath, [main, '--print-config', '--json'], {
      env,
      cwd: folder,
      encoding: 'utf8',
    });
    expect(listed.status).toBe(0);
    const settings = JSON.parse(listed.stdout) as { key: string; source: string; value: string }[];
    expect(settings.find(({ key }) => key === 'STROMA_DATA')).toMatchObject({
      source: 'environment',
      value: folder,
    });
  });
});
