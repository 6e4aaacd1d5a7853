import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

  /** What runs of the command have left behind. */
  leftovers(): string[] {
    return readdirSync(this.temporary).filter((name) => name.startsWith('stroma-'));
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
