import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf } from './failure.ts';
import { run } from './main.ts';
import type { Output } from './output.ts';

const launcher = join(import.meta.dirname, 'stroma.js');

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface StartOptions {
  env?: Record<string, string>;
  input?: string | Buffer;
  /** The Node that runs the launcher. */
  node?: string;
}

/** A place of its own for `stroma`: home, settings and temporary folder hold nothing of this machine's. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'cli-test-'));
  readonly temporary = join(this.folder, 'tmp');
  readonly config = join(this.folder, 'config');

  constructor() {
    mkdirSync(this.temporary);
  }

  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  start(words: string[], { env = {}, input, node = process.execPath }: StartOptions = {}): ChildProcess {
    const child = spawn(node, [launcher, ...words], {
      cwd: this.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.folder,
        XDG_CONFIG_HOME: this.config,
        TMPDIR: this.temporary,
        ...env,
      },
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
    return child;
  }

  run(words: string[], options: StartOptions = {}): Promise<Ended> {
    return endOf(this.start(words, options));
  }

  /** As `json`, in this process: for what does not turn on being one of its own, whose start costs more than most commands. */
  async here<T>(words: string[], env: Record<string, string> = {}): Promise<{ status: number; document: T }> {
    const told: unknown[] = [];
    const output: Output = {
      json: true,
      width: 120,
      result: async (document) => void told.push(document),
      raw: async (text) => void told.push(text),
      note: () => undefined,
      progress: () => undefined,
      fail: async (error) => void told.push({ error: failureOf(error) }),
      tint: (_, text) => text,
    };
    const given = {
      HOME: this.folder,
      XDG_CONFIG_HOME: this.config,
      STROMA_DATA: join(this.folder, 'data'),
      ...env,
    };
    const status = await run(words, { output, env: given, signal: new AbortController().signal });
    if (told.length !== 1) throw new Error(`Expected one document, got ${JSON.stringify(told)}`);
    return { status, document: JSON.parse(JSON.stringify(told[0])) as T };
  }

  /** Runs with --json: standard output must be one JSON document and nothing else. */
  async json<T>(
    words: string[],
    options: StartOptions = {},
  ): Promise<{ status: number | null; document: T; err: string }> {
    const { status, out, err } = await this.run([...words, '--json'], options);
    try {
      return { status, document: JSON.parse(out) as T, err };
    } catch (cause) {
      throw new Error(`Expected one JSON document, got ${JSON.stringify(out)}; ${err}`, { cause });
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** What runs of the command have left behind, processes of their own and this one. */
  leftovers(): string[] {
    return [
      ...readdirSync(this.temporary).filter((name) => name.startsWith('stroma-')),
      ...readdirSync(tmpdir()).filter((name) => name.startsWith(`stroma-${process.pid}-`)),
    ];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function endOf(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    err += part;
  });
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => done({ status, signal, out, err }));
  });
}

/** What the server says when it is ready. */
export function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, reject) => {
    let said = '';
    child.stdout?.on('data', (part: string) => {
      said += part;
      const url = /Stroma is at (\S+)/.exec(said)?.[1];
      if (url !== undefined) done(url);
    });
    child.once('exit', () => reject(new Error(`Expected the server to start, but it ended: ${said}`)));
  });
}
