import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Insights } from './insights.service.ts';

export function insightRoutes(app: FastifyInstance, insights: Insights): void {
  route(app, api.insights.generate, ({ ctx, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return insights.generate(ctx, body);
  });
  route(app, api.insights.list, ({ ctx, query }) => insights.list(ctx, query));
  route(app, api.insights.get, ({ ctx, params, reply }) => {
    void reply.header('cache-control', 'no-store');
    return insights.get(ctx, params.id);
  });
}
