import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { attachment } from '../../data/index.ts';
import { route } from '../../platform/http/register-route.ts';
import { modelCard } from '../registry/model-card.ts';
import type { RegistryServices } from '../registry/registry.routes.ts';
import { type BatchTools, startPredictDataset } from './predict-dataset.jobs.ts';
import type { PredictionLogs } from './prediction-log.ts';
import type { Predictions } from './predictions.service.ts';
import type { ServedModels } from './served-models.ts';

export interface ServingServices {
  registry: RegistryServices;
  served: ServedModels;
  predictions: Predictions;
  batch: BatchTools;
  log: PredictionLogs;
}

export function predictionRoutes(
  app: FastifyInstance,
  { registry, served, predictions, batch, log }: ServingServices,
): void {
  const of = api.predictions;
  route(app, of.predict, ({ ctx, body }) => predictions.predict(ctx, body));
  route(app, of.predictDataset, ({ ctx, params, body }) => startPredictDataset(batch, ctx, params.id, body));
  route(app, of.log, ({ ctx, params }) => log.get(ctx, params.id));
  route(app, of.setLog, ({ ctx, params, body }) => log.set(ctx, params.id, body));
  route(app, of.logged, ({ ctx, params, query }) => log.list(ctx, params.id, query));
  route(app, of.metrics, ({ ctx, params, query }) => predictions.metrics(ctx, params.id, query.version));
  route(app, of.explain, ({ ctx, params, body }) => predictions.explain(ctx, params.id, body));
  route(app, of.card, async ({ ctx, params, query }) => {
    const model = await registry.models.require(ctx, 'models:read', params.id);
    const { version } = await served.version(ctx, model, query.version);
    return modelCard(registry, ctx, params.id, version.number);
  });
  route(app, of.export, async ({ ctx, params, query, reply }) => {
    const { name, content } = await predictions.export(ctx, params.id, query.version, query.format);
    return reply
      .type('application/octet-stream')
      .header('content-disposition', attachment(name))
      .header('cache-control', 'private, no-store')
      .send(content);
  });
}
