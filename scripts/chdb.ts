import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const version = '4.4.0';
const core = '26.9.0';
const folder = resolve(import.meta.dirname, '../.cache/chdb', version);
const python = join(folder, 'bin', 'python');

/**
 * What a ClickHouse of the tests is started from: a Python with chdb (Apache-2.0), its engine in one process. It is
 * half a gigabyte, so that it is there where somebody asked for it: `node scripts/chdb.ts`. A text says what is missing.
 */
export function findChdb(): { python: string; program: string } | string {
  if (!existsSync(join(folder, 'there')))
    return 'ClickHouse’s engine is not here: node scripts/chdb.ts fetches it';
  return { python, program: join(import.meta.dirname, 'clickhouse-server.py') };
}

if (process.argv[1] === import.meta.filename) {
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [
      python,
      ['-m', 'pip', 'install', '-q', '--no-input', '--no-deps', `chdb==${version}`, `chdb-core==${core}`],
    ],
    ['touch', [join(folder, 'there')]],
  ];
  for (const [command, args] of steps) {
    const { status } = spawnSync(command, args, { stdio: 'inherit', timeout: 600_000 });
    if (status !== 0) process.exit(status ?? 1);
  }
}
