import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { ApiKeys } from './api-keys.service.ts';

export function apiKeyRoutes(app: FastifyInstance, keys: ApiKeys): void {
  const { apiKeys } = api;
  const unstored = { 'cache-control': 'no-store' };
  route(app, apiKeys.list, ({ ctx, query }) => keys.list(ctx, query));
  route(app, apiKeys.create, async ({ ctx, body, reply }) => {
    void reply.headers(unstored);
    return await keys.create(ctx, body);
  });
  route(app, apiKeys.get, ({ ctx, params }) => keys.get(ctx, params.id));
  route(app, apiKeys.update, ({ ctx, params, body }) => keys.update(ctx, params.id, body));
  route(app, apiKeys.rotate, async ({ ctx, params, body, reply }) => {
    void reply.headers(unstored);
    return await keys.rotate(ctx, params.id, body.overlap_hours);
  });
  route(app, apiKeys.revoke, ({ ctx, params }) => keys.revoke(ctx, params.id));
  route(app, apiKeys.listAll, ({ ctx, query }) => keys.listAll(ctx, query));
  route(app, apiKeys.revokeAny, ({ ctx, params }) => keys.revokeAny(ctx, params.id));
}
