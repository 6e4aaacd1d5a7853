import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pattern = /^stroma-(\d+)-\w{6}$/;

/**
 * A temporary folder for the time `work` runs, removed also when it fails or is interrupted. Folders of runs that
 * were killed go at the next run.
 */
export async function withScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  sweepAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `stroma-${process.pid}-`));
  // Query processes run as another user and must pass through.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  const sweep = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', sweep);
  try {
    return await work(folder);
  } finally {
    process.removeListener('exit', sweep);
    sweep();
  }
}

function sweepAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(pattern.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isRunning(pid)) {
      try {
        rmSync(join(tmpdir(), name), { recursive: true, force: true });
      } catch (error) {
        // Another user's folder is that user's to remove.
        if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
