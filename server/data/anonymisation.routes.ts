import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../platform/http/register-route.ts';
import type { Anonymisation } from './anonymisation.service.ts';
import type { PrivateStatistics } from './private-statistics.service.ts';

export function anonymisationRoutes(
  app: FastifyInstance,
  anonymisation: Anonymisation,
  statistics: PrivateStatistics,
): void {
  route(app, api.anonymisation.anonymise, async ({ ctx, body }) => ({
    job_id: await anonymisation.start(ctx, body),
  }));
  route(app, api.anonymisation.preview, ({ ctx, body }) => anonymisation.preview(ctx, body));
  route(app, api.anonymisation.privateStatistics, ({ ctx, body }) => statistics.ask(ctx, body));
  route(app, api.anonymisation.budget, ({ ctx, params }) => statistics.budget(ctx, params.id));
  route(app, api.anonymisation.setBudget, ({ ctx, params, body }) =>
    statistics.setBudget(ctx, params.id, body),
  );
  route(app, api.anonymisation.ledger, ({ ctx, params, query }) => statistics.ledger(ctx, params.id, query));
}
