import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../http/register-route.ts';
import type { Provenance } from './provenance-types.ts';

/** `settled`: some records are written behind their answer; whoever asks at once waits for them. */
export function provenanceRoutes(
  app: FastifyInstance,
  provenance: Provenance,
  settled: () => Promise<void>,
): void {
  route(app, api.provenance.get, async ({ params, query, ctx }) => {
    await settled();
    return query.format === 'ro-crate'
      ? provenance.roCrate(ctx, params.id)
      : provenance.graph(ctx, params.id);
  });
}
