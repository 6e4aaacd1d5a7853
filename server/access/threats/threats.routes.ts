import { Readable } from 'node:stream';
import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../platform/config/config.ts';
import { route } from '../../platform/http/register-route.ts';
import { securitySettings } from './security-settings.ts';
import type { ThreatBlocks } from './threat-blocks.service.ts';
import { threatsCsv } from './threat-documents.ts';
import type { ThreatPolicies } from './threat-policies.service.ts';
import type { Threats } from './threats.service.ts';

export interface ThreatServices {
  threats: Threats;
  policies: ThreatPolicies;
  blocks: ThreatBlocks;
}

export function threatRoutes(
  app: FastifyInstance,
  { threats, policies, blocks }: ThreatServices,
  config: Config,
): void {
  route(app, api.threats.list, ({ ctx, query }) => threats.list(ctx, query));
  route(app, api.threats.export, async ({ ctx, query, reply }) =>
    reply
      .type('text/csv; charset=utf-8; header=present')
      .header('content-disposition', 'attachment; filename="threats.csv"')
      .send(Readable.from(threatsCsv(await threats.all(ctx, query)))),
  );
  route(app, api.threats.get, ({ ctx, params }) => threats.get(ctx, params.id));
  route(app, api.threats.acknowledge, ({ ctx, params, body }) =>
    threats.acknowledge(ctx, params.id, body.note),
  );
  route(app, api.threats.resolve, ({ ctx, params, body }) => threats.resolve(ctx, params.id, body));
  route(app, api.threats.policy, ({ ctx }) => policies.state(ctx));
  route(app, api.threats.setPolicy, ({ ctx, body }) => policies.set(ctx, body));
  route(app, api.threats.settings, async () => ({ items: securitySettings(config), next_cursor: null }));
  route(app, api.threats.blocks, ({ ctx, query }) => blocks.list(ctx, query));
  route(app, api.threats.unblock, ({ ctx, params }) => blocks.lift(ctx, params.id));
}
