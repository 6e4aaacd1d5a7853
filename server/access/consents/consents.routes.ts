import { Readable } from 'node:stream';
import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Consents } from './consents.service.ts';

export function consentRoutes(app: FastifyInstance, consents: Consents): void {
  route(app, api.consents.give, ({ ctx, body }) => consents.give(ctx, body));
  route(app, api.consents.withdraw, ({ ctx, params, body }) => consents.withdraw(ctx, params.id, body.note));
  route(app, api.consents.list, ({ ctx, query }) => consents.list(ctx, query));
  route(app, api.consents.export, async ({ ctx, query, reply }) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="consents.csv"')
      .header('cache-control', 'private, no-store')
      .send(Readable.from(await consents.csv(ctx, query.purpose))),
  );
  route(app, api.consents.search, ({ ctx, body }) => consents.search(ctx, body));
}
