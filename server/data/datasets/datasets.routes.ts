import { api, type DatasetProfile } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Audit } from '../../access/index.ts';
import { route } from '../../platform/http/register-route.ts';
import { attachment } from '../file-names.ts';
import type { Downloads } from './datasets.download.ts';
import type { Datasets } from './datasets.service.ts';
import type { Previews } from './preview.service.ts';
import type { Samples } from './samples.ts';

export interface DatasetServices {
  datasets: Datasets;
  previews: Previews;
  downloads: Downloads;
  samples: Samples;
  audit: Audit;
}

export function datasetRoutes(app: FastifyInstance, services: DatasetServices): void {
  const { datasets, previews, downloads, samples, audit } = services;

  route(app, api.datasets.list, ({ ctx, query }) => datasets.list(ctx, query));
  route(app, api.datasets.get, ({ ctx, params }) => datasets.get(ctx, params.id));
  route(app, api.datasets.update, ({ ctx, params, body }) => datasets.update(ctx, params.id, body));
  route(app, api.datasets.remove, ({ ctx, params }) => datasets.remove(ctx, params.id));
  route(app, api.datasets.restore, ({ ctx, params }) => datasets.restore(ctx, params.id));
  route(app, api.datasets.versions, ({ ctx, params, query }) => datasets.versions(ctx, params.id, query));
  route(app, api.datasets.decisions, ({ ctx, params, query }) =>
    datasets.decisions(ctx, params.id, query.version_id),
  );
  route(app, api.datasets.profile, async ({ ctx, params, query, reply }) => {
    const json = await datasets.profileJson(ctx, params.id, query.version_id);
    return reply.type('application/json; charset=utf-8').send(json) as unknown as DatasetProfile;
  });
  route(app, api.datasets.preview, async ({ ctx, params, query }) => {
    const seen = await datasets.resolve(ctx, params.id, query.version_id);
    return previews.rows(ctx, seen, query);
  });
  route(app, api.datasets.rejects, async ({ ctx, params, query }) => {
    const seen = await datasets.resolve(ctx, params.id, query.version_id);
    return previews.rejects(ctx, seen, query);
  });
  route(app, api.datasets.reingest, async ({ ctx, params, body }) => ({
    job_id: await datasets.reingest(ctx, params.id, body.overrides),
    status: 'queued' as const,
  }));
  route(app, api.datasets.download, async ({ ctx, params, query, reply }) => {
    const found = await datasets.resolve(ctx, params.id, query.version_id);
    const { fileName, mediaType, content } = await downloads.open(found, query.format, ctx.signal);
    await audit.append(ctx, {
      action: 'dataset.downloaded',
      object: { kind: 'dataset', id: params.id },
      outcome: 'success',
      details: {
        format: query.format,
        version_id: found.version.id,
        rows: found.version.rows,
        bytes: found.version.sourceBytes,
      },
    });
    return reply
      .type(mediaType)
      .header('content-disposition', attachment(fileName))
      .header('cache-control', 'private, no-store')
      .send(content);
  });
  route(app, api.datasets.loadSamples, async ({ ctx }) => ({ job_ids: await samples.load(ctx) }));
}
