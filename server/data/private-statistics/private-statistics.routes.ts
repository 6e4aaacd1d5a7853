import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { PrivateStatistics } from './private-statistics.service.ts';

export function privateStatisticsRoutes(app: FastifyInstance, statistics: PrivateStatistics): void {
  route(app, api.privateStatistics.ask, ({ ctx, body }) => statistics.ask(ctx, body));
  route(app, api.privateStatistics.budget, ({ ctx, params }) => statistics.budget(ctx, params.id));
  route(app, api.privateStatistics.setBudget, ({ ctx, params, body }) =>
    statistics.setBudget(ctx, params.id, body),
  );
  route(app, api.privateStatistics.ledger, ({ ctx, params, query }) =>
    statistics.ledger(ctx, params.id, query),
  );
}
