import type { Endpoint } from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFitAnswer } from './answers.suite.ts';
import { endpoints, nameOf } from './endpoints.suite.ts';
import { type Ids, spoiledInputs, validInputs } from './schema-inputs.suite.ts';
import { makeWorld, type World } from './world.suite.ts';

const seed = Number(process.env.STROMA_TEST_SEED ?? 20_261_121);
const runs = Number(process.env.STROMA_TEST_FUZZ_RUNS ?? 2);
let world: World;
let ids: Ids;
beforeAll(async () => {
  world = await makeWorld();
  const person = await world.as('super_admin');
  await person.ask('POST', '/data/upload?file_name=ours.csv', 'a,b\n1,x\n2,y\n', {
    'content-type': 'application/octet-stream',
  });
  const known = new Map(
    await Promise.all(
      ['ds', 'upl', 'job', 'usr', 'prj', 'key', 'sso'].map(
        async (prefix) => [prefix, await world.ours(prefix)] as const,
      ),
    ),
  );
  ids = (prefix) => known.get(prefix) ?? [];
}, 120_000);
afterAll(() => world.close());

/** Each part of an input spoiled in turn while the others are as they should be. */
function inputsOf(endpoint: Endpoint): fc.Arbitrary<{ params: unknown; query: unknown; body: unknown }> {
  const parts = (['params', 'query', 'body'] as const).filter((part) => endpoint[part] !== undefined);
  const fitting = (part: 'params' | 'query' | 'body') => {
    const schema = endpoint[part];
    if (schema !== undefined) return validInputs(schema, ids);
    return fc.constant(part === 'body' ? (endpoint.consumes === undefined ? undefined : 'a,b\n1,2\n') : {});
  };
  const whole = { params: fitting('params'), query: fitting('query'), body: fitting('body') };
  const spoiled = parts.map((part) => {
    const schema = endpoint[part];
    return fc.record({ ...whole, [part]: schema === undefined ? whole[part] : spoiledInputs(schema, ids) });
  });
  return fc.oneof(fc.record(whole), ...spoiled, ...spoiled);
}

const cases = endpoints.map((endpoint) => [nameOf(endpoint), endpoint] as const);

describe('input that is nearly right, wrong or hostile', () => {
  it.each(cases)('%s answers it or refuses it in words', { timeout: 60_000 }, async (name, endpoint) => {
    const takesInput = endpoint.params ?? endpoint.query ?? endpoint.body;
    const inputs = fc.sample(inputsOf(endpoint), { numRuns: takesInput === undefined ? 1 : runs, seed });
    for (const [index, input] of inputs.entries()) {
      const role = index % 7 === 6 ? 'nobody' : 'super_admin';
      const person = await world.as(role);
      const told = await person.send(endpoint, input);
      expectFitAnswer(world, told, `${role}: ${name} ${JSON.stringify(input)?.slice(0, 700)}`);
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});

const json = { 'content-type': 'application/json' };
const malformed: readonly { body?: string; headers?: Record<string, string>; tail?: string }[] = [
  { body: '{"a":', headers: json },
  { body: '{"__proto__":{"admin":true}}', headers: json },
  { body: '[]', headers: json },
  { body: 'null', headers: json },
  { body: '\u0000', headers: json },
  { body: '{}', headers: { 'content-type': 'application/xml' } },
  { body: '{}', headers: { 'content-type': 'application/json; charset=utf-7' } },
  { body: '{}', headers: { ...json, 'content-encoding': 'gzip' } },
  { body: `"${'x'.repeat(1_100_000)}"`, headers: json },
  { headers: { authorization: 'Bearer ' } },
  { headers: { authorization: `Bearer ${'x'.repeat(5000)}` } },
  { headers: { authorization: "Bearer ' or 1=1 --" } },
  { headers: { authorization: 'Basic YTpi', cookie: 'stroma_session=%00%ff; stroma_session=' } },
  { headers: { 'idempotency-key': `${'k'.repeat(3000)}` } },
  { headers: { 'last-event-id': "evt_'; drop table events", range: 'bytes=-1--1', 'if-none-match': '*' } },
  { headers: { 'x-forwarded-for': "127.0.0.1, ' or 1=1", 'x-request-id': '<script>' } },
  { tail: '?limit=1&limit=2&limit=%' },
  { tail: '?cursor=%00&__proto__[admin]=1&constructor=1' },
  { tail: '/%2e%2e/%2e%2e/etc/passwd' },
  { tail: '/%' },
  { tail: '?' },
];

describe('a request that is malformed', () => {
  it.each(cases)('%s refuses it in words', { timeout: 60_000 }, async (name, { method, path }) => {
    const person = await world.as('super_admin');
    const address = path.replace(/:\w+/g, 'ds_00000000-0000-7000-8000-000000000000');
    // Whatever a request without input sets off is set off once, not for each of these.
    for (const { body, headers, tail = '' } of malformed.filter(
      (each) => method === 'GET' || each.body !== undefined,
    )) {
      const told = await person.ask(
        method,
        `${address}${tail}`,
        method === 'GET' ? undefined : body,
        headers,
      );
      expectFitAnswer(world, told, `${name}${tail} ${JSON.stringify({ body: body?.slice(0, 50), headers })}`);
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});
