import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

export const administrator = { email: 'admin@stroma.local', password: 'twelve horses on a hill' };

export interface RunningStroma {
  url: string;
  /** What a first start without a given password prints. */
  oneTimePassword: string | null;
  stop(): Promise<void>;
}

/** The real server on a free port and an empty data folder, with the built app. */
export async function startStroma(
  password: string | null = administrator.password,
  settings: Record<string, string> = {},
): Promise<RunningStroma> {
  if (!existsSync(join(root, 'apps/web/dist/index.html')))
    throw new Error('Expected a built app in apps/web/dist. Run: npm run build --workspace apps/web');
  const folder = await mkdtemp(join(tmpdir(), 'stroma-browser-'));
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_SQL_PROCESSES: '1',
      ...(password !== null && { STROMA_ADMIN_PASSWORD: password }),
      STROMA_LOG_LEVEL: 'warn',
      STROMA_LOGIN_LIMIT_PER_MINUTE: '1000',
      NODE_ENV: 'production',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { url, oneTimePassword } = await announcementOf(child);
  return {
    url,
    oneTimePassword,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function announcementOf(child: ChildProcess): Promise<Pick<RunningStroma, 'url' | 'oneTimePassword'>> {
  return new Promise((found, failed) => {
    let output = '';
    const read = (part: Buffer) => {
      output += part.toString();
      const port = /Stroma is at https?:\/\/[^\s:]+:(\d+)/.exec(output)?.[1];
      if (port === undefined || !/Data is kept in/.test(output)) return;
      const oneTimePassword = /one-time password (\S+)/.exec(output)?.[1] ?? null;
      found({ url: `http://127.0.0.1:${port}`, oneTimePassword });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (status, signal) => {
      if (signal !== 'SIGTERM' && status !== 0) process.stderr.write(`The server ended early:\n${output}\n`);
      failed(new Error(`The server ended with ${status ?? signal}:\n${output}`));
    });
  });
}
