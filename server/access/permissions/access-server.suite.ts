import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorAnswer, Job, Session } from '@stroma/contracts';
import { type App, createApp } from '../../app.ts';
import { readConfig } from '../../platform/config/read-config.ts';
import { findFirstTenant, insertTenant, insertUser } from '../identity/identity.store.ts';
import { hashPassword } from '../identity/passwords.ts';

export interface Reply<T> {
  status: number;
  body: T;
  text: string;
  headers: Headers;
}

export interface Person {
  id: string;
  name: string;
  email: string;
  role: string;
  token: string;
  call<T = ErrorAnswer>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>;
}

export interface AccessServer {
  app: App;
  url: string;
  tenantId: string;
  admin: Person;
  /** A member who has signed in. */
  member(role: string, name?: string, tenantId?: string): Promise<Person>;
  /** Another organisation, with an administrator of its own. */
  otherTenant(): Promise<{ tenantId: string; admin: Person }>;
  /** Sends a small table, each time another one, and answers the dataset that came of it. */
  dataset(by: Person): Promise<string>;
  signIn(email: string, password: string): Promise<Reply<Session & { token: string }>>;
  close(): Promise<void>;
}

const password = 'a long enough password for all';

/** The whole server on a folder of its own, with people of every role. */
export async function openAccessServer(
  settings: Record<string, string> = {},
  beforeStart: (app: App) => void = () => undefined,
): Promise<AccessServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-permissions-'));
  const { config, sources } = readConfig({
    PORT: '0',
    STROMA_DATA: folder,
    STROMA_DEMO: '0',
    STROMA_SQL_PROCESSES: '1',
    STROMA_LOG_LEVEL: 'error',
    STROMA_ADMIN_EMAIL: 'admin@example.org',
    STROMA_ADMIN_PASSWORD: password,
    ...settings,
  });
  const app = await createApp({ ...config, STROMA_TRUST_PROXY: true }, { checkAnswers: true, sources });
  beforeStart(app);
  const { url } = await app.start();
  const hash = await hashPassword(password);
  let people = 0;
  let clients = 0;
  let files = 0;

  const send = async <T>(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> => {
    clients += 1;
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        'x-forwarded-for': `10.1.${clients >> 8}.${clients & 255}`,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return {
      status: answer.status,
      body: (isJson ? JSON.parse(text) : null) as T,
      text,
      headers: answer.headers,
    };
  };
  const signIn = (email: string, given: string) =>
    send<Session & { token: string }>(null, 'POST', '/auth/login', { email, password: given });
  const asPerson = async (email: string): Promise<Person> => {
    const { body, status } = await signIn(email, password);
    if (status !== 200) throw new Error(`sign-in answered ${status}: ${JSON.stringify(body)}`);
    const { token, user } = body;
    return {
      id: user.user_id,
      name: user.name,
      email,
      role: user.role,
      token,
      call: (method, path, content, headers) => send(token, method, path, content, headers),
    };
  };
  const add = async (role: string, name: string, tenantId: string): Promise<string> => {
    people += 1;
    const email = `person${people}@example.org`;
    await app.platform.db.transaction(async (tx) => {
      await insertUser(tx, { tenantId, email, name, role, mustChangePassword: false }, hash);
    });
    return email;
  };
  const tenantId = (await findFirstTenant(app.platform.db.sql)) ?? '';

  return {
    app,
    url: url ?? '',
    tenantId,
    admin: await asPerson('admin@example.org'),
    signIn,
    async member(role, name = `A ${role}`, tenant = tenantId) {
      return asPerson(await add(role, name, tenant));
    },
    async otherTenant() {
      const other = await app.platform.db.transaction((tx) => insertTenant(tx, 'Elsewhere'));
      return { tenantId: other, admin: await asPerson(await add('admin', 'Their admin', other)) };
    },
    async dataset(by) {
      files += 1;
      const sent = await fetch(`${url}/api/v1/data/upload?file_name=plates-${files}.csv`, {
        method: 'POST',
        headers: { authorization: `Bearer ${by.token}`, 'content-type': 'application/octet-stream' },
        body: `plate,signal\n${files},${files}.5\n${files + 1},2.5\n`,
      });
      if (sent.status !== 202) throw new Error(`the upload answered ${sent.status}: ${await sent.text()}`);
      const { job_id } = (await sent.json()) as { job_id: string };
      for (;;) {
        const { status, body } = await by.call<Job>('GET', `/data/jobs/${job_id}`);
        if (body.status === 'succeeded') return String(body.result?.dataset_id);
        if (status !== 200 || body.status === 'failed') throw new Error(JSON.stringify(body));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
