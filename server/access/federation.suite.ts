import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp, type Started } from '../app.ts';
import { readConfig } from '../platform/config/read-config.ts';
import { newId } from '../platform/ids.ts';
import { insertTenant, insertUser } from './identity/identity.store.ts';
import { hashPassword } from './identity/passwords.ts';

export interface Reply<T> {
  status: number;
  body: T;
  headers: Headers;
}

export interface Person {
  id: string;
  email: string;
  password: string;
  /** Bearer. */
  token: string;
  tenantId: string;
}

/** A whole server with an administrator, and people made as they are needed. */
export interface TestAccess {
  app: App;
  url: string;
  tenantId: string;
  admin: Person;
  call<T = { error: { code: string; message: string; details: Record<string, unknown> } }>(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Reply<T>>;
  person(role: string, tenantId?: string, email?: string): Promise<Person>;
  tenant(name: string): Promise<string>;
  auditActions(): Promise<string[]>;
  stop(): Promise<void>;
}

const password = 'correct horse battery staple';

export async function startTestAccess(settings: Record<string, string> = {}): Promise<TestAccess> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-federation-'));
  const { config } = readConfig({
    PORT: '0',
    STROMA_DATA: folder,
    STROMA_DEMO: '0',
    STROMA_SQL_PROCESSES: '1',
    STROMA_LOG_LEVEL: 'error',
    STROMA_RATE_LIMIT_PER_MINUTE: '1000000',
    STROMA_LOGIN_LIMIT_PER_MINUTE: '1000',
    ...settings,
  });
  const app = await createApp(config, { checkAnswers: true });
  const started: Started = await app.start();
  const url = started.url ?? '';
  const hash = await hashPassword(password);
  const { sql } = app.platform.db;

  const call: TestAccess['call'] = async (method, path, { token, body, headers = {} } = {}) => {
    const response = await fetch(path.startsWith('/scim/') ? `${url}${path}` : `${url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as never,
      headers: response.headers,
    };
  };

  const { rows } = await app.platform.db.execute('select id from tenants order by created_at limit 1');
  const tenantId = String(rows[0]?.id);
  let made = 0;
  const person: TestAccess['person'] = async (
    role,
    tenant = tenantId,
    email = `person${++made}@lab.example`,
  ) => {
    const id = await app.platform.db.transaction((tx) =>
      insertUser(
        tx,
        { tenantId: tenant, email, name: `Person of ${role}`, role, mustChangePassword: false },
        hash,
      ),
    );
    const { body } = await call<{ token: string }>('POST', '/auth/login', { body: { email, password } });
    return { id, email, password, token: body.token, tenantId: tenant };
  };

  return {
    app,
    url,
    tenantId,
    admin: await person('admin', tenantId, 'boss@lab.example'),
    call,
    person,
    tenant: (name) => insertTenant(sql, `${name} ${newId('tenant')}`),
    async auditActions() {
      const found = await app.platform.db.execute('select action from audit_events order by 1');
      return found.rows.map(({ action }) => String(action));
    },
    async stop() {
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
