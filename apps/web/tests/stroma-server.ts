import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

interface App {
  start(): Promise<{ url: string | null; administrator: { oneTimePassword: string | null } | null }>;
  stop(): Promise<void>;
}

interface ServerModules {
  readConfig(env: Record<string, string>, yamlPath: string): { config: object; sources: object };
  createApp(config: object, options: { sources: object }): Promise<App>;
}

const root = resolve(import.meta.dirname, '../../..');

export const administrator = { email: 'admin@stroma.local', password: 'twelve horses on a hill' };

export interface RunningStroma {
  url: string;
  /** What a first start without a given password prints. */
  oneTimePassword: string | null;
  stop(): Promise<void>;
}

type Settings = Record<string, string>;

async function emptyFolder(): Promise<string> {
  if (!existsSync(join(root, 'apps/web/dist/index.html')))
    throw new Error('Expected a built app in apps/web/dist. Run: npm run build --workspace apps/web');
  return mkdtemp(join(tmpdir(), 'stroma-browser-'));
}

/** By an address that the type check does not follow: it knows browsers here, and the server knows none. */
async function serverModules(): Promise<ServerModules> {
  const load = (path: string) => import(pathToFileURL(join(root, 'server', path)).href);
  const [app, config] = await Promise.all([load('app.ts'), load('platform/config/read-config.ts')]);
  return { ...app, ...config };
}

const settingsOf = (folder: string, password: string | null, settings: Settings): Settings => ({
  PORT: '0',
  HOST: '127.0.0.1',
  STROMA_DATA: folder,
  STROMA_DEMO: '0',
  STROMA_SQL_PROCESSES: '1',
  ...(password !== null && { STROMA_ADMIN_PASSWORD: password }),
  STROMA_LOG_LEVEL: 'silent',
  STROMA_LOGIN_LIMIT_PER_MINUTE: '1000',
  NODE_ENV: 'production',
  ...settings,
});

/**
 * The whole server with the built app, on a free port and an empty data folder, in this process: the files of a worker
 * load its modules once between them.
 */
export async function startStroma(
  password: string | null = administrator.password,
  settings: Settings = {},
): Promise<RunningStroma> {
  const folder = await emptyFolder();
  const { readConfig, createApp } = await serverModules();
  const { config, sources } = readConfig(settingsOf(folder, password, settings), '/no/such/file');
  const app = await createApp(config, { sources });
  const started = await app.start();
  return {
    url: started.url?.replace('localhost', '127.0.0.1') ?? '',
    oneTimePassword: started.administrator?.oneTimePassword ?? null,
    stop: async () => {
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same in a process of its own, as a newcomer starts it: also where what is counted of the process matters. */
export async function startStromaProcess(
  password: string | null = administrator.password,
  settings: Settings = {},
): Promise<RunningStroma> {
  const folder = await emptyFolder();
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: root,
    env: { ...process.env, ...settingsOf(folder, password, settings) },
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
