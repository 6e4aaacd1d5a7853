import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ActorAttributes,
  type ActorScope,
  type DecisionRequest,
  decide,
  decisionRules,
  definitionOfRole,
  excessOf,
  hidesExistence,
  type Permission,
  permissions,
  type ResourceAttributes,
  type RoleDefinition,
  reaches,
  scopeOfDefinition,
  scopeOfRole,
  sensitivities,
} from './index.ts';

const names = ['a', 'b', 'c'];
const people = ['usr_1', 'usr_2'];
const tenants = ['tnt_1', 'tnt_2'];
const moment = fc.integer({ min: 0, max: 8 }).map((days) => new Date(Date.UTC(2026, 0, 1 + days)));
const permission = fc.constantFrom(...permissions.slice(0, 6));
const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { maxLength: of.length });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

const scope: fc.Arbitrary<ActorScope> = fc.record({
  clearance: fc.constantFrom(...sensitivities),
  reach: fc.constantFrom(...reaches),
  ownOnly: some(permissions.slice(0, 6)).map((each) => new Set(each)),
  projects: some(names).map((each) => new Set(each)),
  readOnlyProjects: some(names).map((each) => new Set(each)),
  sites: maybe(some(names).map((each) => new Set(each))),
  from: maybe(moment),
  until: maybe(moment),
});
const actor: fc.Arbitrary<ActorAttributes & { scope: ActorScope }> = fc.record({
  id: fc.constantFrom(...people),
  tenantId: fc.constantFrom(...tenants),
  role: fc.constantFrom('scientist', 'guest', 'rol_x'),
  permissions: some(permissions.slice(0, 6)).map((each) => new Set(each)),
  scope,
});
const resource: fc.Arbitrary<ResourceAttributes> = fc.record(
  {
    tenantId: fc.constantFrom(...tenants),
    ownerId: maybe(fc.constantFrom(...people)),
    projects: some(names),
    sensitivity: fc.constantFrom(...sensitivities),
    site: maybe(fc.constantFrom(...names)),
    opensAt: maybe(moment),
    closesAt: maybe(moment),
    purposes: some(['care', 'research']),
    granted: some(permissions.slice(0, 6)),
  },
  { requiredKeys: ['tenantId'] },
);
const request: fc.Arbitrary<DecisionRequest & { actor: { scope: ActorScope } }> = fc.record({
  permission,
  actor,
  resource: fc.option(resource, { nil: undefined }),
  now: moment,
  purpose: fc.option(fc.constantFrom('care', 'research', 'art'), { nil: undefined }),
});

const without = <T>(set: ReadonlySet<T>, item: T): Set<T> =>
  new Set([...set].filter((each) => each !== item));

/** Whatever was allowed after is allowed before: `narrow` takes away and gives nothing. */
function neverWidens(narrow: (given: DecisionRequest & { actor: { scope: ActorScope } }) => DecisionRequest) {
  fc.assert(
    fc.property(request, (given) => {
      if (decide(narrow(given)).allowed) expect(decide(given).allowed).toBe(true);
    }),
    { numRuns: 2_000 },
  );
}

