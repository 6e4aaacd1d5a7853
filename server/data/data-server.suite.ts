import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Answer, answer, apiPrefix, type Dataset, type Job, type UploadStatus } from '@stroma/contracts';
import { pino } from 'pino';
import { insertTenant, insertUser } from '../access/identity.store.ts';
import { createAccess } from '../access/index.ts';
import { hashPassword } from '../access/passwords.ts';
import { openCache } from '../platform/cache/open-cache.ts';
import { readConfig } from '../platform/config/read-config.ts';
import { openDatabase } from '../platform/db/open-database.ts';
import { openEvents } from '../platform/events/open-events.ts';
import { buildHttp } from '../platform/http/build-http.ts';
import { jobRoutes } from '../platform/jobs/jobs.routes.ts';
import { openJobs } from '../platform/jobs/open-jobs.ts';
import { openLanguageModel } from '../platform/llm/open-language-model.ts';
import { openObjectStore } from '../platform/objects/open-object-store.ts';
import type { Platform } from '../platform/platform.ts';
import { openProvenance } from '../platform/provenance/provenance.ts';
import { createData } from './index.ts';

export interface Reply<T> {
  status: number;
  headers: Headers;
  body: T;
}

type Headed = Record<string, string>;

/** One person at the API, over real HTTP. */
export class Person {
  readonly token: string;
  readonly #url: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.token = token;
  }

  async fetch(
    method: string,
    path: string,
    body?: RequestInit['body'],
    headers: Headed = {},
  ): Promise<Response> {
    return fetch(`${this.#url}${apiPrefix}${path}`, {
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
    const search = new URLSearchParams({ file_name: fileName, ...query });
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
  admin: Person;
  /** Signs in as somebody of another tenant. */
  stranger(): Promise<Person>;
  close(): Promise<void>;
}

/** A whole server in this process, listening on loopback, over a folder of its own. */
export async function startDataServer(
  settings: Record<string, string> = {},
  kept?: string,
): Promise<DataServer> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'stroma-data-'));
  const { config } = readConfig({
    STROMA_DATA: folder,
    STROMA_DEMO: '0',
    STROMA_LOG_LEVEL: 'silent',
    STROMA_ADMIN_PASSWORD: password,
    STROMA_RATE_LIMIT_PER_MINUTE: '1000000',
    ...settings,
  });
  const log = pino({ level: config.STROMA_LOG_LEVEL });
  const db = await openDatabase(config, log);
  const events = openEvents(db, log);
  const jobs = openJobs(db, events, log);
  const cache = await openCache(config);
  const platform: Platform = {
    config,
    log,
    db,
    events,
    jobs,
    cache,
    objects: await openObjectStore(config),
    llm: await openLanguageModel(config, db),
    provenance: await openProvenance(config, db),
    scratchFolder: join(folder, 'scratch'),
    close: async () => undefined,
  };
  const access = createAccess(platform);
  const data = createData(platform);
  await access.prepare();
  await events.start();
  await jobs.start();
  const app = await buildHttp({
    config,
    log,
    cache,
    authenticate: access.authenticate,
    version: '0',
    checkAnswers: true,
  });
  access.register(app);
  data.register(app);
  jobRoutes(app, jobs);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    folder,
    platform,
    admin: await signIn(url, config.STROMA_ADMIN_EMAIL),
    async stranger() {
      const email = `someone-${Math.random()}@else.where`;
      const hash = await hashPassword(password);
      await db.transaction(async (tx) => {
        const tenantId = await insertTenant(tx, 'Elsewhere');
        const user = { tenantId, email, name: 'Someone', role: 'admin', mustChangePassword: false } as const;
        await insertUser(tx, user, hash);
      });
      return signIn(url, email);
    },
    async close() {
      await app.close();
      await data.close();
      await jobs.stop();
      await events.stop();
      await db.close();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function signIn(url: string, email: string): Promise<Person> {
  const response = await fetch(`${url}${apiPrefix}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const session = (await response.json()) as { token: string };
  return new Person(url, session.token);
}
