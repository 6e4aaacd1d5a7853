import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Retention } from './retention.service.ts';

export function retentionRoutes(app: FastifyInstance, retention: Retention): void {
  route(app, api.retention.policies, async ({ ctx }) => ({
    items: await retention.policies(ctx.actor.tenantId),
    next_cursor: null,
  }));
  route(app, api.retention.setPolicy, ({ ctx, params, body }) =>
    retention.setPolicy(ctx, params.kind, body.days),
  );
  route(app, api.retention.preview, async ({ ctx }) => ({ items: await retention.preview(ctx) }));
  route(app, api.retention.runs, ({ ctx, query }) => retention.runs(ctx, query));
  route(app, api.retention.apply, ({ ctx }) => retention.applyNow(ctx));
  route(app, api.retention.holds, ({ ctx, query }) => retention.holds(ctx, query));
  route(app, api.retention.placeHold, ({ ctx, body }) => retention.placeHold(ctx, body));
  route(app, api.retention.liftHold, ({ ctx, params, body }) =>
    retention.liftHold(ctx, params.id, body.reason),
  );
}
