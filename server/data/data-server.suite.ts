import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import {
  type Answer,
  answer,
  apiPrefix,
  type Dataset,
  type Job,
  type Role,
  type UploadStatus,
} from '@stroma/contracts';
import { findFirstTenant, insertTenant, insertUser } from '../access/identity/identity.store.ts';
import { hashPassword } from '../access/identity/passwords.ts';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../platform/config/read-config.ts';
import type { Sql } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';

export interface Reply<T> {
  status: number;
  headers: Headers;
  body: T;
}

type Headed = Record<string, string>;

/** One person at the API, over real HTTP. */
export class Person {
  readonly token: string;
  readonly url: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  async fetch(
    method: string,
    path: string,
    body?: RequestInit['body'],
    headers: Headed = {},
  ): Promise<Response> {
    return fetch(`${this.url}${apiPrefix}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  async call<T = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Headed = {},
  ): Promise<Reply<T>> {
    const json: Headed = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? undefined : JSON.stringify(body);
    return read<T>(await this.fetch(method, path, text, { ...json, ...headers }));
  }

  async send(
    fileName: string,
    content: Uint8Array<ArrayBuffer> | string,
    query: Headed = {},
    headers: Headed = {},
  ): Promise<Reply<UploadStatus>> {
    const search = new URLSearchParams(fileName === '' ? query : { file_name: fileName, ...query });
    const octets = { 'content-type': 'application/octet-stream', ...headers };
    return read(await this.fetch('POST', `/data/upload?${search}`, content, octets));
  }

  /** Sends a file and waits until its job has ended. */
  async ingest(
    fileName: string,
    content: Uint8Array<ArrayBuffer> | string,
    query: Headed = {},
  ): Promise<Job> {
    const sent = await this.send(fileName, content, query);
    return this.jobEnd(sent.body.job_id ?? '');
  }

  async jobEnd(jobId: string): Promise<Job> {
    for (;;) {
      const { body } = await this.call<Job>('GET', `/data/jobs/${jobId}`);
      if (body.status !== 'queued' && body.status !== 'running') return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends a file and answers the dataset that came of it. */
  async dataset(fileName: string, content: Uint8Array<ArrayBuffer> | string): Promise<Dataset> {
    const job = await this.ingest(fileName, content);
    if (job.status !== 'succeeded') throw new Error(`${fileName}: ${JSON.stringify(job.error)}`);
    const id = String(job.result?.dataset_id);
    return (await this.call<Dataset>('GET', `/data/datasets/${id}`)).body;
  }

  async datasetFrom(path: string): Promise<Dataset> {
    return this.dataset(basename(path), new Uint8Array(await readFile(path)));
  }

  async sql(sql: string, ids: string[], more: object = {}): Promise<Reply<Answer>> {
    return checked(await this.call<Answer>('POST', '/query/sql', { sql, dataset_ids: ids, ...more }));
  }

  async ask(question: string, ids: string[], more: object = {}): Promise<Reply<Answer>> {
    return checked(
      await this.call<Answer>('POST', '/query/natural', { question, dataset_ids: ids, ...more }),
    );
  }
}

/** Rows go out without passing the server's own check, so they are held against the contract here. */
function checked(reply: Reply<Answer>): Reply<Answer> {
  if (reply.status === 200) answer.parse(reply.body);
  return reply;
}

async function read<T>(response: Response): Promise<Reply<T>> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as T,
  };
}

export const password = 'correct horse battery staple';

export interface DataServer {
  url: string;
  folder: string;
  platform: Platform;
  /** Who is connected to boards. */
  live: App['live'];
  admin: Person;
  /** Signs in as somebody of another tenant. */
  stranger(): Promise<Person>;
  /** Signs in as somebody else of the administrator's own tenant. */
  colleague(role: Role): Promise<Person>;
  close(): Promise<void>;
}

/** A whole server in this process, listening on loopback, over a folder of its own. */
export async function startDataServer(
  settings: Record<string, string> = {},
  kept?: string,
): Promise<DataServer> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'stroma-data-'));
  const { config } = readConfig({
    PORT: '0',
    STROMA_DATA: folder,
    STROMA_DEMO: '0',
    STROMA_SQL_PROCESSES: '1',
    STROMA_LOG_LEVEL: 'silent',
    STROMA_ADMIN_PASSWORD: password,
    STROMA_RATE_LIMIT_PER_MINUTE: '1000000',
    ...settings,
  });
  const app = await createApp(config, { checkAnswers: true });
  const { url } = await app.start();
  if (url === null) throw new Error('expected a server that listens');
  const { platform } = app;
  const enter = async (tenantOf: (tx: Sql) => Promise<string>, role: Role): Promise<Person> => {
    const email = `someone-${Math.random()}@else.where`;
    const hash = await hashPassword(password);
    await platform.db.transaction(async (tx) => {
      const tenantId = await tenantOf(tx);
      await insertUser(tx, { tenantId, email, name: 'Someone', role, mustChangePassword: false }, hash);
    });
    return signIn(url, email);
  };
  return {
    url,
    folder,
    platform,
    live: app.live,
    admin: await signIn(url, config.STROMA_ADMIN_EMAIL),
    stranger: () => enter((tx) => insertTenant(tx, 'Elsewhere'), 'super_admin'),
    colleague: (role) => enter(async (tx) => (await findFirstTenant(tx)) ?? '', role),
    async close() {
      await app.stop();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function signIn(url: string, email: string): Promise<Person> {
  const response = await fetch(`${url}${apiPrefix}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const session = (await response.json()) as { token: string };
  return new Person(url, session.token);
}

const main = resolve(import.meta.dirname, '../main.ts');

/** The server in a process of its own, as a person starts it; or another program that writes where it listens. */
export async function startProcess(
  folder: string,
  settings: Record<string, string> = {},
  program = main,
): Promise<{ process: ChildProcess; person: Person }> {
  const address = join(folder, 'server.json');
  rmSync(address, { force: true });
  const child = spawn(process.execPath, [program], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_SQL_PROCESSES: '1',
      STROMA_ADMIN_PASSWORD: password,
      STROMA_LOG_LEVEL: 'silent',
      ...settings,
    },
  });
  while (!existsSync(address)) {
    if (child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((done) => setTimeout(done, 50));
  }
  const { url } = JSON.parse(readFileSync(address, 'utf8')) as { url: string };
  return { process: child, person: await signIn(url, 'admin@stroma.local') };
}
