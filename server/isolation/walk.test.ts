import { api, type Endpoint } from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectFitAnswer, expectNothingOfTheirs } from './answers.suite.ts';
import { endpoints, nameOf } from './endpoints.suite.ts';
import { validInputs } from './schema-inputs.suite.ts';
import { canary, everyRole, makeWorld, type World } from './world.suite.ts';

const seed = Number(process.env.STROMA_TEST_SEED ?? 20_261_121);
/** Inputs of each address for each role. */
const runs = Number(process.env.STROMA_TEST_WALK_RUNS ?? 1);
let world: World;
let untouched: Awaited<ReturnType<World['theirState']>>;
beforeAll(async () => {
  world = await makeWorld();
  untouched = await world.theirState();
}, 120_000);
afterAll(() => world.close());

/** What was changed since is told once: the next is held against the state as it is now. */
async function expectUntouched(): Promise<void> {
  const before = untouched;
  untouched = await world.theirState();
  expect(untouched).toEqual(before);
}

/** Ids of ours and of theirs, half and half, as far as there are any. */
async function mixedIds(): Promise<(prefix: string) => string[]> {
  const known = new Map<string, string[]>();
  const prefixes = [...new Set(endpoints.flatMap(({ params }) => prefixesIn(params)))];
  for (const prefix of prefixes) {
    const own = await world.ours(prefix);
    known.set(prefix, [...own.slice(0, 5), ...world.theirs(prefix).slice(0, 5)]);
  }
  return (prefix) => known.get(prefix) ?? [];
}

function prefixesIn(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return [];
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const any = text.includes('"^[a-z]{2,4}_') ? ['ds'] : [];
  return [...any, ...[...text.matchAll(/"\^([a-z]{2,4})_/g)].map((match) => match[1] ?? '')];
}

const inputOf = (endpoint: Endpoint, ids: (prefix: string) => string[]) =>
  fc.record({
    params: endpoint.params === undefined ? fc.constant({}) : validInputs(endpoint.params, ids),
    query: endpoint.query === undefined ? fc.constant({}) : validInputs(endpoint.query, ids),
    body:
      endpoint.body === undefined
        ? fc.constant(endpoint.consumes === undefined ? undefined : 'a,b\n1,2\n')
        : validInputs(endpoint.body, ids),
  });

/** Things of the installation: who may reach them reaches all. */
const ofInstallation = new Set(['bak', 'flt', 'tnt']);

/** What is set at random there may block the walk itself, which is refused as often as an attack. */
const shutsOut = new Set<string>([api.threats.setPolicy.id]);

/** Of two roles that follow each other each takes one half, unless more inputs are asked for: then each takes all. */
const halfFor = (role: (typeof everyRole)[number], all: readonly Endpoint[]): Endpoint[] =>
  all.filter((_, place) => runs > 1 || (place + everyRole.indexOf(role)) % 2 === 0);

describe('another tenant', () => {
  it('has something in every place that could be told', async () => {
    expect(world.theirs('ds').length).toBeGreaterThan(1);
    const told = await world.other.call('GET', '/data/datasets');
    expect(told.text).toContain(canary);
    expect((await world.other.call('GET', '/query/history')).text).toContain(canary);
  });

  const lists = endpoints.filter(({ method, path }) => method === 'GET' && !path.includes(':'));
  it.each(everyRole)('is nowhere in what a %s can list', async (role) => {
    const person = await world.as(role);
    for (const endpoint of halfFor(role, lists)) {
      const told = await person.send(endpoint, {});
      expectFitAnswer(world, told, `${role}: ${nameOf(endpoint)}`);
    }
  });

  const single = endpoints.filter(({ params }) => {
    const prefixes = prefixesIn(params);
    return prefixes.length > 0 && !prefixes.some((prefix) => ofInstallation.has(prefix));
  });
  it.each(single.map((endpoint) => [nameOf(endpoint), endpoint] as const))(
    'answers to %s as if its thing did not exist',
    async (_, endpoint) => {
      const theirs = (prefix: string) => world.theirs(prefix);
      const inputs = fc.sample(inputOf(endpoint, theirs), { numRuns: runs, seed });
      const wanted = /:(\w+)/.exec(endpoint.path)?.[1] ?? '';
      let reached = 0;
      for (const role of ['super_admin', 'admin', 'scientist'] as const) {
        const person = await world.as(role);
        for (const input of inputs) {
          const id = String((input.params as Record<string, unknown>)[wanted]);
          const prefix = id.slice(0, id.indexOf('_'));
          const given = world.theirs(prefix)[0];
          if (given === undefined) continue;
          reached += 1;
          const params = { ...(input.params as object), [wanted]: given };
          const told = await person.send(endpoint, { ...input, params });
          const place = `${role}: ${nameOf(endpoint)} ${JSON.stringify({ ...input, params })}`;
          expectNothingOfTheirs(told, place);
          // Refused for the role, or for the rest of the input, or not there: never done.
          const allowed =
            endpoint.permission === 'public' ? [302, 303, 400, 401, 404, 422] : [400, 401, 403, 404];
          expect(allowed, `${place} ${told.status} ${told.text.slice(0, 300)}`).toContain(told.status);
        }
      }
      expect(reached, `no id of the other tenant is known for ${nameOf(endpoint)}`).toBeGreaterThan(0);
      await expectUntouched();
    },
  );
});

/** In an order of the role's own. */
function walkOf(role: (typeof everyRole)[number]): Endpoint[] {
  const own = halfFor(role, endpoints);
  const order = fc.shuffledSubarray(own, { minLength: own.length });
  return fc.sample(order, { numRuns: 1, seed: seed + everyRole.indexOf(role) })[0] ?? [];
}

describe('a random walk over every address', () => {
  it.each(everyRole)('as %s never meets another tenant or a fault', { timeout: 300_000 }, async (role) => {
    const ids = await mixedIds();
    for (const endpoint of walkOf(role)) {
      if (shutsOut.has(endpoint.id)) continue;
      const inputs = fc.sample(inputOf(endpoint, ids), {
        numRuns: runs,
        seed: seed + everyRole.indexOf(role),
      });
      for (const input of inputs) {
        const person = await world.as(role);
        const place = `${role}: ${nameOf(endpoint)} ${JSON.stringify(input)?.slice(0, 500)}`;
        const told = await person.send(endpoint, input);
        expectFitAnswer(world, told, place);
      }
    }
    await expectUntouched();
  });
});
