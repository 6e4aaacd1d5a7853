/**
 * What it costs to know who sends a request: the cookie, and the access token of a program, each of 1,000 people in
 * turn, remembered; and a token that is seen for the first time, which is verified and looked up in the store.
 *   node bench/session-check.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFirstTenant, findUser, insertUser } from '../server/access/identity/identity.store.ts';
import { openIdentity } from '../server/access/identity/open-identity.ts';
import { createApp } from '../server/app.ts';
import { readConfig } from '../server/platform/config/read-config.ts';
import { print, printNoise, quantile, round } from './measure.ts';

const bench = 'session-check';
const people = 1_000;
const checks = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'stroma-bench-'));
const settings = { PORT: '0', STROMA_DATA: folder, STROMA_DEMO: '0', STROMA_LOG_LEVEL: 'error' };
const app = await createApp(readConfig(settings, join(folder, 'none.yaml')).config);
await app.start();
const { platform } = app;
const silent = { record: async () => {}, recordAll: async () => {}, append: async () => {} };
const standing = async () => ({ permissions: new Set<never>(), tier: 'free' as const });
const open = () => openIdentity(platform, silent, standing);
const room = open();

const client = {
  address: '127.0.0.1',
  userAgent: 'bench',
  requestId: 'req_bench',
  origin: 'http://localhost',
};
const tenantId = (await findFirstTenant(platform.db.sql)) ?? '';
const cookies: string[] = [];
const tokens: string[] = [];
for (let index = 0; index < people; index++) {
  const person = {
    tenantId,
    email: `p${index}@bench.example`,
    name: 'P',
    role: 'scientist',
    mustChangePassword: false,
  };
  const user = await findUser(platform.db.sql, await insertUser(platform.db.sql, person, null));
  if (user === null) throw new Error('The person was not made.');
  const entered = await room.identity.enter(user, 'single_sign_on', true, 'program', client);
  if (entered.answer.status !== 'signed_in' || entered.answer.token === null || entered.cookieToken === null)
    throw new Error('The person did not get in.');
  cookies.push(entered.cookieToken);
  tokens.push(entered.answer.token);
}

async function perCheckMs(held: readonly string[], count: number): Promise<number> {
  const began = performance.now();
  for (let index = 0; index < count; index++)
    if ((await room.actor(held[index % held.length] ?? null)) === null)
      throw new Error('A session was lost.');
  return (performance.now() - began) / count;
}

const runs: Record<string, number[]> = {};
for (const [figure, held] of [
  ['cookie', cookies],
  ['access token', tokens],
] as const) {
  await perCheckMs(held, held.length);
  const times = [
    await perCheckMs(held, checks),
    await perCheckMs(held, checks),
    await perCheckMs(held, checks),
  ];
  runs[figure] = times;
  const ours = quantile(times, 0.5);
  const absolute = { peer: null, peer_name: null, ratio: null, target: '<= 0.2' };
  print({
    bench,
    figure: `${figure}, remembered`,
    unit: 'ms',
    ours: round(ours, 5),
    ...absolute,
    ok: ours <= 0.2,
  });
}

const fresh: number[] = [];
const other = open();
for (const token of tokens) {
  const began = performance.now();
  await other.actor(token);
  fresh.push(performance.now() - began);
}
print({
  bench,
  figure: 'access token, first seen (median)',
  unit: 'ms',
  ours: round(quantile(fresh, 0.5), 3),
  peer: null,
  peer_name: null,
  ratio: null,
  target: 'told, once for each token and minute',
  ok: true,
});
printNoise(bench, runs);
await app.stop();
rmSync(folder, { recursive: true, force: true });
