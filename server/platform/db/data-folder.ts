import { randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { StromaError } from '@stroma/kernel';

interface Holder {
  pid: number;
  host: string;
  /** Clock ticks since boot at which the process began: tells it from a later one with the same pid. */
  began: string | null;
}

const refreshMs = 10_000;
const silentAfterMs = 45_000;

export interface DataFolderLock {
  release(): void;
}

/**
 * Makes the data folder this process's own. A lock left by a process that no longer lives is taken over, also
 * when its pid has been given to another. Throws DATA_FOLDER_IN_USE with the pid of the process that holds it.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'stroma.lock');
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    began: beganOf(process.pid),
  } satisfies Holder);
  while (!take(path, mine)) displaceIfDead(path, folder);
  const refresh = setInterval(() => touch(path, mine), refreshMs);
  refresh.unref();
  return {
    release() {
      clearInterval(refresh);
      if (read(path) === mine) rmSync(path, { force: true });
    },
  };
}

/** A link appears whole or not at all, so no reader ever sees a lock without its content. */
function take(path: string, content: string): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
  return read(path) === content;
}

function displaceIfDead(path: string, folder: string): void {
  const content = read(path);
  if (content === null) return;
  const holder = parse(content);
  if (holder !== null && isAlive(holder, path)) {
    throw new StromaError(
      'DATA_FOLDER_IN_USE',
      `The data folder ${resolve(folder)} is in use by process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}. Stop that process, or set STROMA_DATA to another folder.`,
      { pid: holder.pid, host: holder.host },
    );
  }
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
    // Another process may have displaced the dead lock first and stand in its place: give it back.
    if (read(aside) !== content) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  rmSync(aside, { force: true });
}

/** On another machine only the refreshing of the file tells. */
function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - (modifiedMs(path) ?? 0) < silentAfterMs;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = processState(holder.pid);
  if (now === null) return true;
  // Killed, but not yet collected by its parent: it runs no more.
  if (now.state === 'Z' || now.state === 'X') return false;
  return holder.began === null || now.began === holder.began;
}

const beganOf = (pid: number): string | null => processState(pid)?.began ?? null;

/** Null where the system does not tell: only Linux has /proc. */
function processState(pid: number): { state: string; began: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    // The name in brackets may hold anything; fields are counted from behind it: state is the 3rd, start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', began: `${boot}:${fields[19]}` };
  } catch {
    return null;
  }
}

function parse(content: string): Holder | null {
  try {
    const holder = JSON.parse(content) as Partial<Holder>;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? (holder as Holder) : null;
  } catch {
    return null;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function modifiedMs(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function touch(path: string, mine: string): void {
  const now = new Date();
  if (read(path) === mine) utimesSync(path, now, now);
}
