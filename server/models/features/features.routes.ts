import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { FeatureJobs } from './feature-jobs.service.ts';
import type { FeatureViews } from './feature-views.service.ts';
import type { OnlineFeatures } from './online-features.service.ts';

export interface FeatureServices {
  views: FeatureViews;
  jobs: FeatureJobs;
  online: OnlineFeatures;
}

export function featureRoutes(app: FastifyInstance, { views, jobs, online }: FeatureServices): void {
  const of = api.features;
  route(app, of.list, ({ ctx, query }) => views.list(ctx, query));
  route(app, of.create, ({ ctx, body }) => views.create(ctx, body));
  route(app, of.preview, ({ ctx, body }) => views.preview(ctx, body));
  route(app, of.get, ({ ctx, params }) => views.get(ctx, params.id));
  route(app, of.update, ({ ctx, params, body }) => views.update(ctx, params.id, body));
  route(app, of.remove, ({ ctx, params }) => views.remove(ctx, params.id));
  route(app, of.versions, ({ ctx, params, query }) => views.versions(ctx, params.id, query));
  route(app, of.setSchedule, ({ ctx, params, body }) => views.setSchedule(ctx, params.id, body.schedule));
  route(app, of.materialise, async ({ ctx, params }) => ({ job_id: await jobs.materialise(ctx, params.id) }));
  route(app, of.materialisations, ({ ctx, params, query }) => views.materialisations(ctx, params.id, query));
  route(app, of.online, ({ ctx, body }) => online.read(ctx, body));
  route(app, of.join, async ({ ctx, body }) => ({ job_id: await jobs.join(ctx, body) }));
}
