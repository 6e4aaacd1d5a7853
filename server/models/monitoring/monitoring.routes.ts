import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import { type OutcomeTools, startJoin } from './dataset-outcomes.jobs.ts';
import type { Monitors } from './monitors.service.ts';

export function monitoringRoutes(
  app: FastifyInstance,
  { monitors, ...joined }: OutcomeTools & { monitors: Monitors },
): void {
  route(app, api.modelOutcomes.record, ({ ctx, body }) => joined.outcomes.record(ctx, body));
  route(app, api.modelOutcomes.fromDataset, ({ ctx, params, body }) =>
    startJoin(joined, ctx, params.id, body),
  );
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
