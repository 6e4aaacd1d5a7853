import { mlflowApi as api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import { loggedModelFolder } from '../experiments/logged-models.service.ts';
import type { FoundLoggedModel } from '../experiments/logged-models.store.ts';
import { nextOffset, readOffset } from '../experiments/runs.service.ts';
import { type MlflowParts, nextPage, runIdOf, tagsOf } from './mlflow-runs.ts';
import { artifactUri, pairsOf } from './run-wire.ts';

const mostModels = 1000;

export function loggedModelMethods(app: FastifyInstance, { experiments, runs, logged }: MlflowParts): void {
  route(app, api.createLoggedModel, async ({ ctx, body }) => {
    const { experiment_id: id } = body;
    const found = await logged.create(ctx, {
      experimentId: id === '0' ? (await experiments.default(ctx, true)).id : id,
      runId: body.source_run_id === '' ? null : body.source_run_id,
      name: body.name === '' ? 'model' : body.name,
      modelType: body.model_type,
      params: Object.fromEntries(tagsOf(body.params)),
      tags: Object.fromEntries(tagsOf(body.tags)),
    });
    return { model: loggedModelWire(found) };
  });
  route(app, api.searchLoggedModels, async ({ ctx, body }) => {
    const offset = readOffset(body.page_token || undefined);
    const limit = Math.min(body.max_results ?? mostModels, mostModels);
    const found = await logged.search(ctx, {
      experimentIds: body.experiment_ids,
      filter: body.filter,
      orderBy: body.order_by,
      limit: limit + 1,
      offset,
    });
    return {
      models: found.slice(0, limit).map(loggedModelWire),
      ...nextPage(nextOffset(found.length, limit, offset)),
    };
  });
  route(app, api.getLoggedModel, async ({ ctx, params }) => ({
    model: loggedModelWire(await logged.get(ctx, params.model_id)),
  }));
  route(app, api.finalizeLoggedModel, async ({ ctx, params, body }) => {
    const status = body.status.replace('LOGGED_MODEL_', '').toLowerCase() as
      | 'pending'
      | 'ready'
      | 'upload_failed';
    return { model: loggedModelWire(await logged.finish(ctx, params.model_id, status)) };
  });
  route(app, api.deleteLoggedModel, async ({ ctx, params }) => {
    await logged.remove(ctx, params.model_id);
    return {};
  });
  route(app, api.setLoggedModelTags, async ({ ctx, params, body }) => ({
    model: loggedModelWire(await logged.tag(ctx, params.model_id, Object.fromEntries(tagsOf(body.tags)))),
  }));
  route(app, api.deleteLoggedModelTag, async ({ ctx, params }) => {
    await logged.tag(ctx, params.model_id, { [params.tag_key]: null });
    return {};
  });
  route(app, api.logLoggedModelParams, async ({ ctx, params, body }) => ({
    model: loggedModelWire(
      await logged.addParams(ctx, params.model_id, Object.fromEntries(tagsOf(body.params))),
    ),
  }));
  // A run's models are known by the run they name, so there is nothing to add; the run has to be there.
  route(app, api.logOutputs, async ({ ctx, body }) => {
    await runs.requireActive(ctx, runIdOf(body));
    return {};
  });
}

const loggedModelWire = ({ model, experimentId }: FoundLoggedModel) => ({
  info: {
    model_id: model.id,
    experiment_id: experimentId,
    name: model.name,
    creation_timestamp_ms: model.createdAt.getTime(),
    last_updated_timestamp_ms: model.updatedAt.getTime(),
    artifact_uri: `${artifactUri(experimentId, model.runId)}/${loggedModelFolder(model.id)}`,
    status: `LOGGED_MODEL_${model.status.toUpperCase()}`,
    model_type: model.modelType,
    source_run_id: model.runId,
    tags: pairsOf(model.tags),
  },
  data: { params: pairsOf(model.params), metrics: [] },
});
