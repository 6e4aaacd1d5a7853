import { createHmac, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  apiPrefix,
  definitionOfRole,
  type Endpoint,
  type Permission,
  type Role,
  roles,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { says, sendsRubbish, startModelServer } from '../platform/llm/model-server.suite.ts';
import { expectFitAnswer } from './answers.suite.ts';
import { endpoints, isScim, nameOf } from './endpoints.suite.ts';
import { Caller, canary, makeWorld, password, startServer, type World } from './world.suite.ts';

/** The OWASP API Security Top 10 of 2023, each with what Stroma does about it. */
const model = await startModelServer();
let world: World;
let ours = '';
let theirs = '';
beforeAll(async () => {
  world = await makeWorld({
    STROMA_LLM_URL: model.url,
    STROMA_LLM_MODEL: 'test-model',
    STROMA_LLM_TIMEOUT_MS: '3000',
    STROMA_UPLOAD_LIMIT_BYTES: '2000000',
    STROMA_SQL_TIMEOUT_MS: '1500',
  });
  const person = await world.as('admin');
  const sent = await person.ask(
    'POST',
    '/data/upload?file_name=plants.csv',
    'species,height\noak,20\nfern,1\n',
    {
      'content-type': 'application/octet-stream',
    },
  );
  const { job_id: jobId } = JSON.parse(sent.text) as { job_id: string };
  while (ours === '') {
    const job = JSON.parse((await person.call('GET', `/data/jobs/${jobId}`)).text);
    if (job.status === 'succeeded') ours = job.result.dataset_id;
    else if (job.status === 'failed') throw new Error(JSON.stringify(job.error));
    else await new Promise((done) => setTimeout(done, 50));
  }
  const found = JSON.parse((await world.other.call('GET', '/data/datasets')).text);
  theirs = found.items.find(({ sample }: { sample: boolean }) => !sample).dataset_id;
}, 120_000);
afterAll(async () => {
  await world.close();
  await model.close();
});

const answerOf = (told: { text: string }) => JSON.parse(told.text);
const errorOf = (told: { text: string }): string => answerOf(told).error?.code;

describe('API1:2023 broken object level authorisation', () => {
  it('ids of another tenant in paths, bodies and queries lead to nothing', async () => {
    const before = await world.theirState();
    const admin = await world.as('admin');
    const user = world.theirs('usr')[0];
    const project = world.theirs('prj')[0];
    const tries: [string, string, unknown?][] = [
      ['GET', `/data/datasets/${theirs}`],
      ['GET', `/data/profiles/${theirs}`],
      ['GET', `/data/datasets/${theirs}/download?format=raw`],
      ['PATCH', `/data/datasets/${theirs}`, { name: 'mine' }],
      ['DELETE', `/data/datasets/${theirs}`],
      ['POST', '/query/sql', { sql: 'select * from dataset', dataset_ids: [theirs] }],
      ['POST', '/query/sql', { sql: 'select * from dataset', dataset_ids: [ours, theirs] }],
      ['POST', '/query/natural', { question: 'how many rows', dataset_ids: [theirs] }],
      ['POST', '/query/validate', { sql: 'select 1', dataset_ids: [theirs] }],
      ['GET', `/query/suggestions?dataset_ids=${ours},${theirs}`],
      ['POST', '/data/uploads', { file_name: 'a.csv', dataset_id: theirs }],
      ['GET', `/provenance/${theirs}`],
      ['POST', `/access/resources/${theirs}/grants`, { user_id: user, permission: 'datasets:read' }],
      ['GET', `/access/members/${user}`],
      ['PATCH', `/access/projects/${project}`, { name: 'mine' }],
    ];
    for (const [method, path, body] of tries) {
      const told = await admin.call(method, path, body);
      expectFitAnswer(world, told, `${method} ${path}`);
      expect([method, path, told.status]).toEqual([
        method,
        path,
        expect.toSatisfy((status: number) => status === 404 || status === 400),
      ]);
    }
    const sharing = await admin.call('POST', `/access/resources/${ours}/grants`, {
      user_id: user,
      permission: 'datasets:read',
    });
    expect(sharing.status).toBeGreaterThanOrEqual(400);
    expect(await world.theirState()).toEqual(before);
  });

  it('a thing of another and a thing that never was are answered alike', async () => {
    const admin = await world.as('admin');
    const never = theirs.replace(/.{12}$/, '000000000000');
    const [a, b] = await Promise.all([theirs, never].map((id) => admin.call('GET', `/data/datasets/${id}`)));
    const shape = (told: { status: number; text: string } | undefined) => {
      const { code, message } = answerOf(told ?? { text: '{}' }).error;
      return { status: told?.status, code, message: message.replace(theirs, '').replace(never, '') };
    };
    expect(shape(a)).toEqual(shape(b));
  });
});

describe('API2:2023 broken authentication', () => {
  const guarded = endpoints.filter(({ permission }) => permission !== 'public');

  it('every address that is not public asks who one is, before it looks at the input', async () => {
    const nobody = await world.as('nobody');
    for (const endpoint of guarded) {
      const told = await nobody.send(endpoint, { body: {} });
      expect([nameOf(endpoint), told.status]).toEqual([nameOf(endpoint), 401]);
    }
  });

  it('no made-up, altered, foreign or spent token is anybody', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      sub: world.theirs('usr')[0],
      sid: world.theirs('ses')[0],
      tid: world.ourTenant,
      aud: 'stroma',
      exp: 2 ** 31,
    };
    const jwks = answerOf(await (await world.as('nobody')).call('GET', '/auth/jwks'));
    const unsigned = `${part({ alg: 'none', typ: 'JWT', kid: jwks.keys[0]?.kid })}.${part(claims)}.`;
    const head = `${part({ alg: 'HS256', typ: 'JWT', kid: jwks.keys[0]?.kid })}.${part(claims)}`;
    const confused = `${head}.${createHmac('sha256', String(jwks.keys[0]?.n)).update(head).digest('base64url')}`;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { sign } = await import('node:crypto');
    const own = `${part({ alg: 'RS256', typ: 'JWT', kid: 'mine', jwk: {} })}.${part(claims)}`;
    const foreign = `${own}.${sign('sha256', Buffer.from(own), privateKey).toString('base64url')}`;
    const real = (await world.as('viewer')).token ?? '';
    const altered = `${real.slice(0, -2)}${real.endsWith('aa') ? 'bb' : 'aa'}`;
    for (const token of [
      unsigned,
      confused,
      foreign,
      altered,
      '',
      'null',
      'undefined',
      `${real} `,
      `sk_${real}`,
    ]) {
      if (token === `${real} `) continue;
      const told = await new Caller(world.url, token).call('GET', '/auth/session');
      expect([token.slice(0, 20), told.status]).toEqual([token.slice(0, 20), 401]);
    }
    const inAddress = await (await world.as('nobody')).call(
      'GET',
      `/auth/session?token=${real}&access_token=${real}`,
    );
    expect(inAddress.status).toBe(401);
    const leaving = await world.as('guest');
    await leaving.call('POST', '/auth/logout', {});
    expect((await leaving.call('GET', '/auth/session')).status).toBe(401);
  });

  it('a wrong password and an unknown account are refused alike', async () => {
    const nobody = await world.as('nobody');
    const known = await nobody.call('POST', '/auth/login', {
      email: 'admin@stroma.local',
      password: 'wrong',
    });
    const unknown = await nobody.call('POST', '/auth/login', {
      email: 'nobody@stroma.local',
      password: 'wrong',
    });
    expect([known.status, errorOf(known), answerOf(known).error.message]).toEqual([
      unknown.status,
      errorOf(unknown),
      answerOf(unknown).error.message,
    ]);
  });
});

