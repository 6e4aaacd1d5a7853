import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the operating system adds around a query process, found out by trying it. */
export interface Isolation {
  memoryCeiling: boolean;
  noNewPrivileges: boolean;
  noNetwork: boolean;
  /** The words before `node ...` on the command line. */
  command(memoryMb: number): string[];
}

const mib = 1024 * 1024;
/** Private writable memory of an idle process: heaps, thread stacks, the engine's own. Measured 0.67 GB. */
const idleDataMb = 768;
/** Above the engine's own limit, for what it allocates past it. */
const allocatorSlack = 1.25;

function findTool(name: string): string | null {
  for (const folder of ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/run/current-system/sw/bin']) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
  }
  return null;
}

/** Whether `tool` with these words runs a program here. */
const works = (tool: string | null, words: string[]): tool is string =>
  tool !== null &&
  spawnSync(tool, [...words, process.execPath, '--version'], { stdio: 'ignore' }).status === 0;

/** CHOWN, DAC_OVERRIDE, KILL, SETGID and SETUID: a container's root may lack them. */
const neededCapabilities = 0b1110_0011n;

/** Whether this process may start others as another user, and end them and clean up after them. */
export function mayChangeUser(): boolean {
  if (process.getuid?.() !== 0) return false;
  if (process.platform !== 'linux') return true;
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & neededCapabilities) === neededCapabilities;
}

let found: Isolation | null = null;

/** Tried once per process; takes some tens of milliseconds the first time. */
export function findIsolation(): Isolation {
  found ??= tryIsolation();
  return found;
}

function tryIsolation(): Isolation {
  const linux = process.platform === 'linux';
  const prlimit = linux ? findTool('prlimit') : null;
  const setpriv = linux ? findTool('setpriv') : null;
  const unshare = linux ? findTool('unshare') : null;
  const memoryCeiling = works(prlimit, [`--data=${8192 * mib}`, `--fsize=${8192 * mib}`]);
  const noNewPrivileges = works(setpriv, ['--no-new-privs']);
  const noNetwork = works(unshare, ['--net']);
  const command = (memoryMb: number): string[] => [
    ...(noNetwork && unshare ? [unshare, '--net'] : []),
    ...(noNewPrivileges && setpriv ? [setpriv, '--no-new-privs'] : []),
    ...(memoryCeiling && prlimit
      ? [
          prlimit,
          `--data=${Math.ceil(memoryMb * allocatorSlack + idleDataMb) * mib}`,
          `--fsize=${memoryMb * 2 * mib}`,
          '--core=0',
        ]
      : []),
  ];
  return { memoryCeiling, noNewPrivileges, noNetwork, command };
}
