import { spawn } from 'node:child_process';
import { constants, createReadStream } from 'node:fs';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Config } from '../config/config.ts';
import type { Source } from '../crypto/keys.ts';
import type { Database } from '../db/database.ts';
import { fail } from '../failure.ts';
import type { ArchiveEntry } from './archive-frames.ts';

const wholeBytes = 1024 * 1024;

export interface StoreSnapshot {
  entries(): AsyncIterable<ArchiveEntry>;
  remove(): Promise<void>;
}

/**
 * The relational store as it is at one moment. Embedded: its files, copied aside while no statement runs, so
 * statements wait for the copying (about 0.4 s for 60 MB; none of it holds up the process itself). PostgreSQL: what
 * pg_dump writes, which sees one moment of the database and stops nobody.
 */
export async function takeSnapshot(
  db: Database,
  config: Pick<Config, 'STROMA_DATA' | 'DATABASE_URL'>,
  scratch: string,
): Promise<StoreSnapshot> {
  if (db.kind === 'postgresql') {
    const url = config.DATABASE_URL ?? '';
    return {
      async *entries() {
        yield { name: 'postgresql.dump', source: dump(url) };
      },
      remove: async () => {},
    };
  }
  const copy = join(scratch, 'store');
  await db.transaction(async (tx) => {
    // What is in memory goes to the files first; the copy then starts without replaying the log.
    await tx.execute(sql`checkpoint`);
    await cp(join(config.STROMA_DATA, 'store'), copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  });
  return {
    entries: () => filesUnder(copy, 'store/'),
    remove: () => rm(copy, { recursive: true, force: true }),
  };
}

/** Every file below a folder, and its empty folders with a slash at their end. */
export async function* filesUnder(folder: string, prefix: string): AsyncGenerator<ArchiveEntry> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const full = new Set(entries.map((entry) => entry.parentPath));
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = prefix + relative(folder, path).split(sep).join('/');
    if (entry.isFile()) yield { name, source: await contentOf(path) };
    else if (entry.isDirectory() && !full.has(path)) yield { name: `${name}/`, source: new Uint8Array() };
  }
}

/** A store has a thousand small files: a stream for each would cost more than what is in it. */
async function contentOf(path: string): Promise<Source> {
  const { size } = await stat(path);
  return size <= wholeBytes ? await readFile(path) : createReadStream(path, { highWaterMark: wholeBytes });
}

function dump(url: string): AsyncIterable<Uint8Array> {
  const { address, env } = withoutPassword(url);
  const args = ['--format=custom', '--compress=0', '--no-owner', `--dbname=${address}`];
  const child = spawn('pg_dump', args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const told: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => told.push(part));
  const { stdout } = child;
  // The end of its output is the end of the dump only if it says so.
  const ended = new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  ended.catch(() => {});
  async function* whole(): AsyncGenerator<Buffer> {
    try {
      yield* stdout as AsyncIterable<Buffer>;
      await endedWell('pg_dump', ended, told);
    } finally {
      child.kill();
    }
  }
  return whole();
}

/** Brings a dump into an empty database; all of it or nothing. */
export async function restoreDump(url: string, content: AsyncIterable<Buffer>): Promise<void> {
  const { address, env } = withoutPassword(url);
  const args = ['--single-transaction', '--exit-on-error', '--no-owner', `--dbname=${address}`];
  await feed('pg_restore', args, env, content);
}

/** Reads a dump as a restore would, into nothing. */
export async function checkDump(content: AsyncIterable<Buffer>): Promise<void> {
  await feed('pg_restore', ['--file=/dev/null'], process.env, content);
}

async function feed(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], env });
  const told: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => told.push(part));
  const ended = new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  ended.catch(() => {});
  let open = true;
  child.stdin.on('error', () => {
    open = false;
  });
  for await (const piece of content)
    if (open && !child.stdin.write(piece))
      await new Promise<void>((next) => {
        const go = () => {
          child.stdin.off('drain', go);
          child.stdin.off('close', go);
          next();
        };
        child.stdin.once('drain', go);
        child.stdin.once('close', go);
      });
  child.stdin.end();
  await endedWell(program, ended, told);
}

async function endedWell(program: string, ended: Promise<number | null>, told: Buffer[]): Promise<void> {
  let status: number | null;
  try {
    status = await ended;
  } catch (error) {
    return fail(
      'NOT_READY',
      `Expected the program ${program} on this machine, of the same version as the PostgreSQL server or newer. Install the PostgreSQL client programs.`,
      { program },
      error,
    );
  }
  if (status !== 0)
    fail(
      'NOT_READY',
      `${program} ended with status ${status}.`,
      { program, status },
      new Error(Buffer.concat(told).toString().slice(-2000)),
    );
}

/** A password in the arguments could be read by everybody on this machine. */
function withoutPassword(url: string): { address: string; env: NodeJS.ProcessEnv } {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = '';
  return {
    address: address.href,
    env: password === '' ? process.env : { ...process.env, PGPASSWORD: password },
  };
}
