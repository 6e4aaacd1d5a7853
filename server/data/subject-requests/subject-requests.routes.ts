import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import { subjectPage } from '../persons/persons.page.ts';
import { type PackageTools, packageFor } from './subject-packages.ts';

export function subjectRequestRoutes(app: FastifyInstance, tools: PackageTools): void {
  const { requests, searches } = tools;
  route(app, api.subjectRequests.receive, ({ ctx, body }) => requests.receive(ctx, body));
  route(app, api.subjectRequests.list, ({ ctx, query }) => requests.list(ctx, query));
  route(app, api.subjectRequests.export, async ({ ctx, query, reply }) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="requests.csv"')
      .header('cache-control', 'private, no-store')
      .send(await requests.csv(ctx, query)),
  );
  route(app, api.subjectRequests.get, ({ ctx, params }) => requests.get(ctx, params.id));
  route(app, api.subjectRequests.step, ({ ctx, params, body }) => requests.step(ctx, params.id, body));
  route(app, api.subjectRequests.search, async ({ ctx, params, body }) => {
    const row = await requests.find(ctx, params.id);
    if (row.closedAt !== null) fail('CONFLICT', 'This request is closed.', { request_id: params.id });
    return searches.begin(ctx, { identifiers: await requests.identifiers(row), ...body }, row.id);
  });
  route(app, api.subjectRequests.package, async ({ ctx, params, query, reply }) => {
    const made = await packageFor(tools, ctx, params.id);
    const isPage = query.format === 'html';
    return reply
      .type(isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="${params.id}.${query.format}"`)
      .header('cache-control', 'private, no-store')
      .send(isPage ? subjectPage(made) : JSON.stringify(made, null, 2));
  });
}
