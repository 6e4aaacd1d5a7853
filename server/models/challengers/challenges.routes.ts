import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Challenges } from './challenges.service.ts';

export function challengeRoutes(app: FastifyInstance, challenges: Challenges): void {
  const of = api.challenges;
  route(app, of.list, ({ ctx, params, query }) => challenges.list(ctx, params.id, query));
  route(app, of.start, ({ ctx, params, body }) => challenges.start(ctx, params.id, body));
  route(app, of.get, ({ ctx, params }) => challenges.get(ctx, params.id));
  route(app, of.stop, ({ ctx, params, body }) => challenges.stop(ctx, params.id, body.comment));
  route(app, of.promote, ({ ctx, params, body }) => challenges.promote(ctx, params.id, body));
  route(app, of.rollback, ({ ctx, params, body }) => challenges.rollback(ctx, params.id, body.comment));
  route(app, of.predictions, ({ ctx, params, query }) => challenges.predictions(ctx, params.id, query));
}
