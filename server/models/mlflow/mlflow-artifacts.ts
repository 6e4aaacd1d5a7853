import { mlflowApi as api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import { fileWire, type MlflowParts } from './mlflow-runs.ts';

const mostFiles = 10_000;

/** The files of runs, under the addresses to which a client sends them when a server keeps them. */
export function artifactMethods(app: FastifyInstance, { runs, artifacts }: MlflowParts): void {
  // Whatever media type a file names, its bytes are kept as they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  const place = async (ctx: Context, path: string) => {
    const [, experimentId = '', runId = '', rest = ''] =
      /^\/*([^/]+)\/([^/]+)\/artifacts(?:\/(.*))?$/.exec(path.replace(/\/+$/, '')) ??
      fail('INVALID_INPUT', 'Expected <experiment>/<run>/artifacts/<path>.', { field: 'path' });
    const { run } = await runs.require(ctx, 'models:read', runId);
    if (run.experimentId !== experimentId) fail('NOT_FOUND', 'There is no such run.', { run_id: runId });
    return { runId, rest };
  };

  route(app, api.artifactList, async ({ ctx, query }) => {
    const { runId, rest } = await place(ctx, query.path);
    const children = await artifacts.children(ctx, runId, rest, { limit: mostFiles, after: null });
    return { files: children.map((child) => fileWire('', child)) };
  });
  route(app, api.artifactGet, async ({ ctx, params, reply }) => {
    const { runId, rest } = await place(ctx, params['*']);
    const { row, content } = await artifacts.open(ctx, runId, rest);
    return reply
      .type('application/octet-stream')
      .header('content-length', row.bytes)
      .header('content-disposition', 'attachment')
      .header('cache-control', 'private, no-store')
      .send(content);
  });
  route(app, api.artifactPut, async ({ ctx, params, request }) => {
    const { runId, rest } = await place(ctx, params['*']);
    await artifacts.store(ctx, runId, rest, request);
    return {};
  });
  route(app, api.artifactDelete, async ({ ctx, params }) => {
    const { runId, rest } = await place(ctx, params['*']);
    await artifacts.remove(ctx, runId, rest);
    return {};
  });
}
