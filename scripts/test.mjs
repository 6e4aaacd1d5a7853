// `npm test`: everything that must hold, on the embedded default. The static checks run beside the tests.
import { spawn } from 'node:child_process';

const steps = [
  ['lint', 'npx', ['biome', 'check', '--diagnostic-level=warn', '--error-on-warnings', '.']],
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json']],
  ['web types', 'npx', ['tsc', '-p', 'apps/web/tsconfig.json']],
  ['unused code', 'npx', ['knip', '--no-progress']],
  ['known weaknesses of dependencies', 'node', ['scripts/dependency-audit.ts']],
];

for (const [name, command, args] of steps) await run(name, command, args);
await run('tests', 'npx', [
  'vitest',
  'run',
  '--project',
  'unit',
  '--project',
  'browser',
  ...process.argv.slice(2),
]);

function run(name, command, args) {
  const began = Date.now();
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('exit', (status) => {
      if (status !== 0) {
        process.stderr.write(`${name} failed\n`);
        process.exit(status ?? 1);
      }
      process.stderr.write(`${name} passed in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
      done(undefined);
    });
  });
}
