/**
 * Requests a second of an authenticated route that does next to nothing (who am I), with everything Stroma does
 * around it: identity, permission, limits, schemas, headers, request ids, metrics. Against a bare Fastify that
 * answers the same JSON. Servers and load each in a process of their own; in turns.
 *   node bench/http-trivial.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { median, print, printNoise, round } from './measure.ts';
import { runLoad } from './run-load.ts';
import { startServer } from './stroma-server.ts';

const bench = 'http-trivial';
const server = await startServer();
const session = await server.client.identity.session();
const bare = spawn(
  process.execPath,
  [join(import.meta.dirname, 'bare-fastify.ts'), JSON.stringify(session)],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
try {
  const [said] = (await once(bare.stdout, 'data')) as [Buffer];
  const rates = { ours: [] as number[], peer: [] as number[] };
  const load = { callers: 32, seconds: 3 };
  for (let turn = 0; turn < 5; turn++) {
    const ours = {
      ...load,
      url: server.url,
      token: server.token,
      requests: [{ method: 'GET' as const, path: '/api/v1/auth/session' }],
    };
    const peer = {
      ...load,
      url: String(said).trim(),
      token: server.token,
      requests: [{ method: 'GET' as const, path: '/trivial' }],
    };
    for (const side of turn % 2 === 0 ? (['peer', 'ours'] as const) : (['ours', 'peer'] as const))
      rates[side].push((await runLoad(side === 'ours' ? ours : peer)).per_second);
  }
  const [our, their] = [median(rates.ours), median(rates.peer)];
  print({
    bench,
    figure: 'authenticated trivial route',
    unit: 'requests/s',
    ours: Math.round(our),
    peer: Math.round(their),
    peer_name: 'bare Fastify, same answer',
    ratio: round(our / their),
    target: 'ratio >= 0.6',
    ok: our / their >= 0.6,
  });
  printNoise(bench, rates);
} finally {
  bare.kill();
  await server.stop();
}
