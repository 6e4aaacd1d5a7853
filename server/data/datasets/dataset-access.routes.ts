import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { DatasetAccess } from './dataset-access.service.ts';

export function datasetAccessRoutes(app: FastifyInstance, access: DatasetAccess): void {
  route(app, api.datasetAccess.get, ({ ctx, params }) => access.get(ctx, params.id));
  route(app, api.datasetAccess.set, ({ ctx, params, body }) => access.set(ctx, params.id, body));
  route(app, api.datasetAccess.try, ({ ctx, params, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return access.try(ctx, params.id, body);
  });
}
