import { createHash } from 'node:crypto';
import type { Endpoint } from '@stroma/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cache } from '../cache/cache.ts';
import { fail } from '../failure.ts';

const keptMs = 24 * 60 * 60 * 1000;
const runningMs = 10 * 60 * 1000;

interface Kept {
  fingerprint: string;
  status: number;
  body: unknown;
}

export interface Idempotency {
  run(
    endpoint: Endpoint,
    actorId: string,
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<unknown>,
  ): Promise<unknown>;
}

/** The same `Idempotency-Key` by the same actor at the same address does the work once and answers alike for a day. */
export function openIdempotency(cache: Cache): Idempotency {
  return {
    async run(endpoint, actorId, request, reply, work) {
      const key = request.headers['idempotency-key'];
      if (key === undefined || request.method === 'GET' || endpoint.consumes !== undefined)
        return await work();
      if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key))
        fail('INVALID_INPUT', 'Expected an Idempotency-Key of 1 to 200 visible ASCII characters.', {
          field: 'Idempotency-Key',
        });
      const place = `idempotency:${actorId}:${endpoint.id}:${key}`;
      const fingerprint = createHash('sha256')
        .update(`${request.url}\n${JSON.stringify(request.body ?? null)}`)
        .digest('hex');
      const kept = await cache.get<Kept>(place);
      if (kept !== null) return replay(kept, fingerprint, reply);
      const { count } = await cache.increment(`${place}:running`, runningMs);
      if (count > 1) fail('CONFLICT', 'The first call with this Idempotency-Key has not ended yet.');
      try {
        const body = await work();
        // Such an answer holds a secret that is shown once and kept nowhere.
        if (reply.getHeader('cache-control') === 'no-store') return body;
        await cache.set(place, { fingerprint, status: reply.statusCode, body } satisfies Kept, keptMs);
        return body;
      } finally {
        await cache.delete(`${place}:running`);
      }
    },
  };
}

function replay(kept: Kept, fingerprint: string, reply: FastifyReply): unknown {
  if (kept.fingerprint !== fingerprint)
    fail('CONFLICT', 'This Idempotency-Key was used for a different call. Take a new key.');
  void reply.code(kept.status).header('idempotency-replayed', 'true');
  return kept.body;
}
