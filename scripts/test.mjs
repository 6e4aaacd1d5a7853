// `npm test`: everything that must hold, on the embedded default. The static checks run beside the tests, one after
// the other; whatever fails first ends it all.
import { spawn } from 'node:child_process';

const checks = [
  ['lint', 'biome', ['check', '--diagnostic-level=warn', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['web types', 'tsc', ['-p', 'apps/web/tsconfig.json']],
  ['unused code', 'knip', ['--no-progress']],
  ['known weaknesses of dependencies', 'node', ['scripts/dependency-audit.ts']],
];
const tests = ['run', '--project', 'unit', '--project', 'browser', ...process.argv.slice(2)];

// npm puts node_modules/.bin first on PATH for what it runs.
const running = new Set();
let failed = false;
await Promise.all([inTurn(), run('tests', 'vitest', tests, 'inherit')]);
process.exitCode = failed ? 1 : 0;

async function inTurn() {
  for (const [name, command, args] of checks) if (!failed) await run(name, command, args, 'pipe');
}

/** What a check says is shown in one piece, and only of one that failed. */
function run(name, command, args, output) {
  const began = Date.now();
  const said = [];
  return new Promise((done) => {
    const child = spawn(command, args, {
      stdio: ['ignore', output, output],
      shell: process.platform === 'win32',
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
        for (const other of running) other.kill('SIGTERM');
      }
      done(undefined);
    });
  });
}
