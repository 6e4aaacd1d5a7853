import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import { cutPage, foreignCursor } from '../../platform/paging.ts';
import type { AuditTrail } from './audit.service.ts';
import type { AuditAnchors } from './audit-anchors.ts';

export function auditRoutes(app: FastifyInstance, trail: AuditTrail, anchors: AuditAnchors): void {
  route(app, api.audit.report, async ({ ctx, body }) => {
    await trail.report(ctx, body);
    return { recorded: true as const };
  });
  route(app, api.audit.events, ({ ctx, query }) => trail.events(ctx, query));
  route(app, api.audit.event, ({ ctx, params }) => trail.event(ctx, params.id));
  route(app, api.audit.compare, ({ ctx, params, body }) => trail.compare(ctx, params.id, body.text));
  route(app, api.audit.state, ({ ctx }) => trail.state(ctx));
  route(app, api.audit.verify, async ({ ctx }) => ({ job_id: await trail.verify(ctx) }));
  route(app, api.audit.export, async ({ ctx, query, reply }) => {
    const content = await trail.export(ctx, query);
    const day = new Date().toISOString().slice(0, 10);
    return reply
      .type(query.format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json')
      .header('content-disposition', `attachment; filename="stroma-audit-${day}.${query.format}"`)
      .header('cache-control', 'private, no-store')
      .send(content);
  });
  route(app, api.audit.checkpoints, async ({ query }) => {
    const before = query.cursor === undefined ? undefined : readNumber(query.cursor);
    const items = await anchors.list(query.limit + 1, before);
    const { page, next_cursor } = cutPage(items, query.limit, ({ number }) => String(number));
    return { items: page, next_cursor };
  });
  route(app, api.audit.anchor, ({ ctx }) => anchors.keep(ctx));
}

function readNumber(cursor: string): number {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : foreignCursor();
}
