import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { PersonSearches } from './person-searches.service.ts';
import { personPage } from './persons.page.ts';
import type { Persons } from './persons.service.ts';

export function personRoutes(app: FastifyInstance, persons: Persons, searches: PersonSearches): void {
  route(app, api.persons.search, ({ ctx, body }) => searches.begin(ctx, body));
  route(app, api.persons.found, ({ ctx, params }) => searches.get(ctx, params.id));
  route(app, api.persons.export, async ({ ctx, params, query, reply }) => {
    const held = await persons.export(ctx, params.id, query.format);
    const isPage = query.format === 'html';
    return reply
      .type(isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="person-${params.id}.${query.format}"`)
      .header('cache-control', 'private, no-store')
      .send(isPage ? personPage(held) : JSON.stringify(held, null, 2));
  });
}
