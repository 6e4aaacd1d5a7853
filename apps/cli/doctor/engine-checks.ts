import { join } from 'node:path';
import { failureOf } from '../failure.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { type Check, passed } from './check.ts';

/** Loads the engine and lets it count. */
export async function checkEngine(): Promise<Check> {
  const name = 'DuckDB';
  try {
    const { openDuckDb } = await import('@stroma/lake');
    using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
    const [version] = await db.row('SELECT version()');
    return passed(name, String(version));
  } catch (error) {
    const advice =
      'Run "npm ci" in Stroma\'s folder; the engine has binaries for Linux, macOS and Windows on x64 and arm64.';
    return { name, status: 'failed', found: failureOf(error).message, advice };
  }
}

const layers = {
  separateProcess: 'own process',
  separateUser: 'own user',
  memoryCeiling: 'memory ceiling',
  noNewPrivileges: 'no new privileges',
  noNetwork: 'no network',
} as const;

/** Runs a query in the sandbox, and says what stands around it. */
export async function checkIsolation(): Promise<Check> {
  const name = 'SQL sandbox';
  try {
    const { SqlSandbox } = await import('@stroma/lake');
    const isolation = await withScratchFolder(async (folder) => {
      const sandbox = new SqlSandbox({ processes: 1, scratchFolder: join(folder, 'queries') });
      try {
        await sandbox.query('SELECT 42', []);
        return sandbox.capabilities.isolation;
      } finally {
        await sandbox.close();
      }
    });
    const keys = Object.keys(layers) as (keyof typeof layers)[];
    const held = keys.filter((key) => isolation[key]).map((key) => layers[key]);
    const missing = keys.filter((key) => !isolation[key]).map((key) => layers[key]);
    const found = `${held.join(', ')}${missing.length === 0 ? '' : `; without ${missing.join(', ')}`}`;
    if (isolation.memoryCeiling && isolation.noNewPrivileges) return passed(name, found);
    const advice =
      "On Linux, install util-linux (prlimit, setpriv): without it only the engine itself limits a query's memory.";
    return { name, status: 'warning', found, advice };
  } catch (error) {
    const advice = 'Queries will not run. Run "npm ci" in Stroma\'s folder and this check again.';
    return { name, status: 'failed', found: failureOf(error).message, advice };
  }
}
