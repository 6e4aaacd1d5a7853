import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Metrics } from './metrics.service.ts';

export function metricRoutes(app: FastifyInstance, metrics: Metrics): void {
  route(app, api.metrics.list, ({ ctx, query }) => metrics.list(ctx, query));
  route(app, api.metrics.get, ({ ctx, params }) => metrics.get(ctx, params.id));
  route(app, api.metrics.create, ({ ctx, body }) => metrics.create(ctx, body));
  route(app, api.metrics.update, ({ ctx, params, body }) => metrics.update(ctx, params.id, body));
  route(app, api.metrics.approve, ({ ctx, params, body }) => metrics.approve(ctx, params.id, body));
  route(app, api.metrics.remove, ({ ctx, params }) => metrics.remove(ctx, params.id));
}
