import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../http/register-route.ts';
import type { Jobs } from './job-types.ts';

export function jobRoutes(app: FastifyInstance, jobs: Jobs): void {
  route(app, api.jobs.list, ({ query, ctx }) => {
    const { status, limit, cursor } = query;
    return jobs.list(ctx, { limit, ...(status && { status }), ...(cursor !== undefined && { cursor }) });
  });
  route(app, api.jobs.get, ({ params, ctx }) => jobs.get(ctx, params.id));
  route(app, api.jobs.cancel, ({ params, ctx }) => jobs.cancel(ctx, params.id));
  route(app, api.jobs.retry, ({ params, ctx }) => jobs.retry(ctx, params.id));
}
