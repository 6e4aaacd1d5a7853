import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { acrossTenants } from '../db/tenant-scope.ts';
import { route } from '../http/register-route.ts';
import type { Monitoring } from './monitoring.ts';

const ofInstallation = <T>(work: () => T): T =>
  acrossTenants('how the installation stands is no tenant’s, and asked of who runs it', work);

/** The System page and the error log. */
export function monitoringRoutes(app: FastifyInstance, monitoring: Monitoring): void {
  route(app, api.system.state, () => ofInstallation(() => monitoring.state()));
  route(app, api.system.history, ({ query }) => ofInstallation(() => monitoring.history(query.hours)));
  route(app, api.system.errors, ({ query }) => ofInstallation(() => monitoring.errors(query)));
  route(app, api.system.error, ({ params }) => ofInstallation(() => monitoring.error(params.id)));
  route(app, api.system.errorSeen, ({ ctx, params, body }) =>
    ofInstallation(() => monitoring.mark(ctx, params.id, body.seen)),
  );
}
