import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { BreakGlass } from './break-glass.service.ts';

export function breakGlassRoutes(app: FastifyInstance, breakGlass: BreakGlass): void {
  route(app, api.breakGlass.open, ({ ctx, body }) => breakGlass.open(ctx, body));
  route(app, api.breakGlass.end, ({ ctx, params }) => breakGlass.end(ctx, params.id));
  route(app, api.breakGlass.list, ({ ctx, query }) => breakGlass.list(ctx, query));
  route(app, api.breakGlass.review, ({ ctx, params, body }) => breakGlass.review(ctx, params.id, body));
}
