import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../platform/context.ts';
import { route } from '../platform/http/register-route.ts';
import { attachment } from './file-names.ts';
import type { RawFiles } from './raw-files.service.ts';
import type { Uploads } from './uploads.service.ts';

/** `guard` throws where the asker may not see all of the dataset that a raw file became. */
export function uploadRoutes(
  app: FastifyInstance,
  uploads: Uploads,
  rawFiles: RawFiles,
  guard: (ctx: Context, uploadId: string) => Promise<void>,
): void {
  route(app, api.datasets.upload, ({ ctx, request, query }) => uploads.receive(ctx, request, query));
  route(app, api.datasets.createUpload, ({ ctx, body }) => uploads.begin(ctx, body));
  route(app, api.datasets.listUploads, ({ ctx, query }) => rawFiles.list(ctx, query));
  route(app, api.datasets.readUpload, async ({ ctx, params, body }) => {
    await guard(ctx, params.id);
    return { job_id: await rawFiles.read(ctx, params.id, body.overrides), status: 'queued' as const };
  });
  route(app, api.datasets.removeUpload, async ({ ctx, params }) => {
    await rawFiles.requireKnown(ctx, params.id);
    await rawFiles.remove(ctx, params.id);
  });
  route(app, api.datasets.getUpload, async ({ ctx, params }) => {
    await rawFiles.requireKnown(ctx, params.id);
    return uploads.status(ctx, params.id);
  });
  route(app, api.datasets.downloadUpload, async ({ ctx, params, reply }) => {
    await guard(ctx, params.id);
    const { fileName, content } = await uploads.raw(ctx, params.id);
    return reply
      .type('application/octet-stream')
      .header('content-disposition', attachment(fileName))
      .header('cache-control', 'private, no-store')
      .send(content);
  });
}
