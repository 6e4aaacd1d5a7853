import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { route } from '../http/register-route.ts';
import { cutPage } from '../paging.ts';
import type { Mail } from './mail.ts';

/** What a mail says opens the account it is sent to: it is shown to those alone who could give that account its role. */
const withheld =
  'The text of this mail opens an account with a role that you could not give. Somebody who could sees it.';

export function mailRoutes(
  app: FastifyInstance,
  mail: Mail,
  mayOpen: (ctx: Context, address: string) => Promise<boolean>,
  /** Puts on record that somebody was shown mail of others. */
  onRead: (ctx: Context, to: readonly string[]) => Promise<unknown>,
): void {
  route(app, api.mail.outbox, async ({ ctx, query, reply }) => {
    void reply.header('cache-control', 'no-store');
    const found = await mail.outbox(ctx.actor.tenantId, query.limit + 1, query.cursor ?? null);
    const { page, next_cursor } = cutPage(found, query.limit, ({ id }) => id);
    const mails = await Promise.all(
      page.map(async (each) => ({ ...each, open: await mayOpen(ctx, each.to) })),
    );
    const opened = mails.filter(({ open }) => open).map(({ to }) => to);
    if (opened.length > 0) await onRead(ctx, opened);
    return {
      kind: mail.kind,
      items: mails.map(({ id, to, subject, text, writtenAt, open }) => ({
        message_id: id,
        to,
        subject,
        text: open ? text : withheld,
        written_at: writtenAt.toISOString(),
      })),
      next_cursor,
    };
  });
}