describe('API3:2023 broken object property level authorisation', () => {
  it('no body takes a field its schema does not name', () => {
    const open = endpoints
      // SCIM asks for unknown attributes to be passed over (RFC 7643, section 3.3).
      .filter((each) => each.body !== undefined && !isScim(each))
      .filter(
        ({ body }) => !closed(z.toJSONSchema(body as z.ZodType, { io: 'input', unrepresentable: 'any' })),
      )
      .map(nameOf);
    expect(open).toEqual([]);
  });

  it('nobody makes themselves more by a field that is more', async () => {
    const person = await world.as('viewer');
    const before = answerOf(await person.call('GET', '/auth/session'));
    for (const more of [
      { role: 'super_admin' },
      { tenant_id: world.theirTenant },
      { permissions: ['tenants:write'] },
    ]) {
      const told = await person.call('PATCH', '/auth/profile', { name: 'Viewer', ...more });
      expect(told.status).toBe(400);
    }
    expect(answerOf(await person.call('GET', '/auth/session')).user).toMatchObject({
      role: before.user.role,
      tenant_id: before.user.tenant_id,
    });
    const admin = await world.as('admin');
    const renamed = await admin.call('PATCH', `/data/datasets/${ours}`, {
      name: 'x',
      tenant_id: world.theirTenant,
    });
    expect(renamed.status).toBe(400);
  });

  it('no answer has a field for what is kept secret', () => {
    const secret = /(^|_)(password|hash|secret|seed|sealed|private_key|mac|cookie)$/;
    const telling = endpoints
      .filter(({ response }) => response !== undefined)
      .flatMap((endpoint) => {
        const shape = z.toJSONSchema(endpoint.response as z.ZodType, { unrepresentable: 'any' });
        return namesIn(shape)
          .filter((name) => secret.test(name) && !harmless.has(name))
          .map((name) => `${nameOf(endpoint)}: ${name}`);
      })
      .filter((each) => !shownOnce.has(each));
    expect(telling).toEqual([]);
  });
});

