import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Client } from '../identity/client.ts';
import type { Tenants } from './tenants.service.ts';

export function tenantRoutes(
  app: FastifyInstance,
  tenants: Tenants,
  clientOf: (request: FastifyRequest) => Client,
): void {
  route(app, api.tenants.list, ({ ctx, query }) => tenants.list(ctx, query));
  route(app, api.tenants.create, ({ ctx, body, request }) => tenants.create(ctx, body, clientOf(request)));
  route(app, api.tenants.rename, ({ ctx, params, body }) => tenants.rename(ctx, params.id, body.name));
  route(app, api.tenants.invite, ({ ctx, params, body, request }) =>
    tenants.invite(ctx, params.id, body.email, clientOf(request)),
  );
  route(app, api.tenants.close, ({ ctx, params, body }) => tenants.close(ctx, params.id, body.reason));
  route(app, api.tenants.reopen, ({ ctx, params }) => tenants.reopen(ctx, params.id));
}
