import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { ModelReports } from './model-reports.service.ts';

export function reportRoutes(app: FastifyInstance, reports: ModelReports): void {
  const of = api.modelReports;
  route(app, of.list, ({ ctx, params, query }) => reports.list(ctx, params.id, query));
  route(app, of.requestFairness, ({ ctx, params, body }) =>
    reports.requestFairness(ctx, params.id, params.number, body),
  );
  route(app, of.fairness, ({ ctx, params }) => reports.fairness(ctx, params.id, params.number));
  route(app, of.requestDrift, ({ ctx, params, body }) =>
    reports.requestDrift(ctx, params.id, params.number, body),
  );
  route(app, of.drift, ({ ctx, params }) => reports.drift(ctx, params.id, params.number));
}
