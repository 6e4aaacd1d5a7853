import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../http/register-route.ts';
import type { Mail } from './mail.ts';

export function mailRoutes(app: FastifyInstance, mail: Mail): void {
  route(app, api.mail.outbox, async ({ ctx, query, reply }) => {
    void reply.header('cache-control', 'no-store');
    const found = await mail.outbox(ctx.actor.tenantId, query.limit + 1, query.cursor ?? null);
    const items = found.slice(0, query.limit);
    return {
      kind: mail.kind,
      items: items.map(({ id, to, subject, text, writtenAt }) => ({
        message_id: id,
        to,
        subject,
        text,
        written_at: writtenAt.toISOString(),
      })),
      next_cursor: found.length > query.limit ? (items.at(-1)?.id ?? null) : null,
    };
  });
}
