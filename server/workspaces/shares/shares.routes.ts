import { existsSync, readFileSync } from 'node:fs';
import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { route } from '../../platform/http/register-route.ts';
import { securityHeaders } from '../../platform/http/security-headers.ts';
import type { ShareAccess, Visitor } from './share-access.ts';
import type { Shares } from './shares.service.ts';
import type { SharingPolicies } from './sharing-policy.ts';

const page = new URL('../../../apps/web/dist/index.html', import.meta.url);

export function shareRoutes(
  app: FastifyInstance,
  { shares, access, policies }: { shares: Shares; access: ShareAccess; policies: SharingPolicies },
): void {
  const { dashboardShares } = api;
  const unstored = { 'cache-control': 'no-store' };
  route(app, dashboardShares.policy, ({ ctx }) => policies.of(ctx.actor.tenantId));
  route(app, dashboardShares.setPolicy, ({ ctx, body }) => policies.set(ctx, body));
  route(app, dashboardShares.share, async ({ ctx, params, body, request, reply }) => {
    void reply.headers(unstored);
    return shares.share(ctx, params.id, body, originOf(request));
  });
  route(app, dashboardShares.embed, async ({ ctx, params, body, request, reply }) => {
    void reply.headers(unstored);
    return shares.embed(ctx, params.id, body, originOf(request));
  });
  route(app, dashboardShares.list, ({ ctx, params, query }) => shares.list(ctx, params.id, query));
  route(app, dashboardShares.revoke, ({ ctx, params }) => shares.revoke(ctx, params.id, params.share_id));
  route(app, dashboardShares.open, ({ ctx, body, request }) => access.open(visitorOf(ctx, request), body));
  route(app, dashboardShares.data, ({ ctx, body, request }) => access.data(visitorOf(ctx, request), body));
  route(app, dashboardShares.frame, async ({ query, request, reply }) => {
    const framers = await access.framers(query.token);
    const { page: headers } = securityHeaders(request.protocol === 'https');
    const { 'x-frame-options': _, ...others } = headers;
    const policy = String(headers['content-security-policy']).replace(
      "frame-ancestors 'none'",
      `frame-ancestors ${framers.length === 0 ? "'none'" : framers.join(' ')}`,
    );
    return reply
      .code(existsSync(page) ? 200 : 503)
      .headers({ ...others, 'content-security-policy': policy, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(existsSync(page) ? readFileSync(page) : 'The web app is not built.');
  });
}

const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`;

const visitorOf = (ctx: Context, { ip, headers }: FastifyRequest): Visitor => ({
  requestId: ctx.requestId,
  log: ctx.log,
  signal: ctx.signal,
  origin: { address: ip, userAgent: headers['user-agent'] ?? '' },
});