describe('decide', () => {
  it('explains every answer by a rule and a sentence', () => {
    fc.assert(
      fc.property(request, (given) => {
        const decision = decide(given);
        expect(Object.keys(decisionRules)).toContain(decision.rule);
        expect(decision.reason).toMatch(/^[A-Z].+\.$/);
        expect(decide(given)).toEqual(decision);
      }),
    );
  });

  it('denies by default: without the permission nothing opens anything', () => {
    fc.assert(
      fc.property(request, (given) => {
        const bare = { ...given.actor, permissions: without(given.actor.permissions, given.permission) };
        expect(decide({ ...given, actor: bare }).allowed).toBe(false);
      }),
      { numRuns: 1_000 },
    );
    const unknown = { permission: 'everything:do' as Permission, now: new Date() };
    const actor = { id: 'u', tenantId: 't', role: 'admin', permissions: new Set([unknown.permission]) };
    expect(decide({ ...unknown, actor })).toMatchObject({ allowed: false, rule: 'catalogue' });
  });

  it('never reaches into another organisation', () => {
    fc.assert(
      fc.property(request, resource, (given, other) => {
        const elsewhere = { ...other, tenantId: `${given.actor.tenantId}x` };
        expect(decide({ ...given, resource: elsewhere })).toMatchObject({ allowed: false, rule: 'tenant' });
      }),
    );
  });

  it.each(permissions.slice(0, 6))('allows no more when %s is taken away', (taken) => {
    neverWidens(({ actor, ...rest }) => ({
      ...rest,
      actor: { ...actor, permissions: without(actor.permissions, taken) },
    }));
  });

  const scoped =
    (change: (scope: ActorScope) => Partial<ActorScope>) =>
    ({ actor, ...rest }: DecisionRequest & { actor: { scope: ActorScope } }): DecisionRequest => ({
      ...rest,
      actor: { ...actor, scope: { ...actor.scope, ...change(actor.scope) } },
    });
  it.each<[string, (scope: ActorScope) => Partial<ActorScope>]>([
    ['a lower clearance', () => ({ clearance: 'public' })],
    ['a shorter reach', ({ reach }) => ({ reach: reach === 'everything' ? 'tenant' : 'shared' })],
    ['a project less', ({ projects }) => ({ projects: without(projects, 'a') })],
    ['a site less', ({ sites }) => ({ sites: sites === null ? new Set(['b', 'c']) : without(sites, 'a') })],
    [
      'an earlier end',
      ({ until }) => ({ until: new Date(Math.min(until?.getTime() ?? Infinity, Date.UTC(2026, 0, 3))) }),
    ],
    [
      'a later beginning',
      ({ from }) => ({ from: new Date(Math.max(from?.getTime() ?? 0, Date.UTC(2026, 0, 6))) }),
    ],
    [
      'more held only for one’s own',
      ({ ownOnly }) => ({ ownOnly: new Set([...ownOnly, ...permissions.slice(0, 3)]) }),
    ],
  ])('allows no more with %s', (_, change) => {
    neverWidens(scoped(change));
  });

  const about =
    (change: (resource: ResourceAttributes) => Partial<ResourceAttributes>) =>
    (given: DecisionRequest): DecisionRequest =>
      given.resource === undefined
        ? given
        : { ...given, resource: { ...given.resource, ...change(given.resource) } };
  it.each<[string, (resource: ResourceAttributes) => Partial<ResourceAttributes>]>([
    ['more sensitive', () => ({ sensitivity: 'phi' })],
    ['no longer shared', () => ({ granted: [] })],
    ['given to another', () => ({ ownerId: 'usr_3' })],
    ['already closed', () => ({ closesAt: new Date(0) })],
    [
      'put into a project of others',
      ({ projects = [] }) => ({ projects: projects.length === 0 ? ['z'] : projects }),
    ],
  ])('allows no more on what is %s', (_, change) => {
    neverWidens(about(change));
  });

  it('asks for the purpose a thing is kept for', () => {
    const actor = { id: 'u', tenantId: 't', role: 'scientist', permissions: new Set(permissions) };
    const asked = { permission: 'datasets:read', actor, now: new Date() } as const;
    const kept = { tenantId: 't', purposes: ['care', 'quality'] };
    expect(decide({ ...asked, resource: kept })).toMatchObject({ allowed: false, rule: 'purpose' });
    expect(decide({ ...asked, resource: kept, purpose: 'marketing' }).rule).toBe('purpose');
    expect(decide({ ...asked, resource: kept, purpose: 'care' }).allowed).toBe(true);
  });

  it('gives no other reason where being out of reach is one', () => {
    fc.assert(
      fc.property(request, (given) => {
        if (given.resource === undefined) return;
        const { tenantId, ownerId, projects, granted } = given.resource;
        const bare = { tenantId, ownerId, projects, granted } as ResourceAttributes;
        const unbound = { ...given.actor, scope: { ...given.actor.scope, ownOnly: new Set<Permission>() } };
        if (hidesExistence(decide({ ...given, actor: unbound, resource: bare })))
          expect(hidesExistence(decide(given))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells that a thing is there only to who is within reach of it', () => {
    fc.assert(
      fc.property(request, (given) => {
        const decision = decide(given);
        if (!hidesExistence(decision)) return;
        const { resource: asked, actor } = given;
        expect(asked).toBeDefined();
        if (asked?.tenantId !== actor.tenantId || decision.rule === 'sensitivity') return;
        expect(asked.ownerId).not.toBe(actor.id);
        expect(asked.granted ?? []).not.toContain(given.permission);
      }),
    );
  });
});

describe('excessOf', () => {
  const definition: fc.Arbitrary<RoleDefinition> = fc
    .record({
      permissions: some(permissions.slice(0, 6)),
      own: some(permissions.slice(0, 6)),
      clearance: fc.constantFrom(...sensitivities),
      reach: fc.constantFrom(...reaches),
    })
    .map(({ own, ...rest }) => ({ ...rest, ownOnly: own.filter((each) => rest.permissions.includes(each)) }));

  it('lets nobody give a role that could do what they cannot', () => {
    fc.assert(
      fc.property(definition, definition, request, (given, giving, asked) => {
        const giver = {
          ...asked.actor,
          permissions: new Set(giving.permissions),
          scope: scopeOfDefinition(giving),
        };
        if (excessOf(given, giver) !== null) return;
        const receiver = {
          ...giver,
          permissions: new Set(given.permissions),
          scope: scopeOfDefinition(given),
        };
        if (decide({ ...asked, actor: receiver }).allowed)
          expect(decide({ ...asked, actor: giver }).allowed).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('lets nobody give anything while their emergency access is open', () => {
    const scope = {
      ...scopeOfRole('admin'),
      emergency: { id: 'emg_1', until: new Date() },
    };
    const giver = { id: 'u', tenantId: 't', role: 'admin', permissions: new Set(permissions), scope };
    expect(excessOf(definitionOfRole('guest'), giver)).toMatch(/emergency/);
  });

  it('lets everybody give what they are', () => {
    fc.assert(
      fc.property(definition, (given) => {
        const scope = scopeOfDefinition(given);
        const giver = {
          id: 'u',
          tenantId: 't',
          role: 'rol_x',
          permissions: new Set(given.permissions),
          scope,
        };
        expect(excessOf(given, giver)).toBeNull();
      }),
    );
  });
});
