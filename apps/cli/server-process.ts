import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { StromaError } from '@stroma/kernel';

/** The folder of Stroma itself. */
export const houseFolder = resolve(import.meta.dirname, '../..');

/** Starts the server's entry with these words, on the Node that runs this. */
export function spawnServer(words: string[], options: SpawnOptions): ChildProcess {
  const entry = serverEntry();
  return spawn(process.execPath, [entry, ...words], options);
}

function serverEntry(): string {
  const beside = join(houseFolder, 'server', 'main.ts');
  if (existsSync(beside)) return beside;
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@stroma/server/package.json')), 'main.ts');
  } catch (cause) {
    throw new StromaError(
      'NOT_FOUND',
      'Expected the server beside the command, but it is not installed here. Run this in a copy of Stroma.',
      { path: beside },
      { cause },
    );
  }
}

export interface Setting {
  key: string;
  meaning: string;
  default_value: string;
  /** Absent when the configuration is wrong: then there are no values in force. */
  value?: string;
  source?: 'default' | 'environment' | 'file';
}

export interface Settings {
  settings: Setting[];
  /** What is wrong with the configuration; null when nothing is. */
  problem: string | null;
}

/** Every setting, as the server itself reads it here. */
export async function readSettings(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Settings> {
  const child = spawnServer(['--print-config', '--json'], { stdio: ['ignore', 'pipe', 'pipe'], env, signal });
  const [out, err, status] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exitOf(child)]);
  try {
    return { settings: JSON.parse(out) as Setting[], problem: status === 0 ? null : err.trim() };
  } catch (cause) {
    throw new StromaError(
      'CONFIG_INVALID',
      err.trim() || `The server could not list its settings (exit status ${status}).`,
      {},
      { cause },
    );
  }
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const part of stream ?? []) text += String(part);
  return text;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => done(status));
  });
}
