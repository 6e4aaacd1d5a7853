import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { attachment } from '../../data/index.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Exports } from './exports.service.ts';

export function exportRoutes(app: FastifyInstance, made: Exports): void {
  route(app, api.dashboardExports.export, async ({ ctx, params, body, reply }) => {
    const { bytes, contentType, fileName, exportId, provenanceId } = await made.make(ctx, params.id, body);
    return reply
      .type(contentType)
      .header('content-disposition', attachment(fileName))
      .header('cache-control', 'private, no-store')
      .header('stroma-export', exportId)
      .header('stroma-provenance', provenanceId)
      .send(Buffer.from(bytes));
  });
}
