import { type Answer, api, idOf } from '@stroma/contracts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { AnswerDraft } from './answers.ts';
import type { Queries } from './queries.service.ts';

const mostDatasets = 20;

export function queryRoutes(app: FastifyInstance, queries: Queries): void {
  route(app, api.queries.natural, async ({ ctx, body, reply }) =>
    send(await queries.natural(ctx, body), reply),
  );
  route(app, api.queries.sql, async ({ ctx, body, reply }) => send(await queries.sql(ctx, body), reply));
  route(app, api.queries.validate, ({ ctx, body }) => queries.validate(ctx, body));
  route(app, api.queries.suggestions, async ({ ctx, query }) => ({
    items: await queries.suggestions(ctx, readIds(query.dataset_ids), query.limit),
  }));
  route(app, api.queries.history, ({ ctx, query }) => queries.history(ctx, query));
}

/**
 * The rows are JSON already: they are put into the answer without being parsed and written again. It is kept by nobody,
 * not for an `Idempotency-Key` either: what may be seen may have become less when it is asked for again.
 */
function send({ rowsJson, ...answer }: AnswerDraft, reply: FastifyReply): Answer {
  void reply.header('cache-control', 'no-store');
  const head = JSON.stringify(answer);
  const body = Buffer.from(`${head.slice(0, -1)},"rows":${rowsJson}}`);
  return reply.type('application/json; charset=utf-8').send(body) as unknown as Answer;
}

function readIds(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  const sound = ids.length <= mostDatasets && ids.every((id) => idOf('dataset').safeParse(id).success);
  if (!sound)
    fail('INVALID_INPUT', `Expected 1 to ${mostDatasets} dataset ids separated by commas.`, {
      field: 'dataset_ids',
    });
  return ids;
}
