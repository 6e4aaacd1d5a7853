import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiPrefix, type Endpoint, idPrefixes, type Role, roles } from '@stroma/contracts';
import { pino } from 'pino';
import { insertUser } from '../access/identity/identity.store.ts';
import { hashPassword } from '../access/identity/passwords.ts';
import { watchOnly } from '../access/threats/watching.suite.ts';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../platform/config/read-config.ts';
import { snapshotTables } from '../platform/db/row-security.suite.ts';
import { closedTables } from '../platform/db/row-security.ts';
import { sampleRows } from '../platform/db/sample-rows.suite.ts';
import { newId } from '../platform/ids.ts';
import { idKinds } from './id-kinds.suite.ts';

/** Stands in every text of the other tenant and in nothing that anybody of ours is ever given. */
export const canary = 'zqxcanary';
export const password = 'a long walk in the Harz';

export interface Input {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Told {
  status: number;
  headers: Headers;
  text: string;
}

export interface World extends Started {
  ourTenant: string;
  theirTenant: string;
  /** Somebody of ours, signed in with this role; signed in anew when the session has ended. */
  as(role: Role | 'nobody'): Promise<Caller>;
  /** Administrator of the other tenant. */
  other: Caller;
  /** Every id of the other tenant that begins with this prefix. */
  theirs(prefix: string): string[];
  ours(prefix: string): Promise<string[]>;
  /** A digest of each table's rows of the other tenant, by table. */
  theirState(): Promise<Record<string, string>>;
}

/** What the server itself goes on writing behind an event. */
const linked = new Set(['audit_pending', 'audit_links']);

export interface Started {
  app: App;
  url: string;
  folder: string;
  /** What the server wrote to its log at `error` and above. */
  failures: string[];
  close(): Promise<void>;
}

/** A server on loopback over a folder of its own, which limits next to nothing unless told. */
export async function startServer(settings: Record<string, string> = {}): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-world-'));
  const failures: string[] = [];
  const { config, sources } = readConfig(
    {
      PORT: '0',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_SQL_PROCESSES: '1',
      STROMA_LOG_LEVEL: 'error',
      STROMA_ADMIN_PASSWORD: password,
      STROMA_RATE_LIMIT_PER_MINUTE: '100000000',
      STROMA_LOGIN_LIMIT_PER_MINUTE: '100000000',
      STROMA_LOCKOUT_FAILURES: '100',
      STROMA_REQUIRE_MFA: 'off',
      STROMA_SQL_TIMEOUT_MS: '3000',
      ...settings,
    },
    '/no/such/file',
  );
  const log = pino({ level: 'error' }, { write: (line: string) => void failures.push(line) });
  const app = await createApp(config, { log, sources, checkAnswers: true });
  const { url: named } = await app.start();
  if (named === null) throw new Error('expected a server that listens');
  // Asking what "localhost" is costs each of a walk's requests as much as its answer.
  const url = named.replace('localhost', '127.0.0.1');
  return {
    app,
    url,
    folder,
    failures,
    async close() {
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A whole server with two tenants: ours, with a person of every role, and another whose every row is marked. */
export async function makeWorld(settings: Record<string, string> = {}): Promise<World> {
  const { app, url, folder, failures, close } = await startServer(settings);
  const { db } = app.platform;
  const hash = await hashPassword(password);
  const person = async (tenantId: string, role: Role, name: string) => {
    const email = `${name}-${newId('user')}@example.org`;
    await db.transaction((tx) =>
      insertUser(tx, { tenantId, email, name, role, mustChangePassword: false }, hash),
    );
    return email;
  };

  const { rows } = await db.execute('select id from tenants order by created_at limit 1');
  const ourTenant = String(rows[0]?.id);
  const theirTenant = newId('tenant');
  await sampleRows(db, snapshotTables, [theirTenant], {
    markOf: () => canary,
    idOf: (table) => (idKinds[table] === undefined ? undefined : newId(idKinds[table])),
    after: 900_000,
    except: new Set([...linked, ...Object.keys(closedTables)]),
  });
  // The sample fills every column. Into a closed organisation nobody signs in, and who keeps the installation may
  // know that there is another, and its name.
  await db.execute(
    "update tenants set name = 'Elsewhere', closed_at = null, closed_reason = null where id = $1",
    [theirTenant],
  );
  // What the clock begins (sweeps by night, retention, schedules) would change by itself what is held to stay the same.
  await db.execute('delete from pgboss.schedule');
  await watchOnly(db, ourTenant);
  await watchOnly(db, theirTenant, canary);
  const other = await signIn(url, await person(theirTenant, 'admin', canary));
  await fillOther(other);

  const people = new Map<Role | 'nobody', Caller>([['nobody', new Caller(url, null)]]);
  const idsOf = async (tenant: string, prefix: string) => {
    const tables = snapshotTables.filter(
      ({ name, columns }) =>
        'id' in columns &&
        'tenant_id' in columns &&
        idKinds[name] !== undefined &&
        idPrefixes[idKinds[name]] === prefix,
    );
    const found = await Promise.all(
      tables.map(({ name }) =>
        db.execute(`select id from "${name}" where tenant_id = $1 limit 500`, [tenant]),
      ),
    );
    return found.flatMap((each) => each.rows.map(({ id }) => String(id)));
  };
  const theirIds = new Map(
    await Promise.all(
      [...new Set(Object.values(idKinds))].map(
        async (kind) => [idPrefixes[kind] as string, await idsOf(theirTenant, idPrefixes[kind])] as const,
      ),
    ),
  );
  return {
    app,
    url,
    folder,
    failures,
    ourTenant,
    theirTenant,
    other,
    async as(role) {
      const present = people.get(role);
      if (present !== undefined && (role === 'nobody' || (await present.isStillSignedIn()))) return present;
      const next = await signIn(url, await person(ourTenant, role as Role, role));
      people.set(role, next);
      return next;
    },
    theirs: (prefix) => theirIds.get(prefix) ?? [],
    ours: (prefix) => idsOf(ourTenant, prefix),
    async theirState() {
      const { rows } = await db.execute(stateOfTables, [theirTenant]);
      return Object.fromEntries(rows.map(({ name, digest }) => [String(name), String(digest)]));
    },
    close,
  };
}

/** One statement for all tables: it is asked after every address. */
const stateOfTables = snapshotTables
  .filter(({ name, columns }) => 'tenant_id' in columns && !linked.has(name) && !(name in closedTables))
  .map(
    ({ name }) =>
      `select '${name}' as name,
       md5(coalesce(string_agg(to_jsonb(t)::text, ',' order by to_jsonb(t)::text), '')) as digest
       from "${name}" t where tenant_id = $1`,
  )
  .join(' union all ');

export const everyRole: readonly (Role | 'nobody')[] = [...roles, 'nobody'];

/** Files and what follows from them: their names, columns and values marked too. */
async function fillOther(other: Caller): Promise<void> {
  const file = `id,${canary}_dose,note\n1,10,${canary} first\n2,20,${canary} second\nbroken,x,${canary}\n`;
  const sent = await fetch(`${other.url}${apiPrefix}/data/upload?file_name=${canary}.csv`, {
    method: 'POST',
    headers: { ...other.identity, 'content-type': 'application/octet-stream' },
    body: file,
  });
  const { job_id: jobId } = (await sent.json()) as { job_id: string };
  for (;;) {
    const job = await other.call('GET', `/data/jobs/${jobId}`);
    const { status, result, error } = JSON.parse(job.text);
    if (status === 'succeeded') {
      await other.call('POST', '/query/sql', {
        sql: `select note from dataset where note like '%${canary}%'`,
        dataset_ids: [result.dataset_id],
      });
      break;
    }
    if (status === 'failed') throw new Error(JSON.stringify(error));
    await new Promise((done) => setTimeout(done, 50));
  }
  await other.call('POST', '/access/projects', { name: `${canary} project` });
  await other.call('POST', '/access/invitations', { email: `${canary}@example.org`, role: 'viewer' });
  await other.call('POST', '/auth/api-keys', { name: `${canary} key`, scopes: ['datasets:read'] });
  await other.call('POST', '/auth/forgot-password', { email: `${canary}@example.org` });
}

async function signIn(url: string, email: string): Promise<Caller> {
  const answer = await new Caller(url, null).call('POST', '/auth/login', { email, password });
  if (answer.status !== 200) throw new Error(`cannot sign in: ${answer.text}`);
  return new Caller(url, (JSON.parse(answer.text) as { token: string }).token);
}

export class Caller {
  static #changes = 0;
  #signedInAt = -1;
  readonly url: string;
  readonly token: string | null;

  constructor(url: string, token: string | null) {
    this.url = url;
    this.token = token;
  }

  get identity(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }

  /** Asked of the server again only since somebody changed something: reading ends nobody's session. */
  async isStillSignedIn(): Promise<boolean> {
    if (this.#signedInAt === Caller.#changes) return true;
    const signedIn = (await this.call('GET', '/auth/session')).status === 200;
    this.#signedInAt = signedIn ? Caller.#changes : -1;
    return signedIn;
  }

  call(method: string, path: string, body?: unknown): Promise<Told> {
    return this.ask(method, path, body === undefined ? undefined : JSON.stringify(body), {
      'content-type': 'application/json',
    });
  }

  /** One address with an input of any kind, sent as a client would. */
  send(endpoint: Endpoint, input: Input): Promise<Told> {
    const params = (input.params ?? {}) as Record<string, unknown>;
    const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
      const value = asText(params[name]);
      // An empty segment, and one of dots alone, leads to another address.
      return /^\.{0,2}$/.test(value) ? 'x' : encodeURIComponent(wellFormed(value));
    });
    const query = pairs(input.query);
    const [media] = endpoint.consumes?.toReversed() ?? ['application/json'];
    const body =
      endpoint.method === 'GET'
        ? undefined
        : media === 'application/x-www-form-urlencoded'
          ? pairs(input.body)
          : media === 'application/octet-stream'
            ? asText(input.body)
            : input.body === undefined
              ? undefined
              : JSON.stringify(input.body);
    return this.ask(endpoint.method, query === '' ? path : `${path}?${query}`, body, {
      ...(body === undefined ? {} : { 'content-type': media ?? 'application/json' }),
      ...input.headers,
    });
  }

  async ask(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string> = {},
  ): Promise<Told> {
    const answer = await fetch(
      `${this.url}${/^\/(?:scim|ws|embed|api\/2\.0|v2)\b/.test(path) ? '' : apiPrefix}${path}`,
      {
        method,
        redirect: 'manual',
        headers: { ...this.identity, ...headers },
        ...(body === undefined ? {} : { body }),
      },
    );
    if (method !== 'GET' || answer.status === 401) Caller.#changes += 1;
    const live = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
    return {
      status: answer.status,
      headers: answer.headers,
      text: live ? await listen(answer) : await answer.text(),
    };
  }
}

/** What a live stream says at first. */
async function listen(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const late = new Promise<null>((done) => setTimeout(() => done(null), 120));
  let text = '';
  for (;;) {
    const part = await Promise.race([reader?.read() ?? null, late]);
    if (part === null || part.value === undefined) break;
    text += new TextDecoder().decode(part.value);
  }
  await reader?.cancel();
  return text;
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const pairs = (fields: unknown): string =>
  new URLSearchParams(
    Object.entries((fields ?? {}) as object).map(([key, value]): [string, string] => [key, asText(value)]),
  ).toString();

const wellFormed = (text: string): string => text.toWellFormed();
