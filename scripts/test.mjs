// `npm test`: everything that must hold, on the embedded default. The static checks run beside the tests, one after
// the other, each on one thread; whatever fails first ends it all.
import { spawn } from 'node:child_process';

const checks = [
  ['lint', 'biome', ['check', '--diagnostic-level=warn', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-p', 'tsconfig.json', '--singleThreaded']],
  ['web types', 'tsc', ['-p', 'apps/web/tsconfig.json', '--singleThreaded']],
  ['unused code', 'knip', ['--no-progress']],
  ['known weaknesses of dependencies', 'node', ['scripts/dependency-audit.ts']],
];
const tests = ['run', '--project', 'unit', '--project', 'browser', ...process.argv.slice(2)];

// npm puts node_modules/.bin first on PATH for what it runs.
const running = new Set();
const windows = process.platform === 'win32';
let failed = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    failed = true;
    endAll();
  });
await Promise.all([inTurn(), run('tests', 'vitest', tests, 'inherit')]);
process.exitCode = failed ? 1 : 0;

async function inTurn() {
  for (const [name, command, args] of checks) if (!failed) await run(name, command, args, 'pipe');
}

/** With the servers that tests have started: each runs in the group of its step. */
function endAll() {
  for (const { pid } of running) {
    try {
      process.kill(windows ? pid : -pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** What a check says is shown in one piece, and only of one that failed. */
function run(name, command, args, output) {
  const began = Date.now();
  const said = [];
  return new Promise((done) => {
    const child = spawn(command, args, {
      stdio: ['ignore', output, output],
      shell: windows,
      detached: !windows,
    });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => said.push(part));
    child.on('error', (error) => said.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (status) => {
      running.delete(child);
      if (status === 0) {
        process.stderr.write(`${name} passed in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
      } else if (!failed) {
        failed = true;
        process.stderr.write(Buffer.concat(said));
        process.stderr.write(`${name} failed\n`);
        endAll();
      }
      done(undefined);
    });
  });
}
