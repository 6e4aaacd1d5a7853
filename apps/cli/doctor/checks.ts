import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failureOf } from '../failure.ts';
import { houseFolder, readSettings, type Setting } from '../server-process.ts';
import { type Check, passed } from './check.ts';
import { checkEngine, checkIsolation } from './engine-checks.ts';
import { answersHttp, isPortFree, reaches } from './reachability.ts';

const leastFreeBytes = 2 * 2 ** 30;
const gibibyte = 2 ** 30;

/** Looks at everything Stroma needs on this machine; nothing is changed. */
export async function checkMachine(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Check[]> {
  const configuration = await checkSettings(env, signal);
  const value = (key: string) => {
    const found = configuration.settings.find((setting) => setting.key === key);
    return found?.value ?? found?.default_value ?? '';
  };
  const [engine, isolation, dataFolder, port, services] = await Promise.all([
    checkEngine(),
    checkIsolation(),
    checkDataFolder(value('STROMA_DATA')),
    checkPort(value('HOST'), Number(value('PORT'))),
    checkServices(env, value),
  ]);
  return [
    checkNode(),
    configuration.check,
    engine,
    isolation,
    dataFolder,
    port,
    checkWebApp(),
    checkBrowser(),
    ...services,
  ];
}

function checkNode(): Check {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= 24) return passed('Node.js', node);
  return {
    name: 'Node.js',
    status: 'failed',
    found: node,
    advice: 'Run "npm install" in Stroma\'s folder: it brings Node 24.',
  };
}

async function checkSettings(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ check: Check; settings: Setting[] }> {
  const name = 'settings';
  try {
    const { settings, problem } = await readSettings(env, signal);
    if (problem !== null) {
      const advice = 'Correct the setting in the environment or stroma.yaml; "stroma config" lists all.';
      return { check: { name, status: 'failed', found: problem, advice }, settings };
    }
    const given = settings.filter(({ source }) => source !== undefined && source !== 'default').length;
    return {
      check: passed(name, given === 0 ? 'all at their defaults' : `${given} given, all valid`),
      settings,
    };
  } catch (error) {
    const check: Check = {
      name,
      status: 'failed',
      found: failureOf(error).message,
      advice: 'Run "npm install" in Stroma\'s folder.',
    };
    return { check, settings: [] };
  }
}

async function checkDataFolder(given: string): Promise<Check> {
  const name = 'data folder';
  const folder = resolve(given || './data');
  let nearest = folder;
  while (!existsSync(nearest)) nearest = join(nearest, '..');
  try {
    accessSync(nearest, constants.W_OK);
  } catch {
    return {
      name,
      status: 'failed',
      found: `${nearest} cannot be written by this user`,
      advice: 'Give this user the right to write there, or set STROMA_DATA to another folder.',
    };
  }
  const { bavail, bsize } = await statfs(nearest);
  const free = bavail * bsize;
  const found = `${folder}, ${(free / gibibyte).toFixed(1)} GiB free`;
  if (free >= leastFreeBytes) return passed(name, found);
  return {
    name,
    status: 'warning',
    found,
    advice: 'Free some space, or set STROMA_DATA to a folder on a larger disk.',
  };
}

async function checkPort(host: string, port: number): Promise<Check> {
  const name = 'port';
  if (port === 0) return passed(name, 'a free one is taken at the start');
  if (await isPortFree(host, port)) return passed(name, `${host}:${port} is free`);
  if (await answersHttp(`http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`))
    return passed(name, `${host}:${port}, Stroma is running there`);
  return {
    name,
    status: 'warning',
    found: `${host}:${port} cannot be listened on`,
    advice:
      'Stop what listens there, or set PORT to another number (and HOST to an address of this machine).',
  };
}

function checkWebApp(): Check {
  const name = 'web app';
  if (existsSync(join(houseFolder, 'apps', 'web', 'dist', 'index.html'))) return passed(name, 'built');
  return {
    name,
    status: 'warning',
    found: 'not built',
    advice: 'Run "npm start": it builds the web app first.',
  };
}

function checkBrowser(): Check {
  const name = 'Chromium';
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/bin', '/snap/bin');
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = folders
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find((path) => existsSync(path));
  return passed(name, found ?? 'not found; only the browser tests need it');
}

/** Only what is configured. Addresses may hold passwords: host and port are all that is shown. */
async function checkServices(env: NodeJS.ProcessEnv, value: (key: string) => string): Promise<Check[]> {
  const services = [
    { name: 'PostgreSQL', key: 'DATABASE_URL', port: 5432 },
    { name: 'Redis', key: 'REDIS_URL', port: 6379 },
    { name: 'S3', key: 'STROMA_S3_ENDPOINT', port: 443 },
    { name: 'language model', key: 'STROMA_LLM_URL', port: 443 },
  ];
  const checks = services.map(async ({ name, key, port }): Promise<Check | null> => {
    const shown = value(key);
    if (shown === '' || shown === 'not set') return null;
    const address = env[key] || (URL.canParse(shown) ? shown : '');
    if (!URL.canParse(address))
      return passed(name, `${key} stands in stroma.yaml; the server tries it when it starts`);
    const url = new URL(address);
    const used = Number(url.port) || (url.protocol === 'http:' ? 80 : port);
    const where = `${url.hostname}:${used}`;
    if (await reaches(url.hostname, used)) return passed(name, `${where} answers`);
    return {
      name,
      status: 'failed',
      found: `${where} does not answer`,
      advice: `Start it, or correct ${key}; without that setting the embedded default is used.`,
    };
  });
  return (await Promise.all(checks)).filter((check) => check !== null);
}