/** Whether one must be changed; the number an analysis began with. */
const harmless = new Set(['must_change_password', 'seed']);

/** Made by that very call, and never told again. */
const shownOnce = new Set([
  'POST /auth/mfa/setup: secret',
  'POST /auth/api-keys: secret',
  'POST /auth/api-keys/:id/rotate: secret',
]);

type JsonSchema = Record<string, unknown>;

function closed(shape: JsonSchema): boolean {
  const choices = (shape.anyOf ?? shape.oneOf) as JsonSchema[] | undefined;
  if (choices !== undefined) return choices.every(closed);
  return shape.type !== 'object' || shape.additionalProperties === false;
}

function namesIn(shape: unknown): string[] {
  if (typeof shape !== 'object' || shape === null) return [];
  const { properties = {} } = shape as { properties?: object };
  return [...Object.keys(properties), ...Object.values(shape).flatMap(namesIn)];
}

describe('API4:2023 unrestricted resource consumption', () => {
  it('no list answers more than 200', async () => {
    const admin = await world.as('super_admin');
    const paged = endpoints.filter(({ method, query }) => {
      if (method !== 'GET' || query === undefined) return false;
      const { properties = {} } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as {
        properties?: object;
      };
      return 'cursor' in properties;
    });
    expect(paged.length).toBeGreaterThan(5);
    for (const endpoint of paged) {
      const told = await admin.send(endpoint, { params: { id: ours }, query: { limit: 201 } });
      expect([nameOf(endpoint), told.status]).toEqual([nameOf(endpoint), 400]);
    }
  });

  it('a body, a depth, a query and its rows have their limits', async () => {
    const admin = await world.as('admin');
    const large = await admin.call('POST', '/query/sql', { sql: 'x'.repeat(1_200_000), dataset_ids: [ours] });
    expect(errorOf(large)).toBe('PAYLOAD_TOO_LARGE');
    const deep = await admin.ask('POST', '/query/sql', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {
      'content-type': 'application/json',
    });
    expect(errorOf(deep)).toBe('INVALID_INPUT');
    const endless = await admin.call('POST', '/query/sql', {
      sql: 'select count(*) from range(100000000) a, range(100000000) b',
      dataset_ids: [ours],
    });
    expect(['QUERY_TIMEOUT', 'QUERY_OUT_OF_MEMORY', 'SQL_NOT_ALLOWED']).toContain(errorOf(endless));
    const many = answerOf(
      await admin.call('POST', '/query/sql', { sql: 'select * from range(100000) r', dataset_ids: [ours] }),
    );
    expect(many.rows?.length ?? 0).toBeLessThanOrEqual(10_000);
  });

  it('whoever asks too often is told when to come back', { timeout: 60_000 }, async () => {
    const limited = await startServer({ STROMA_RATE_LIMIT_PER_MINUTE: '30' });
    try {
      const nobody = new Caller(limited.url, null);
      let told = await nobody.call('GET', '/auth/options');
      for (let count = 0; count < 40 && told.status === 200; count += 1)
        told = await nobody.call('GET', '/auth/options');
      expect([told.status, errorOf(told)]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(told.headers.has('ratelimit-limit')).toBe(true);
    } finally {
      await limited.close();
    }
  });
});

describe('API5:2023 broken function level authorisation', () => {
  const needs = endpoints.filter(({ permission }) => permission !== 'public' && permission !== 'signed-in');

  it.each(roles)('%s reaches what the role grants and nothing more', { timeout: 60_000 }, async (role) => {
    const granted = new Set<Permission>(definitionOfRole(role).permissions);
    const person = await world.as(role as Role);
    for (const endpoint of needs.filter(({ permission }) => !granted.has(permission as Permission))) {
      const told = await person.send(endpoint, { params: { id: ours }, body: {} });
      expect([role, nameOf(endpoint), told.status]).toEqual([role, nameOf(endpoint), 403]);
    }
  });

  it('no other method of an address does what one was refused', async () => {
    const viewer = await world.as('viewer');
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      for (const path of [`/data/datasets/${ours}`, '/access/roles', '/encryption', '/backups']) {
        const told = await viewer.ask(method, path, '{}', {
          'content-type': 'application/json',
          'x-http-method-override': 'GET',
          'x-original-url': '/api/v1/auth/session',
        });
        expect([method, path, told.status]).toEqual([
          method,
          path,
          expect.toSatisfy((status: number) => [403, 404, 405].includes(status)),
        ]);
      }
  });
});

describe('API6:2023 unrestricted access to sensitive business flows', () => {
  it('guessing a password is slowed and then stopped', { timeout: 60_000 }, async () => {
    const strict = await startServer({ STROMA_LOGIN_LIMIT_PER_MINUTE: '5', STROMA_LOCKOUT_FAILURES: '5' });
    try {
      const nobody = new Caller(strict.url, null);
      const guess = () =>
        nobody.call('POST', '/auth/login', { email: 'admin@stroma.local', password: 'wrong' });
      const statuses: number[] = [];
      for (let count = 0; count < 8; count += 1) statuses.push((await guess()).status);
      expect(statuses.slice(0, 4)).toEqual([401, 401, 401, 401]);
      expect(statuses.at(-1)).toBe(429);
      const right = await nobody.call('POST', '/auth/login', { email: 'admin@stroma.local', password });
      expect(right.status).toBe(429);
    } finally {
      await strict.close();
    }
  });

  it('nobody signs up where nobody was asked to, and a reset tells nothing', async () => {
    const nobody = await world.as('nobody');
    const joining = await nobody.call('POST', '/auth/sign-up', {
      email: 'new@example.org',
      name: 'New',
      password: 'a sound pass phrase of mine',
    });
    expect(joining.status).toBe(403);
    const resets = await Promise.all(
      ['admin@stroma.local', 'unknown@example.org'].map((email) =>
        nobody.call('POST', '/auth/forgot-password', { email }),
      ),
    );
    expect(resets[0]?.status).toBe(resets[1]?.status);
    expect(resets[0]?.text).toBe(resets[1]?.text);
  });
});

describe('API7:2023 server side request forgery', () => {
  it('no address that a person names leads into the network of the server', async () => {
    let asked = 0;
    const inside = createServer((_, answer) => {
      asked += 1;
      answer.end('{}');
    });
    inside.listen(0, '127.0.0.1');
    await once(inside, 'listening');
    const { port } = inside.address() as AddressInfo;
    const admin = await world.as('admin');
    const hosts = [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::1]:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `2130706433:${port}`,
      `0.0.0.0:${port}`,
    ];
    for (const [index, host] of hosts.entries()) {
      const made = await admin.call('POST', '/admin/single-sign-on/connections', {
        kind: 'oidc',
        name: 'Inside',
        domains: [`inside-${index}.example.org`],
        oidc: { issuer: `http://${host}/`, client_id: 'x' },
      });
      expectFitAnswer(world, made, host);
      if (made.status !== 201) continue;
      const told = await admin.call(
        'POST',
        `/admin/single-sign-on/connections/${answerOf(made).connection_id}/test`,
        {},
      );
      expectFitAnswer(world, told, host);
      if (told.status === 200) expect(answerOf(told).ok).toBe(false);
      const started = await (await world.as('nobody')).call(
        'GET',
        `/auth/single-sign-on/${answerOf(made).connection_id}/start`,
      );
      expectFitAnswer(world, started, host);
    }
    inside.close();
    expect(asked).toBe(0);
  });
});

