import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../platform/http/register-route.ts';
import { attachment } from './file-names.ts';
import type { Uploads } from './uploads.service.ts';

export function uploadRoutes(app: FastifyInstance, uploads: Uploads): void {
  route(app, api.datasets.upload, ({ ctx, request, query }) => uploads.receive(ctx, request, query));
  route(app, api.datasets.getUpload, ({ ctx, params }) => uploads.status(ctx, params.id));
  route(app, api.datasets.downloadUpload, async ({ ctx, params, reply }) => {
    const { fileName, content } = await uploads.raw(ctx, params.id);
    return reply
      .type('application/octet-stream')
      .header('content-disposition', attachment(fileName))
      .header('cache-control', 'private, no-store')
      .send(content);
  });
}
