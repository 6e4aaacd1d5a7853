import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { endpoint } from '@stroma/contracts';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../platform/config/read-config.ts';
import { snapshotTables } from '../platform/db/row-security.suite.ts';
import { sampleRows } from '../platform/db/sample-rows.suite.ts';
import { route } from '../platform/http/register-route.ts';
import { newId } from '../platform/ids.ts';
import { systemContext } from '../platform/system-actor.ts';

const password = 'a long walk in the Harz';
const forgetful = `select current_user as role, current_setting('stroma.tenant', true) as tenant,
  (select count(*)::int from tenants) as tenants, (select count(*)::int from datasets) as datasets`;
const shared = { method: 'GET', tag: 'Test', summary: 'For this test', status: 200 } as const;
const seen = z.object({
  role: z.string(),
  tenant: z.string().nullable(),
  tenants: z.int(),
  datasets: z.int(),
});
const signedIn = endpoint({
  ...shared,
  id: 'forgets',
  path: '/test/forgets',
  permission: 'signed-in',
  response: seen,
});
const open = endpoint({
  ...shared,
  id: 'forgetsOpenly',
  path: '/test/open',
  permission: 'public',
  response: seen,
});

let app: App;
let url = '';
let folder = '';
let tenant = '';
const jobs: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stroma-wall-'));
  const { config } = readConfig(
    { PORT: '0', STROMA_DATA: folder, STROMA_DEMO: '0', STROMA_ADMIN_PASSWORD: password },
    '/no/such/file',
  );
  app = await createApp(config, { log: pino({ level: 'silent' }) });
  const { db } = app.platform;
  const ask = async () => (await db.execute(forgetful)).rows[0] as z.infer<typeof seen>;
  route(app.http, signedIn, ask);
  route(app.http, open, ask);
  app.platform.jobs.register({
    kind: 'test.forgets',
    title: () => 'Forgetting',
    timeoutSeconds: 20,
    retries: 0,
    concurrency: 1,
    async run() {
      jobs.push(await ask());
      return { result: {} };
    },
  });
  ({ url } = (await app.start()) as { url: string });
  const { rows } = await db.execute('select id from tenants');
  tenant = String(rows[0]?.id);
  const other = newId('tenant');
  await sampleRows(
    db,
    snapshotTables.filter(({ name }) => ['tenants', 'datasets'].includes(name)),
    [other],
    {
      after: 1000,
    },
  );
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

const walled = (of: string) => ({ role: 'stroma_tenant', tenant: of, tenants: 1, datasets: 0 });

describe('a statement that forgets its tenant', () => {
  it('meets the second wall in a request', async () => {
    const json = { 'content-type': 'application/json' };
    const login = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ email: 'admin@stroma.local', password }),
    });
    const { token } = (await login.json()) as { token: string };
    const answer = await fetch(`${url}/api/v1/test/forgets`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await answer.json()).toEqual(walled(tenant));
  });

  it('meets it in a job', async () => {
    const ctx = systemContext(pino({ level: 'silent' }), tenant);
    const id = await app.platform.jobs.send(ctx, 'test.forgets', {});
    let status = '';
    while (status !== 'succeeded') {
      ({ status } = await app.platform.jobs.get(ctx, id));
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(jobs).toEqual([walled(tenant)]);
  });

  it('meets none where nobody is known yet, which is why such addresses are few', async () => {
    const answer = (await (await fetch(`${url}/api/v1/test/open`)).json()) as z.infer<typeof seen>;
    expect(answer.tenants).toBe(2);
    expect(answer.role).not.toBe('stroma_tenant');
  });
});

/** What may open connections by itself, and why its address needs no check. */
const ownConnections: Readonly<Record<string, string>> = {
  'platform/http/outgoing.ts': 'the guard itself',
  'platform/llm/model-endpoint.ts': 'one address, set by the operator, usually inside; redirects are refused',
  'platform/crypto/vault-transit.ts': 'one address, set by the operator',
  'access/identity/text-messages.ts': 'one address, set by the operator',
  'access/audit/time-stamp.ts': 'one address, set by the operator',
  'platform/control/control-socket.ts': 'a socket in the data folder',
  'data/connections/kinds/mysql.ts': 'an address that the guard has resolved and checked',
};

it('nothing calls an address that people name but through the guard', () => {
  const server = resolve(import.meta.dirname, '..');
  const files = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ts$/.test(file) && !/node_modules|\.(test|suite|d)\.ts$/.test(file),
  );
  const calls =
    /(?<![.#\w])fetch\((?!\))|\bimport\s+(?!type)[^;]*from 'node:(?:https?|net|tls|dgram|dns(?:\/promises)?)'|from 'undici'/;
  const harmless =
    /^import (?:type )?\{(?:\s*(?:type \w+|BlockList|isIP|createSecureContext|STATUS_CODES|ServerResponse),?)+\s*\} from/;
  const itsOwnMethod = /^\s*(?:async )?fetch\(.*\)(?:: .*;|(?:: .*)? \{)$/gm;
  const opening = files.filter((file) =>
    readFileSync(join(server, file), 'utf8')
      .replaceAll(itsOwnMethod, '')
      .split(/;\n|\n(?=import )/)
      .some((part) => calls.test(part) && !harmless.test(part.trim())),
  );
  expect(opening.map((file) => relative('.', file)).filter((file) => !(file in ownConnections))).toEqual([]);
});
