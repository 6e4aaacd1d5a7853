import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { listOf, listQuery, timestamp } from './fields.ts';

export const outboxMessage = z.object({
  message_id: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  written_at: timestamp,
});
export type OutboxMessage = z.infer<typeof outboxMessage>;

export const mailApi = {
  outbox: endpoint({
    id: 'listOutbox',
    method: 'GET',
    path: '/mail/outbox',
    tag: 'Mail',
    summary: 'Mail that could not be sent because no mail server is set',
    description: 'It holds links that open accounts; `kind` says whether a mail server is set.',
    permission: 'mail:read',
    query: listQuery.extend({ cursor: z.uuid().optional() }),
    status: 200,
    response: listOf(outboxMessage).extend({ kind: z.enum(['smtp', 'outbox']) }),
  }),
};
