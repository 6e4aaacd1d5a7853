// What every test run needs first, also one of a single file: a folder for temporary files, which goes with the run,
// and the template that the servers under test begin their stores from.
import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { prepareStoreTemplate } from '../server/platform/db/prepare-template.ts';

const memory = '/dev/shm';
const tmpfs = 0x01021994;
const neededBytes = 4 * 2 ** 30;

/** What the folder of a run is called, before its process id. */
const runs = `stroma-test-${userInfo().uid}-`;

export async function setup(): Promise<() => void> {
  removeAbandoned();
  const folder = join(hasRoomInMemory() ? memory : tmpdir(), `${runs}${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.env.TMPDIR = folder;
  process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, '../.cache/compiled');
  await prepareStoreTemplate();
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A file made on a disk costs up to a millisecond, in memory next to nothing, and a store has a thousand of them. */
function hasRoomInMemory(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    return type === tmpfs && bavail * bsize >= neededBytes && process.availableMemory() >= neededBytes;
  } catch {
    return false;
  }
}

/** Of a run that was killed: its process is gone and its folder is still there. */
function removeAbandoned(): void {
  for (const parent of [memory, tmpdir()]) {
    for (const name of namesIn(parent)) {
      const pid = name.startsWith(runs) ? Number(name.slice(runs.length)) : 0;
      if (pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
