import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A work folder of this process under the data folder; what processes that are gone left there is removed. */
export function openScratchFolder(dataFolder: string): string {
  const root = resolve(dataFolder, 'scratch');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(root))
    if (name === String(process.pid) || !lives(Number(name)))
      rmSync(join(root, name), { recursive: true, force: true });
  const own = join(root, String(process.pid));
  mkdirSync(own, { recursive: true });
  return own;
}

function lives(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (existsSync('/proc/self')) return existsSync(`/proc/${pid}`);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
