import { mlflowApi as api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { ExperimentServices } from '../experiments/experiments.routes.ts';
import type { ViewOf } from '../experiments/experiments.store.ts';
import type { LoggedModels } from '../experiments/logged-models.service.ts';
import type { RunDocuments } from '../experiments/run-documents.ts';
import { nextOffset, numberOf, readOffset } from '../experiments/runs.service.ts';
import type { FoundRun, Point } from '../experiments/runs.store.ts';
import type { RegistryServices } from '../registry/registry.routes.ts';
import { artifactUri, experimentWire, pointWire, runInfoWire, runWire, statusOf } from './run-wire.ts';

export interface MlflowParts extends ExperimentServices {
  documents: RunDocuments;
  logged: LoggedModels;
  registry: RegistryServices;
}

const views: Readonly<Record<string, ViewOf>> = {
  ACTIVE_ONLY: 'active',
  DELETED_ONLY: 'deleted',
  ALL: 'all',
};
const mostRuns = 1000;
const mostPoints = 25_000;
const mostFiles = 1000;

interface WirePoint {
  key: string;
  value: Parameters<typeof numberOf>[0];
  timestamp: number;
  step: number;
}

const pointOf = ({ key, value, timestamp, step }: WirePoint): Point => ({
  key,
  value: numberOf(value),
  at: timestamp,
  step,
});

/** Both names of a run's id are spoken; one has to be there. */
export function runIdOf({
  run_id,
  run_uuid,
}: {
  run_id?: string | undefined;
  run_uuid?: string | undefined;
}): string {
  return run_id ?? run_uuid ?? fail('INVALID_INPUT', 'Expected the id of a run.', { field: 'run_id' });
}

export const tagsOf = (tags: readonly { key: string; value: string }[]): Map<string, string> =>
  new Map(tags.map(({ key, value }) => [key, value]));

export const nextPage = (token: string | null) => (token === null ? {} : { next_page_token: token });

export function experimentMethods(app: FastifyInstance, { experiments }: MlflowParts): void {
  /** `0` is the experiment of who names none. */
  const find = (ctx: Context, id: string) =>
    id === '0'
      ? experiments.default(ctx, ctx.actor.permissions.has('models:write'))
      : experiments.require(ctx, 'models:read', id);
  const idOf = async (ctx: Context, id: string) => (id === '0' ? (await find(ctx, id)).id : id);

  route(app, api.createExperiment, async ({ ctx, body }) => {
    const tags = Object.fromEntries(tagsOf(body.tags));
    return { experiment_id: (await experiments.make(ctx, { name: body.name, description: '', tags })).id };
  });
  const search = async (
    ctx: Context,
    query: {
      filter: string;
      order_by?: string[] | undefined;
      view_type: string;
      max_results?: number | undefined;
      page_token?: string | undefined;
    },
  ) => {
    const offset = readOffset(query.page_token || undefined);
    const limit = Math.min(query.max_results ?? mostRuns, mostRuns);
    const rows = await experiments.search(ctx, {
      filter: query.filter,
      orderBy: query.order_by ?? [],
      view: views[query.view_type] ?? 'active',
      limit: limit + 1,
      offset,
    });
    return {
      experiments: rows.slice(0, limit).map(experimentWire),
      ...nextPage(nextOffset(rows.length, limit, offset)),
    };
  };
  route(app, api.searchExperiments, ({ ctx, body }) => search(ctx, body));
  route(app, api.listExperiments, ({ ctx, query }) => search(ctx, query));
  route(app, api.getExperiment, async ({ ctx, query }) => ({
    experiment: experimentWire(await find(ctx, query.experiment_id)),
  }));
  route(app, api.getExperimentByName, async ({ ctx, query }) => ({
    experiment: experimentWire(await experiments.named(ctx, 'models:read', query.experiment_name)),
  }));
  route(app, api.updateExperiment, async ({ ctx, body }) => {
    await experiments.update(ctx, await idOf(ctx, body.experiment_id), { name: body.new_name });
    return {};
  });
  route(app, api.deleteExperiment, async ({ ctx, body }) => {
    await experiments.remove(ctx, await idOf(ctx, body.experiment_id));
    return {};
  });
  route(app, api.restoreExperiment, async ({ ctx, body }) => {
    await experiments.restore(ctx, await idOf(ctx, body.experiment_id));
    return {};
  });
  route(app, api.setExperimentTag, async ({ ctx, body }) => {
    await experiments.update(ctx, await idOf(ctx, body.experiment_id), { tags: { [body.key]: body.value } });
    return {};
  });
  route(app, api.deleteExperimentTag, async ({ ctx, body }) => {
    await experiments.update(ctx, await idOf(ctx, body.experiment_id), { tags: { [body.key]: null } });
    return {};
  });
}

export function runMethods(
  app: FastifyInstance,
  { experiments, runs, artifacts, documents, logged: models }: MlflowParts,
): void {
  const wire = async (ctx: Context, found: readonly FoundRun[]) => {
    const logged = await runs.logged(
      ctx,
      found.map(({ run }) => run.id),
    );
    const told = await documents.inputs(
      ctx,
      [...logged.values()].flatMap(({ inputs }) => inputs),
    );
    const made = await models.ofRuns(ctx, [...logged.keys()]);
    return found.map((each) => {
      const of = logged.get(each.run.id);
      return of === undefined
        ? fail('NOT_FOUND', 'There is no such run.')
        : runWire(each, of, told, made.get(each.run.id) ?? []);
    });
  };
  const one = async (ctx: Context, found: FoundRun) => (await wire(ctx, [found]))[0];

  const tagsFound = async (ctx: Context, id: string): Promise<Record<string, string>> => {
    await runs.require(ctx, 'models:write', id);
    return (await runs.logged(ctx, [id])).get(id)?.tags ?? {};
  };

  route(app, api.createRun, async ({ ctx, body }) => {
    const { experiment_id: id } = body;
    const found = await runs.create(ctx, {
      experimentId: id === '0' || id === '' ? (await experiments.default(ctx, true)).id : id,
      name: body.run_name || undefined,
      startedAt: body.start_time === undefined ? undefined : new Date(body.start_time),
      tags: tagsOf(body.tags),
      versionIds: [],
    });
    return { run: await one(ctx, found) };
  });
  route(app, api.getRun, async ({ ctx, query }) => ({
    run: await one(ctx, await runs.require(ctx, 'models:read', runIdOf(query))),
  }));
  route(app, api.updateRun, async ({ ctx, body }) => {
    const found = await runs.update(ctx, runIdOf(body), {
      name: body.run_name || undefined,
      status: body.status === undefined ? undefined : statusOf(body.status),
      endedAt: body.end_time === undefined ? undefined : new Date(body.end_time),
    });
    return { run_info: runInfoWire(found) };
  });
  route(app, api.deleteRun, async ({ ctx, body }) => {
    await runs.remove(ctx, runIdOf(body));
    return {};
  });
  route(app, api.restoreRun, async ({ ctx, body }) => {
    await runs.restore(ctx, runIdOf(body));
    return {};
  });
  route(app, api.searchRuns, async ({ ctx, body }) => {
    const offset = readOffset(body.page_token || undefined);
    const limit = Math.min(body.max_results ?? mostRuns, mostRuns);
    const named = body.experiment_ids.filter((id) => id !== '0');
    const ids =
      named.length === body.experiment_ids.length
        ? named
        : [
            ...named,
            ...(await experiments.default(ctx, false).then(
              ({ id }) => [id],
              () => [],
            )),
          ];
    const found = await runs.search(ctx, {
      experimentIds: ids,
      filter: body.filter,
      orderBy: body.order_by ?? [],
      view: views[body.run_view_type] ?? 'active',
      limit: limit + 1,
      offset,
    });
    return {
      runs: await wire(ctx, found.slice(0, limit)),
      ...nextPage(nextOffset(found.length, limit, offset)),
    };
  });

  route(app, api.logMetric, async ({ ctx, body }) => {
    await runs.log(ctx, runIdOf(body), { points: [pointOf(body)] });
    return {};
  });
  route(app, api.logParameter, async ({ ctx, body }) => {
    await runs.log(ctx, runIdOf(body), { params: new Map([[body.key, body.value]]) });
    return {};
  });
  route(app, api.logBatch, async ({ ctx, body }) => {
    await runs.log(ctx, runIdOf(body), {
      points: body.metrics.map(pointOf),
      params: uniqueParams(body.params),
      tags: tagsOf(body.tags),
    });
    return {};
  });
  route(app, api.setTag, async ({ ctx, body }) => {
    await runs.log(ctx, runIdOf(body), { tags: new Map([[body.key, body.value]]) });
    return {};
  });
  route(app, api.deleteTag, async ({ ctx, body }) => {
    const id = runIdOf(body);
    const tags = await tagsFound(ctx, id);
    if (!Object.hasOwn(tags, body.key))
      fail('NOT_FOUND', `The run has no tag "${body.key}".`, { run_id: id });
    await runs.log(ctx, id, { tags: new Map([[body.key, null]]) });
    return {};
  });
  route(app, api.logModel, async ({ ctx, body }) => {
    const id = runIdOf(body);
    const tags = await tagsFound(ctx, id);
    const history = [...jsonList(tags[modelHistory]), ...jsonList(`[${body.model_json}]`)];
    if (history.length === jsonList(tags[modelHistory]).length)
      fail('INVALID_INPUT', 'Expected the description of a model as JSON.', { field: 'model_json' });
    await runs.log(ctx, id, { tags: new Map([[modelHistory, JSON.stringify(history)]]) });
    return {};
  });
  route(app, api.logInputs, async ({ ctx, body }) => {
    await runs.log(ctx, runIdOf(body), {
      inputs: body.datasets.map(({ tags, dataset }) => ({
        name: dataset.name,
        digest: dataset.digest,
        sourceType: dataset.source_type,
        source: dataset.source,
        schema: dataset.schema ?? null,
        profile: dataset.profile ?? null,
        tags: Object.fromEntries(tagsOf(tags)),
      })),
    });
    return {};
  });
  route(app, api.metricHistory, async ({ ctx, query }) => {
    const offset = readOffset(query.page_token || undefined);
    const limit = Math.min(query.max_results ?? mostPoints, mostPoints);
    const points = await runs.points(ctx, runIdOf(query), query.metric_key, { limit: limit + 1, offset });
    return {
      metrics: points.slice(0, limit).map(pointWire),
      ...nextPage(nextOffset(points.length, limit, offset)),
    };
  });
  route(app, api.listArtifacts, async ({ ctx, query }) => {
    const id = runIdOf(query);
    const { run } = await runs.require(ctx, 'models:read', id);
    const folder = (query.path ?? '').replace(/\/+$/, '');
    const children = await artifacts.children(ctx, id, folder, {
      limit: mostFiles + 1,
      after: query.page_token || null,
    });
    const shown = children.slice(0, mostFiles);
    return {
      root_uri: artifactUri(run.experimentId, id),
      files: shown.map((child) => fileWire(folder === '' ? '' : `${folder}/`, child)),
      ...(children.length > mostFiles ? { next_page_token: shown.at(-1)?.name ?? '' } : {}),
    };
  });
}

export const fileWire = (
  prefix: string,
  { name, isFolder, bytes }: { name: string; isFolder: boolean; bytes: number },
) => ({
  path: `${prefix}${name}`,
  is_dir: isFolder,
  ...(isFolder ? {} : { file_size: bytes }),
});

const modelHistory = 'mlflow.log-model.history';

function uniqueParams(params: readonly { key: string; value: string }[]): Map<string, string> {
  const all = new Map<string, string>();
  for (const { key, value } of params) {
    if ((all.get(key) ?? value) !== value)
      fail('INVALID_INPUT', `The parameter "${key}" stands twice in the batch, with different values.`, {
        field: key,
      });
    all.set(key, value);
  }
  return all;
}

function jsonList(text: string | undefined): unknown[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
