// Makes a fresh clone ready: installs what the lock file says, builds the web app and makes the store that new ones
// are copied from, each only when it is not done yet for these sources. Runs before `npm start` and `npm test`, possibly
// on an old Node: nothing but Node's own modules may be used here.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const installStamp = join(root, 'node_modules', '.stroma-installed');
const webStamp = join(root, 'apps', 'web', 'dist', '.sources');
const storeStamp = join(root, '.cache', 'store', '.made');
const storeSources = ['server/drizzle', 'server/platform/db', 'package-lock.json'];
const webSources = ['apps/web', 'sdk', 'contracts', 'engines/kernel', 'engines/charts', 'package-lock.json'];
const skippedFolders = new Set(['node_modules', 'dist', 'tests', 'build', '.vite']);

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  stop(
    `Stroma needs Node.js 20 or newer to set itself up; this is ${process.version}. See https://nodejs.org`,
  );
}

const lock = hash(readFileSync(join(root, 'package-lock.json')));
if (read(installStamp) !== lock) {
  say('Installing dependencies (once, about a minute) ...');
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  });
  writeFileSync(installStamp, lock);
}

await Promise.all([
  once(webStamp, webSources, 'Building the web app ...', () =>
    run('npm', ['run', '--silent', 'build', '--workspace', 'apps/web'], {}),
  ),
  once(storeStamp, storeSources, 'Preparing the embedded store ...', () =>
    run(join(root, 'node_modules', '.bin', 'node'), ['server/platform/db/prepare-template.ts'], {}),
  ),
]);

if (process.argv.includes('--tests')) await ensureChromium();

async function once(stamp, sources, text, work) {
  const state = hashTree(sources);
  if (read(stamp) === state) return;
  say(text);
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, state);
}

async function ensureChromium() {
  const found = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find((path) => path && existsSync(path));
  if (found) return;
  const debianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (!debianRoot) {
    const command = existsSync('/etc/debian_version')
      ? 'sudo apt-get install chromium'
      : 'your package manager, for example brew install --cask google-chrome';
    stop(
      `The browser tests need Chromium and none was found. Install it with: ${command}\nor set CHROMIUM_PATH to one.`,
    );
  }
  say('Installing Chromium for the browser tests ...');
  await run('apt-get', ['update', '-qq'], { DEBIAN_FRONTEND: 'noninteractive' });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

function hashTree(folders) {
  const sum = createHash('sha256');
  for (const path of folders.flatMap((folder) => filesOf(join(root, folder))).sort()) {
    sum.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return sum.digest('hex');
}

function filesOf(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [path];
  }
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : filesOf(join(path, entry.name));
    return /\.test\.tsx?$/.test(entry.name) ? [] : [join(path, entry.name)];
  });
}

function run(command, args, env) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    const failed = (why) => stop(`"${command} ${args.join(' ')}" failed${why}.`);
    child.on('error', (error) => failed(`: ${error.message}`));
    child.on('exit', (status) => (status === 0 ? done(undefined) : failed('')));
  });
}

function hash(content) {
  return createHash('sha256').update(content).digest('hex');
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