describe('API8:2023 security misconfiguration', () => {
  it('every sort of answer carries its headers and names no software', async () => {
    const admin = await world.as('admin');
    for (const path of ['/auth/session', '/data/datasets', '/no/such/address', '/streams/all']) {
      const { headers } = await admin.call('GET', path);
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        expect.stringContaining("frame-ancestors 'none'"),
      ]);
      expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
    }
    const page = await fetch(world.url);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  it('no page of another origin may read an answer, whatever it sends', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      world.url.replace('localhost', 'localhost.evil.example'),
    ])
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const answer = await fetch(`${world.url}${apiPrefix}/auth/options`, {
          method,
          headers: {
            origin,
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'authorization',
          },
        });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
        await answer.text();
      }
  });

  it('a change by cookie must come from the page itself', async () => {
    const { token } = await world.as('viewer');
    const ask = (headers: Record<string, string>) =>
      fetch(`${world.url}${apiPrefix}/auth/profile`, {
        method: 'PATCH',
        headers: { cookie: `stroma_session=${token}`, 'content-type': 'application/json', ...headers },
        body: '{"name":"Other"}',
      }).then(({ status }) => status);
    expect(await ask({ origin: 'https://evil.example' })).toBe(403);
    expect(await ask({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await ask({})).toBe(403);
  });

  it('methods nobody needs are not taken, and what is not there is not explained', async () => {
    for (const method of ['OPTIONS', 'PUT', 'DELETE']) {
      const answer = await fetch(`${world.url}${apiPrefix}/auth/session`, { method });
      expect([method, answer.status]).toEqual([method, 405]);
      await answer.text();
    }
    for (const path of [
      '/.env',
      '/server.json',
      '/..%2f..%2fetc%2fpasswd',
      '/data/keys/provenance.pem',
      '/package.json',
    ]) {
      const answer = await fetch(`${world.url}${path}`);
      expect(await answer.text()).not.toMatch(/root:|PRIVATE KEY|"dependencies"|"pid"|STROMA_/);
    }
  });
});

