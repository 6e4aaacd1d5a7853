import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Trainings } from './training.service.ts';

export function trainingRoutes(app: FastifyInstance, trainings: Trainings): void {
  const of = api.training;
  route(app, of.automl, ({ ctx, body }) => trainings.automl(ctx, body));
  route(app, of.learner, ({ ctx, body }) => trainings.learner(ctx, body));
  route(app, of.list, ({ ctx, query }) => trainings.list(ctx, query));
  route(app, of.get, ({ ctx, params }) => trainings.get(ctx, params.id));
}
