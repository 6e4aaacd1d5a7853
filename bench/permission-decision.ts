/**
 * What a decision costs: `decide` at the gate (a permission, no resource) and on a dataset with every attribute, as
 * each role in turn, beside a bare look-up in a Set of the same permissions; measured in turns in one run.
 *   node bench/permission-decision.ts
 */
import {
  builtInRoles,
  decide,
  definitionOfRole,
  permissions,
  type ResourceAttributes,
  scopeOfRole,
} from '@stroma/contracts';
import { median, print, printNoise, round } from './measure.ts';

const bench = 'permission-decision';
const rounds = 9;
const decisions = 1_000_000;
const now = new Date();

const actors = builtInRoles.map((role) => ({
  id: 'usr_me',
  tenantId: 'tnt_1',
  role,
  permissions: new Set(definitionOfRole(role).permissions),
  scope: { ...scopeOfRole(role), projects: new Set(['prj_1', 'prj_2', 'prj_3']), sites: new Set(['basel']) },
}));
const resource: ResourceAttributes = {
  tenantId: 'tnt_1',
  ownerId: 'usr_other',
  projects: ['prj_9', 'prj_2'],
  sensitivity: 'internal',
  site: 'basel',
  opensAt: new Date(0),
  closesAt: new Date(8.64e15),
  purposes: ['quality', 'research'],
  granted: [],
};

/** Counts what is allowed, so that nothing can be left out as unused. */
function run(allows: (actor: (typeof actors)[number], permission: (typeof permissions)[number]) => boolean) {
  let allowed = 0;
  const began = performance.now();
  for (let index = 0; index < decisions; index++) {
    const actor = actors[index % actors.length] as (typeof actors)[number];
    const permission = permissions[index % permissions.length] as (typeof permissions)[number];
    if (allows(actor, permission)) allowed += 1;
  }
  return { ns: ((performance.now() - began) * 1e6) / decisions, allowed };
}

const ways = {
  bare: () => run((actor, permission) => actor.permissions.has(permission)),
  gate: () => run((actor, permission) => decide({ permission, actor, now }).allowed),
  resource: () =>
    run((actor, permission) => decide({ permission, actor, resource, now, purpose: 'research' }).allowed),
};
const times = { bare: [] as number[], gate: [] as number[], resource: [] as number[] };
for (let index = 0; index < rounds; index++)
  for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
    const { ns, allowed } = ways[way]();
    if (allowed === 0) throw new Error('nothing was allowed');
    // The first round is for the compiler.
    if (index > 0) times[way].push(ns);
  }

const bare = median(times.bare);
for (const way of ['gate', 'resource'] as const) {
  const ns = median(times[way]);
  print({
    bench,
    figure: way === 'gate' ? 'one decision at the gate' : 'one decision on a dataset with every attribute',
    unit: 'ns',
    ours: round(ns, 1),
    peer: round(bare, 1),
    peer_name: 'Set.has',
    ratio: round(ns / bare, 1),
    target: 'at most 1000 ns',
    ok: ns <= 1_000,
  });
  print({
    bench,
    figure: `decisions a second, ${way === 'gate' ? 'at the gate' : 'on a dataset'}`,
    unit: '1/s',
    ours: Math.round(1e9 / ns),
    peer: Math.round(1e9 / bare),
    peer_name: 'Set.has',
    ratio: round(bare / ns, 3),
    target: 'at least 1000000 a second',
    ok: 1e9 / ns >= 1_000_000,
  });
}
printNoise(bench, times);
