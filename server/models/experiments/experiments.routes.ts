import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { attachment } from '../../data/index.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Artifacts } from './artifacts.service.ts';
import type { Experiments } from './experiments.service.ts';
import { codeTagOf, numberOf, type Runs } from './runs.service.ts';

export interface ExperimentServices {
  experiments: Experiments;
  runs: Runs;
  artifacts: Artifacts;
}

const momentOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);

export function experimentRoutes(
  app: FastifyInstance,
  { experiments, runs, artifacts }: ExperimentServices,
): void {
  const of = api.experiments;
  route(app, of.list, ({ ctx, query }) => experiments.list(ctx, query));
  route(app, of.create, ({ ctx, body }) => experiments.create(ctx, body));
  route(app, of.get, ({ ctx, params }) => experiments.get(ctx, params.id));
  route(app, of.update, ({ ctx, params, body }) => experiments.update(ctx, params.id, body));
  route(app, of.remove, ({ ctx, params }) => experiments.remove(ctx, params.id));
  route(app, of.restore, ({ ctx, params }) => experiments.restore(ctx, params.id));

  route(app, of.runs, ({ ctx, query }) => runs.list(ctx, query));
  route(app, of.createRun, async ({ ctx, body }) => {
    const found = await runs.create(ctx, {
      experimentId: body.experiment_id,
      name: body.name,
      startedAt: momentOf(body.started_at),
      tags: new Map([...Object.entries(body.tags), ...codeTagOf(body.code_version)]),
      versionIds: body.dataset_version_ids,
    });
    return runs.document(ctx, found);
  });
  route(app, of.compare, ({ ctx, body }) => runs.compare(ctx, body.run_ids));
  route(app, of.getRun, ({ ctx, params }) => runs.get(ctx, params.id));
  route(app, of.updateRun, async ({ ctx, params, body }) => {
    const { name, status, ended_at } = body;
    return runs.document(
      ctx,
      await runs.update(ctx, params.id, { name, status, endedAt: momentOf(ended_at) }),
    );
  });
  route(app, of.log, async ({ ctx, params, body }) => {
    const now = Date.now();
    const found = await runs.log(ctx, params.id, {
      params: new Map(Object.entries(body.params)),
      points: body.metrics.map(({ key, value, step, at }) => ({
        key,
        value: numberOf(value),
        step,
        at: at === undefined ? now : Date.parse(at),
      })),
      tags: new Map(Object.entries(body.tags)),
      versionIds: body.dataset_version_ids,
    });
    return runs.document(ctx, found);
  });
  route(app, of.removeRun, ({ ctx, params }) => runs.remove(ctx, params.id));
  route(app, of.restoreRun, async ({ ctx, params }) =>
    runs.document(ctx, await runs.restore(ctx, params.id)),
  );
  route(app, of.metricHistory, ({ ctx, params, query }) => runs.history(ctx, params.id, query));

  route(app, of.artifacts, ({ ctx, params, query }) => artifacts.list(ctx, params.id, query));
  route(app, of.storeArtifact, ({ ctx, params, query, request }) =>
    artifacts.store(ctx, params.id, query.path, request),
  );
  route(app, of.artifact, async ({ ctx, params, query, reply }) => {
    const { row, content } = await artifacts.open(ctx, params.id, query.path);
    return reply
      .type('application/octet-stream')
      .header('content-length', row.bytes)
      .header('content-disposition', attachment(row.path.split('/').at(-1) ?? 'file'))
      .header('cache-control', 'private, no-store')
      .send(content);
  });
}
