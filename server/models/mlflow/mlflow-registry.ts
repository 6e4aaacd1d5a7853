import { mlflowApi as api, type ModelStage, modelAlias, modelStages } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import { nextOffset, readOffset } from '../experiments/runs.service.ts';
import type { FoundVersion } from '../registry/model-versions.store.ts';
import type { ModelRow } from '../registry/models.store.ts';
import type { RegistryServices } from '../registry/registry.routes.ts';
import { nextPage, tagsOf } from './mlflow-runs.ts';
import { pairsOf } from './run-wire.ts';

const mostRows = 1000;

const stageWire = (stage: ModelStage) => `${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}`;

function stageOf(wire: string): ModelStage {
  const stage = modelStages.find((each) => each === wire.toLowerCase());
  return (
    stage ??
    fail('INVALID_INPUT', `Expected one of ${modelStages.map(stageWire).join(', ')}, given ${wire}.`, {
      field: 'stage',
    })
  );
}

function numberOf(version: string): number {
  const number = Number(version);
  return Number.isInteger(number) && number > 0 && number <= 1_000_000
    ? number
    : fail('INVALID_INPUT', `Expected the number of a version, given "${version}".`, { field: 'version' });
}

/** Registered models and their versions, by name and number as MLflow has them. */
export function registryMethods(
  app: FastifyInstance,
  { models, versions, promotions }: RegistryServices,
): void {
  const write = 'models:write';
  const find = async (ctx: Context, given: { name: string; version: string }): Promise<FoundVersion> => {
    const model = await models.named(ctx, 'models:read', given.name);
    return versions.require(ctx, 'models:read', model.id, numberOf(given.version));
  };
  const versionWires = async (ctx: Context, found: readonly FoundVersion[]) => {
    const documents = await versions.documents(ctx, found);
    return found.map(({ version, model }, at) => ({
      name: model.name,
      version: String(version.number),
      creation_timestamp: version.createdAt.getTime(),
      last_updated_timestamp: version.updatedAt.getTime(),
      user_id: version.createdBy,
      current_stage: stageWire(version.stage),
      description: version.description,
      source: version.source,
      run_id: version.runId ?? '',
      run_link: version.runLink ?? '',
      status: 'READY',
      tags: pairsOf(version.tags),
      aliases: documents[at]?.aliases ?? [],
    }));
  };
  const versionWire = async (ctx: Context, found: FoundVersion) => ({
    model_version: (await versionWires(ctx, [found]))[0],
  });
  const newestOf = async (
    ctx: Context,
    model: ModelRow,
    stages: readonly string[],
  ): Promise<FoundVersion[]> => {
    const { stages: newest } = await models.document(ctx, model);
    const wanted = stages.length === 0 ? modelStages : stages.map(stageOf);
    const numbers = wanted.flatMap((stage) => newest[stage] ?? []);
    return Promise.all(numbers.map((number) => versions.require(ctx, 'models:read', model.id, number)));
  };
  const modelWire = async (ctx: Context, model: ModelRow) => {
    const { aliases } = await models.document(ctx, model);
    return {
      name: model.name,
      creation_timestamp: model.createdAt.getTime(),
      last_updated_timestamp: model.updatedAt.getTime(),
      user_id: model.createdBy,
      description: model.description,
      latest_versions: await versionWires(ctx, await newestOf(ctx, model, [])),
      tags: pairsOf(model.tags),
      aliases: Object.entries(aliases).map(([alias, version]) => ({ alias, version: String(version) })),
    };
  };
  const whole = async (ctx: Context, model: ModelRow) => ({ registered_model: await modelWire(ctx, model) });

  route(app, api.createModel, async ({ ctx, body }) => {
    const tags = Object.fromEntries(tagsOf(body.tags));
    return whole(ctx, await models.create(ctx, { name: body.name, description: body.description, tags }));
  });
  route(app, api.getModel, async ({ ctx, query }) =>
    whole(ctx, await models.named(ctx, 'models:read', query.name)),
  );
  route(app, api.renameModel, async ({ ctx, body }) => {
    const { id } = await models.named(ctx, write, body.name);
    return whole(ctx, await models.update(ctx, id, { name: body.new_name }));
  });
  route(app, api.updateModel, async ({ ctx, body }) => {
    const { id } = await models.named(ctx, write, body.name);
    return whole(ctx, await models.update(ctx, id, { description: body.description }));
  });
  route(app, api.deleteModel, async ({ ctx, body }) => {
    await models.remove(ctx, (await models.named(ctx, write, body.name)).id);
    return {};
  });
  route(app, api.searchModels, async ({ ctx, query }) => {
    const offset = readOffset(query.page_token || undefined);
    const limit = Math.min(query.max_results ?? 100, mostRows);
    const rows = await models.search(ctx, {
      filter: query.filter,
      orderBy: query.order_by ?? [],
      limit: limit + 1,
      offset,
    });
    const registered_models: Awaited<ReturnType<typeof modelWire>>[] = [];
    for (const row of rows.slice(0, limit)) registered_models.push(await modelWire(ctx, row));
    return { registered_models, ...nextPage(nextOffset(rows.length, limit, offset)) };
  });
  const latest = async (ctx: Context, name: string, stages: readonly string[]) => {
    const model = await models.named(ctx, 'models:read', name);
    return { model_versions: await versionWires(ctx, await newestOf(ctx, model, stages)) };
  };
  route(app, api.latestVersions, ({ ctx, body }) => latest(ctx, body.name, body.stages));
  route(app, api.readLatestVersions, ({ ctx, query }) =>
    latest(ctx, query.name, [query.stages ?? []].flat()),
  );
  route(app, api.setModelTag, async ({ ctx, body }) => {
    const { id } = await models.named(ctx, write, body.name);
    await models.update(ctx, id, { tags: { [body.key]: body.value } });
    return {};
  });
  route(app, api.deleteModelTag, async ({ ctx, body }) => {
    const { id } = await models.named(ctx, write, body.name);
    await models.update(ctx, id, { tags: { [body.key]: null } });
    return {};
  });
  route(app, api.setAlias, async ({ ctx, body }) => {
    const { id } = await models.named(ctx, write, body.name);
    await models.setAlias(ctx, id, aliasOf(body.alias), numberOf(body.version));
    return {};
  });
  route(app, api.deleteAlias, async ({ ctx, body }) => {
    const { id } = await models.named(ctx, write, body.name);
    await models.setAlias(ctx, id, body.alias, null);
    return {};
  });
  route(app, api.getByAlias, async ({ ctx, query }) => {
    const model = await models.named(ctx, 'models:read', query.name);
    const number = await models.versionOfAlias(ctx, model, query.alias);
    return versionWire(ctx, await versions.require(ctx, 'models:read', model.id, number));
  });

  route(app, api.createVersion, async ({ ctx, body }) => {
    const model = await models.named(ctx, write, body.name);
    const found = await versions.register(ctx, model, {
      source: body.model_id?.startsWith('lgm_') ? `models:/${body.model_id}` : body.source,
      runId: body.run_id || null,
      runLink: body.run_link || null,
      description: body.description,
      tags: Object.fromEntries(tagsOf(body.tags)),
    });
    return versionWire(ctx, found);
  });
  route(app, api.getVersion, async ({ ctx, query }) => versionWire(ctx, await find(ctx, query)));
  route(app, api.updateVersion, async ({ ctx, body }) => {
    const { model, version } = await find(ctx, body);
    return versionWire(
      ctx,
      await versions.update(ctx, model.id, version.number, { description: body.description }),
    );
  });
  route(app, api.deleteVersion, async ({ ctx, body }) => {
    const { model, version } = await find(ctx, body);
    await versions.remove(ctx, model.id, version.number);
    return {};
  });
  route(app, api.searchVersions, async ({ ctx, query }) => {
    const offset = readOffset(query.page_token || undefined);
    const limit = Math.min(query.max_results ?? mostRows, mostRows);
    const found = await versions.search(ctx, {
      filter: query.filter,
      orderBy: query.order_by ?? [],
      limit: limit + 1,
      offset,
    });
    return {
      model_versions: await versionWires(ctx, found.slice(0, limit)),
      ...nextPage(nextOffset(found.length, limit, offset)),
    };
  });
  route(app, api.transitionStage, async ({ ctx, body }) => {
    const found = await find(ctx, body);
    const { model, version } = found;
    const stage = stageOf(body.stage);
    if (await promotions.isAsked(ctx, found, stage))
      fail(
        'CONFLICT',
        `A second person has to agree before a version of "${model.name}" comes to ${stage}. Ask for it: POST /api/v1/ml/models/${model.id}/versions/${version.number}/promotions.`,
        { stage },
      );
    const { archive_existing_versions: archive_existing } = body;
    await promotions.promote(ctx, model.id, version.number, { stage, archive_existing, comment: '' });
    return versionWire(ctx, await find(ctx, body));
  });
  route(app, api.downloadUri, async ({ ctx, query }) => ({
    artifact_uri: (await find(ctx, query)).version.source,
  }));
  route(app, api.setVersionTag, async ({ ctx, body }) => {
    const { model, version } = await find(ctx, body);
    await versions.update(ctx, model.id, version.number, { tags: { [body.key]: body.value } });
    return {};
  });
  route(app, api.deleteVersionTag, async ({ ctx, body }) => {
    const { model, version } = await find(ctx, body);
    await versions.update(ctx, model.id, version.number, { tags: { [body.key]: null } });
    return {};
  });
}

function aliasOf(alias: string): string {
  if (!modelAlias.safeParse(alias).success)
    fail(
      'INVALID_INPUT',
      'Expected an alias of letters, digits, _ and -, and neither v and a number nor "latest".',
      {
        field: 'alias',
      },
    );
  return alias;
}
