// `npm run test:services`: the shared interface suites against a real PostgreSQL, Redis and MariaDB, which run for this run
// alone and are stopped after it, however it ends.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const folder = join(root, '.cache', 'services');

stopAbandoned();
const own = join(folder, `run-${process.pid}`);
let status = 1;
let child = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal));
try {
  const started = services('start', own);
  if (started.status === 0) status = await runTests(parse(started.stdout));
} finally {
  services('stop', own);
}
process.exitCode = status;

function services(command, at) {
  return spawnSync('bash', [join(root, 'scripts', 'services.sh'), command], {
    env: { ...process.env, STROMA_TEST_SERVICES_DIR: at },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
}

function parse(lines) {
  return Object.fromEntries(
    lines
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function runTests(addresses) {
  return new Promise((done) => {
    child = spawn('npx', ['vitest', 'run', '--project', 'services', ...process.argv.slice(2)], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...addresses },
    });
    child.on('exit', (code) => done(code ?? 1));
    child.on('error', (error) => {
      process.stderr.write(`vitest could not be started: ${error.message}\n`);
      done(1);
    });
  });
}

/** Services of a run that was killed: its process is gone and its folder is still there. */
function stopAbandoned() {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = Number(/^run-(\d+)$/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) services('stop', join(folder, name));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
