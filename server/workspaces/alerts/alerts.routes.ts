import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Alerts } from './alerts.service.ts';

export function alertRoutes(app: FastifyInstance, alerts: Alerts): void {
  const { dashboardAlerts } = api;
  const unstored = { 'cache-control': 'no-store' };
  route(app, dashboardAlerts.list, ({ ctx, params, query }) => alerts.list(ctx, params.id, query));
  route(app, dashboardAlerts.create, async ({ ctx, params, body, reply }) => {
    void reply.headers(unstored);
    return alerts.create(ctx, params.id, body);
  });
  route(app, dashboardAlerts.update, async ({ ctx, params, body, reply }) => {
    void reply.headers(unstored);
    return alerts.update(ctx, params.id, params.alert_id, body);
  });
  route(app, dashboardAlerts.remove, ({ ctx, params }) => alerts.remove(ctx, params.id, params.alert_id));
  route(app, dashboardAlerts.check, ({ ctx, params }) => alerts.check(ctx, params.id, params.alert_id));
  route(app, dashboardAlerts.acknowledge, ({ ctx, params }) =>
    alerts.acknowledge(ctx, params.id, params.alert_id),
  );
  route(app, dashboardAlerts.entries, ({ ctx, params, query }) =>
    alerts.entries(ctx, params.id, params.alert_id, query),
  );
}
