import { permissions } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { openInProcessCache } from '../cache/in-process-cache.ts';
import { type Config, configSchema } from '../config/config.ts';
import type { Actor } from '../context.ts';
import { buildHttp } from './build-http.ts';

export const person = (part: Partial<Actor> = {}): Actor => ({
  id: 'usr_ada',
  kind: 'person',
  name: 'Ada',
  role: 'admin',
  tenantId: 'tnt_1',
  permissions: new Set(permissions),
  mustChangePassword: false,
  sessionId: null,
  keyId: null,
  tier: 'free',
  secondFactor: false,
  ...part,
});

/** The server with every rule, real but for who is who: the token or cookie names one of `people`. */
export async function openTestHttp(
  people: Record<string, Actor> = { ada: person() },
  settings: Partial<Config> = {},
  logged: string[] = [],
): Promise<FastifyInstance> {
  return await buildHttp({
    config: { ...configSchema.parse({}), ...settings },
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    cache: openInProcessCache(),
    version: '1.2.3',
    checkAnswers: true,
    authenticate: async ({ headers }) => {
      const name =
        headers.authorization?.replace('Bearer ', '') ?? headers.cookie?.replace('stroma_session=', '');
      return people[name ?? ''] ?? null;
    },
  });
}
