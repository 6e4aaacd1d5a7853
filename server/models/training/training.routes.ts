import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { OwnTrainings } from './own-trainings.service.ts';
import type { Trainings } from './training.service.ts';

export function trainingRoutes(app: FastifyInstance, trainings: Trainings, own: OwnTrainings): void {
  const of = api.training;
  route(app, of.automl, ({ ctx, body }) => trainings.automl(ctx, body));
  route(app, of.learner, ({ ctx, body }) => trainings.learner(ctx, body));
  route(app, of.network, ({ ctx, body }) => own.network(ctx, body));
  route(app, of.ensemble, ({ ctx, body }) => own.ensemble(ctx, body));
  route(app, of.transfer, ({ ctx, body }) => own.transfer(ctx, body));
  route(app, of.storeFile, ({ ctx, request }) => own.files.store(ctx, request));
  route(app, of.import, ({ ctx, body }) => own.import(ctx, body));
  route(app, of.baseModels, ({ ctx }) => own.bases(ctx));
  route(app, of.list, ({ ctx, query }) => trainings.list(ctx, query));
  route(app, of.get, ({ ctx, params }) => trainings.get(ctx, params.id));
}
