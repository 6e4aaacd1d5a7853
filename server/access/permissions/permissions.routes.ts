import { Readable } from 'node:stream';
import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Permissions } from './open-permissions.ts';

export function permissionRoutes(app: FastifyInstance, access: Permissions): void {
  const { explanations, projects, purposes, resources, roles } = access;

  route(app, api.access.permissions, ({ ctx, query }) => explanations.permissions(ctx, query));
  route(app, api.access.listRoles, ({ ctx, query }) => roles.list(ctx, query));
  route(app, api.access.createRole, ({ ctx, body }) => roles.create(ctx, body));
  route(app, api.access.updateRole, ({ ctx, params, body }) => roles.update(ctx, params.role, body));
  route(app, api.access.deleteRole, ({ ctx, params }) => roles.remove(ctx, params.role));
  route(app, api.access.review, ({ ctx, query }) => explanations.review(ctx, query));
  route(app, api.access.exportReview, async ({ ctx, reply }) => {
    const day = new Date().toISOString().slice(0, 10);
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="access-review-${day}.csv"`)
      .header('cache-control', 'private, no-store')
      .send(Readable.from(explanations.csv(ctx)));
  });

  route(app, api.projects.list, ({ ctx, query }) => projects.list(ctx, query));
  route(app, api.projects.get, ({ ctx, params }) => projects.get(ctx, params.id));
  route(app, api.projects.resources, ({ ctx, params, query }) => projects.resources(ctx, params.id, query));
  route(app, api.projects.create, ({ ctx, body }) => projects.create(ctx, body));
  route(app, api.projects.update, ({ ctx, params, body }) => projects.update(ctx, params.id, body));
  route(app, api.projects.remove, ({ ctx, params }) => projects.remove(ctx, params.id));
  route(app, api.projects.resource, ({ ctx, params }) => resources.get(ctx, params.id));
  route(app, api.projects.setResource, ({ ctx, params, body }) => resources.set(ctx, params.id, body));
  route(app, api.projects.share, ({ ctx, params, body }) => resources.share(ctx, params.id, body));
  route(app, api.projects.shares, ({ ctx, query }) => resources.shares(ctx, query));
  route(app, api.purposes.list, ({ ctx }) => purposes.list(ctx));
  route(app, api.purposes.add, ({ ctx, body }) => purposes.add(ctx, body));
  route(app, api.purposes.update, ({ ctx, params, body }) => purposes.update(ctx, params.purpose, body));
  route(app, api.projects.unshare, ({ ctx, params }) => resources.unshare(ctx, params.id, params.grant_id));
}
