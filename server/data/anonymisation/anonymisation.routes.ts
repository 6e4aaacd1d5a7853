import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Anonymisation } from './anonymisation.service.ts';

export function anonymisationRoutes(app: FastifyInstance, anonymisation: Anonymisation): void {
  route(app, api.anonymisation.anonymise, async ({ ctx, body }) => ({
    job_id: await anonymisation.start(ctx, body),
  }));
  route(app, api.anonymisation.preview, ({ ctx, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return anonymisation.preview(ctx, body);
  });
}
