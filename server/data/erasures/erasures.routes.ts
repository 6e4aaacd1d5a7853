import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/index.ts';
import { route } from '../../platform/http/register-route.ts';
import { printDocument } from '../../platform/print/print-document.ts';
import type { Erasures } from './erasures.service.ts';

const template = new URL('./certificate.typ', import.meta.url);

export function erasureRoutes(app: FastifyInstance, erasures: Erasures, prove: Access['prove']): void {
  route(app, api.erasures.plan, ({ ctx, params }) => erasures.plan(ctx, params.id));
  route(app, api.erasures.erase, ({ ctx, params, body, request }) =>
    erasures.start(ctx, params.id, body, (who, given) => prove(request, who, given)),
  );
  route(app, api.erasures.get, ({ ctx, params }) => erasures.get(ctx, params.id));
  route(app, api.erasures.certificate, ({ ctx, params }) => erasures.certificate(ctx, params.id));
  route(app, api.erasures.print, async ({ ctx, params, reply }) => {
    const { document: _text, ...signed } = await erasures.certificate(ctx, params.id);
    const pdf = await printDocument(template, signed, ctx.signal);
    return reply
      .type('application/pdf')
      .header('content-disposition', `attachment; filename="erasure-${params.id}.pdf"`)
      .header('cache-control', 'private, no-store')
      .send(pdf);
  });
  route(app, api.erasures.verify, async ({ body }) => erasures.verify(body));
}
