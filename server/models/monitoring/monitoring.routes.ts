import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Monitors } from './monitors.service.ts';
import type { Outcomes } from './outcomes.service.ts';

export function monitoringRoutes(
  app: FastifyInstance,
  { monitors, outcomes }: { monitors: Monitors; outcomes: Outcomes },
): void {
  route(app, api.modelOutcomes.record, ({ ctx, body }) => outcomes.record(ctx, body));
  const of = api.modelMonitoring;
  route(app, of.list, ({ ctx, query }) => monitors.list(ctx, query));
  route(app, of.create, ({ ctx, body }) => monitors.create(ctx, body));
  route(app, of.get, ({ ctx, params }) => monitors.get(ctx, params.id));
  route(app, of.update, ({ ctx, params, body }) => monitors.update(ctx, params.id, body));
  route(app, of.remove, ({ ctx, params }) => monitors.remove(ctx, params.id));
  route(app, of.check, ({ ctx, params }) => monitors.check(ctx, params.id));
  route(app, of.checks, ({ ctx, params, query }) => monitors.checks(ctx, params.id, query));
  route(app, of.getCheck, ({ ctx, params }) => monitors.getCheck(ctx, params.id, params.check_id));
  route(app, of.firings, ({ ctx, params, query }) => monitors.firings(ctx, params.id, query));
  route(app, of.retrain, ({ ctx, params }) => monitors.retrain(ctx, params.id));
  route(app, of.retrainings, ({ ctx, params, query }) => monitors.listRetrainings(ctx, params.id, query));
}
