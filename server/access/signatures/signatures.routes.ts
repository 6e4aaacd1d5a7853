import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Signatures } from './signatures.service.ts';

export type ProveOnRequest = (
  request: FastifyRequest,
  ctx: Context,
  given: { password?: string | undefined; code?: string | undefined },
) => Promise<void>;

export function signatureRoutes(app: FastifyInstance, signatures: Signatures, prove: ProveOnRequest): void {
  route(app, api.signatures.subject, ({ ctx, query }) => signatures.subject(ctx, query));
  route(app, api.signatures.sign, ({ ctx, body, request }) =>
    signatures.sign(ctx, body, (signer, given) => prove(request, signer, given)),
  );
  route(app, api.signatures.list, ({ ctx, query }) => signatures.list(ctx, query));
  route(app, api.signatures.get, ({ ctx, params }) => signatures.get(ctx, params.id));
}
