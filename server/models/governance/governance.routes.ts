import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { attachment } from '../../data/index.ts';
import { route } from '../../platform/http/register-route.ts';
import { printDocument } from '../../platform/print/print-document.ts';
import { recordKind } from './model-records.service.ts';
import type { Governance } from './open-governance.ts';
import { recordMarkdown } from './record-markdown.ts';
import { printedRecord } from './record-print.ts';

const template = new URL('./record.typ', import.meta.url);

export function governanceRoutes(
  app: FastifyInstance,
  { parts, uses, records, reviews, version }: Governance,
): void {
  const of = api.modelGovernance;
  const printed = async (
    ctx: Parameters<typeof records.get>[0],
    id: string,
    language: Parameters<typeof printedRecord>[2],
  ) => {
    const record = await records.get(ctx, id);
    const { signatures } = await parts.access.signatures.subject(ctx, { kind: recordKind, id });
    return printedRecord(record, signatures, language);
  };
  route(app, of.policy, ({ ctx }) => uses.policy(ctx));
  route(app, of.setPolicy, ({ ctx, body }) => uses.setPolicy(ctx, body.rules));
  route(app, of.version, ({ ctx, params }) => version(ctx, params.id, params.number));
  route(app, of.records, ({ ctx, params, query }) => records.list(ctx, params.id, query));
  route(app, of.makeRiskRecord, ({ ctx, params, body }) =>
    records.makeRiskRecord(ctx, params.id, params.number, body),
  );
  route(app, of.makeBiasReport, ({ ctx, params, body }) =>
    records.makeBiasReport(ctx, params.id, params.number, body),
  );
  route(app, of.record, ({ ctx, params }) => records.get(ctx, params.id));
  route(app, of.approve, ({ ctx, params }) => records.approve(ctx, params.id));
  route(app, of.pdf, async ({ ctx, params, query, reply }) => {
    const document = await printed(ctx, params.id, query.language);
    return reply
      .type('application/pdf')
      .header('content-disposition', attachment(`${document.title}.pdf`))
      .header('cache-control', 'private, no-store')
      .send(await printDocument(template, document, ctx.signal));
  });
  route(app, of.markdown, async ({ ctx, params, query, reply }) => {
    const document = await printed(ctx, params.id, query.language);
    return reply
      .type('text/markdown; charset=utf-8')
      .header('content-disposition', attachment(`${document.title}.md`))
      .header('cache-control', 'private, no-store')
      .send(recordMarkdown(document));
  });
  route(app, of.reviews, ({ ctx, params, query }) => reviews.list(ctx, params.id, query));
  route(app, of.review, ({ ctx, params, body }) => reviews.decide(ctx, params.id, body));
}
