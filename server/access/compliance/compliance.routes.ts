import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import { printDocument } from '../../platform/print/print-document.ts';
import type { Signatures } from '../signatures/signatures.service.ts';
import { type Compliance, reportObject } from './compliance.service.ts';

const template = new URL('./report.typ', import.meta.url);

export function complianceRoutes(
  app: FastifyInstance,
  compliance: Compliance,
  signatures: Pick<Signatures, 'subject'>,
): void {
  route(app, api.compliance.make, ({ ctx, body }) => compliance.order(ctx, body));
  route(app, api.compliance.list, ({ ctx, query }) => compliance.list(ctx, query));
  route(app, api.compliance.get, ({ ctx, params }) => compliance.get(ctx, params.id));
  route(app, api.compliance.pdf, async ({ ctx, params, reply }) => {
    const report = await compliance.get(ctx, params.id);
    const { signatures: signed } = await signatures.subject(ctx, reportObject(params.id));
    const pdf = await printDocument(template, { ...report, signatures: signed }, ctx.signal);
    return reply
      .type('application/pdf')
      .header('content-disposition', `attachment; filename="${nameOf(report)}.pdf"`)
      .header('cache-control', 'private, no-store')
      .send(pdf);
  });
  route(app, api.compliance.confirmReview, ({ ctx, body }) => compliance.confirmReview(ctx, body.note));
}

const nameOf = ({ standard, made_at }: { standard: string; made_at: string }): string =>
  `compliance-${standard}-${made_at.slice(0, 10)}`;
