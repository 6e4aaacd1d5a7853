import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { Runs } from '../experiments/runs.service.ts';
import { modelCard } from './model-card.ts';
import type { ModelVersions } from './model-versions.service.ts';
import type { Promotions } from './promotions.service.ts';
import type { RegisteredModels } from './registered-models.service.ts';

export interface RegistryServices {
  parts: ModelParts;
  runs: Runs;
  models: RegisteredModels;
  versions: ModelVersions;
  promotions: Promotions;
}

export function registryRoutes(app: FastifyInstance, services: RegistryServices): void {
  const { models, versions, promotions } = services;
  const of = api.models;
  route(app, of.list, ({ ctx, query }) => models.list(ctx, query));
  route(app, of.create, async ({ ctx, body }) => models.document(ctx, await models.create(ctx, body)));
  route(app, of.get, ({ ctx, params }) => models.get(ctx, params.id));
  route(app, of.update, async ({ ctx, params, body }) =>
    models.document(ctx, await models.update(ctx, params.id, body)),
  );
  route(app, of.remove, ({ ctx, params }) => models.remove(ctx, params.id));
  route(app, of.restore, ({ ctx, params }) => models.restore(ctx, params.id));
  route(app, of.setPolicy, ({ ctx, params, body }) => models.setPolicy(ctx, params.id, body));
  route(app, of.setAlias, async ({ ctx, params, body }) =>
    models.document(ctx, await models.setAlias(ctx, params.id, params.alias, body.number)),
  );
  route(app, of.removeAlias, async ({ ctx, params }) => {
    await models.setAlias(ctx, params.id, params.alias, null);
  });

  route(app, of.versions, ({ ctx, params, query }) => versions.list(ctx, params.id, query));
  route(app, of.register, ({ ctx, params, body }) => versions.registerFromRun(ctx, params.id, body));
  route(app, of.version, ({ ctx, params }) => versions.get(ctx, params.id, params.number));
  route(app, of.updateVersion, async ({ ctx, params, body }) =>
    versions.document(ctx, await versions.update(ctx, params.id, params.number, body)),
  );
  route(app, of.removeVersion, ({ ctx, params }) => versions.remove(ctx, params.id, params.number));
  route(app, of.restoreVersion, ({ ctx, params }) => versions.restore(ctx, params.id, params.number));
  route(app, of.card, ({ ctx, params }) => modelCard(services, ctx, params.id, params.number));
  route(app, of.compare, ({ ctx, params, query }) => versions.compare(ctx, params.id, query.from, query.to));

  route(app, of.promotions, ({ ctx, params, query }) => promotions.list(ctx, params.id, query));
  route(app, of.promote, ({ ctx, params, body }) => promotions.promote(ctx, params.id, params.number, body));
  route(app, of.decide, ({ ctx, params, body }) => promotions.decide(ctx, params.id, body));
  route(app, of.rollback, ({ ctx, params, body }) =>
    promotions.rollback(ctx, params.id, body.stage, body.comment),
  );
}