describe('API9:2023 improper inventory management', () => {
  it('what is served is what the contract and the OpenAPI document say, and no more', async () => {
    const document = (await (await fetch(`${world.url}${apiPrefix}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace(apiPrefix, '').replace(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    const promised = endpoints.map(nameOf);
    expect(documented.toSorted()).toEqual(promised.toSorted());
    const beside = [
      '/healthz',
      '/readyz',
      '/metrics',
      `${apiPrefix}/openapi.json`,
      `${apiPrefix}/docs`,
      '/*',
      '*',
      '/',
    ];
    const served = servedIn(world.app.http.printRoutes({ commonPrefix: false }));
    expect(served.length).toBeGreaterThan(promised.length);
    const unknown = served.filter(({ method, path }) => {
      if (beside.includes(path) || path.startsWith(`${apiPrefix}/docs/`)) return false;
      const own = path.startsWith(apiPrefix) ? path.slice(apiPrefix.length) : path;
      return !promised.includes(`${method === 'HEAD' ? 'GET' : method} ${own}`);
    });
    expect(unknown).toEqual([]);
  });

  it('every address says who may call it', () => {
    expect(endpoints.filter(({ permission }) => permission === undefined)).toEqual([]);
    const open = endpoints.filter(({ permission }: Endpoint) => permission === 'public').map(nameOf);
    for (const each of open) expect(each).toMatch(/^(GET|POST) \/auth\//);
  });
});

/** Fastify prints its routes as a tree, four characters a level. */
function servedIn(tree: string): { method: string; path: string }[] {
  const prefixes: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const match = /^([│├└─\s]*)(\S.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (match === null) return [];
    const depth = Math.floor((match[1] ?? '').length / 4);
    prefixes.length = depth;
    prefixes.push(match[2] ?? '');
    const path = prefixes.join('');
    return (match[3] ?? '')
      .split(', ')
      .filter((method) => method !== '')
      .map((method) => ({ method, path }));
  });
}

describe('API10:2023 unsafe consumption of APIs', () => {
  const proposes = (sql: string) => says(JSON.stringify({ sql, interpretation: 'As asked', confidence: 1 }));

  it('what a language model answers is trusted no more than what a stranger sends', async () => {
    const admin = await world.as('admin');
    const hostile = [
      proposes("select * from read_csv('/etc/passwd')"),
      proposes("select * from '/var/lib/stroma/**/*.parquet'"),
      proposes("copy (select 1) to '/tmp/stolen.csv'"),
      proposes('drop table plants; select 1'),
      proposes("install httpfs; load httpfs; select * from 'http://169.254.169.254/'"),
      proposes("select getenv('PATH'), current_setting('home_directory')"),
      proposes('select * from duckdb_settings()'),
      says('x'.repeat(3_000_000)),
      says('{"sql":{"__proto__":{"admin":true}},"interpretation":[],"confidence":"<script>"}'),
      says(JSON.stringify({ sql: 7, interpretation: null, confidence: -1 })),
      sendsRubbish,
    ];
    for (const [index, reaction] of hostile.entries()) {
      model.reactWith(reaction);
      const told = await admin.call('POST', '/query/natural', {
        question: `what is the tallest species ${index}`,
        dataset_ids: [ours],
      });
      expectFitAnswer(world, told, `model answer ${index}`);
      expect(told.text).not.toMatch(/root:x:0|stroma_session|home_directory":/);
      if (told.status === 200 && answerOf(told).sql !== null)
        expect(answerOf(told).answered_by).not.toBe('language_model');
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    expect(canary.length).toBeGreaterThan(0);
  });
});
