import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Schedules } from './schedules.service.ts';

export function scheduleRoutes(app: FastifyInstance, schedules: Schedules): void {
  const { dashboardSchedules } = api;
  const unstored = { 'cache-control': 'no-store' };
  route(app, dashboardSchedules.list, ({ ctx, params, query }) => schedules.list(ctx, params.id, query));
  route(app, dashboardSchedules.create, async ({ ctx, params, body, reply }) => {
    void reply.headers(unstored);
    return schedules.create(ctx, params.id, body);
  });
  route(app, dashboardSchedules.update, async ({ ctx, params, body, reply }) => {
    void reply.headers(unstored);
    return schedules.update(ctx, params.id, params.schedule_id, body);
  });
  route(app, dashboardSchedules.remove, ({ ctx, params }) =>
    schedules.remove(ctx, params.id, params.schedule_id),
  );
  route(app, dashboardSchedules.run, ({ ctx, params }) =>
    schedules.runNow(ctx, params.id, params.schedule_id),
  );
  route(app, dashboardSchedules.runs, ({ ctx, params, query }) =>
    schedules.runs(ctx, params.id, params.schedule_id, query),
  );
}
