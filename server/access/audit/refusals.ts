import { errorCatalogue } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { anonymous } from '../../platform/http/request-context.ts';
import type { Audit } from './audit.ts';

/** Puts on record what somebody known was refused, at the gate or behind it. Nobody known is refused too often. */
export class Refusals {
  readonly #audit: Audit;

  constructor(audit: Audit) {
    this.#audit = audit;
  }

  register(app: FastifyInstance): void {
    app.addHook('onError', async (request, _reply, error) => {
      const actor = request.context?.actor;
      const { endpoint } = request.routeOptions.config;
      if (actor === undefined || actor === anonymous || endpoint === undefined || !isRefusal(error.code))
        return;
      const { signal } = new AbortController();
      const who = {
        actor,
        requestId: request.id,
        log: request.log as Logger,
        signal,
        origin: { address: request.ip, userAgent: request.headers['user-agent'] ?? '' },
      };
      const { id = null } = (request.params ?? {}) as { id?: string };
      try {
        await this.#audit.append(who, {
          action: 'access.refused',
          object: id === null ? null : { kind: endpoint.tag.toLowerCase(), id },
          outcome: 'refused',
          details: {
            code: error.code,
            endpoint: endpoint.id,
            method: endpoint.method,
            path: endpoint.path,
            permission: endpoint.permission,
          },
        });
      } catch (failure) {
        request.log.error({ request: request.id, err: failure }, 'a refusal could not be put on record');
      }
    });
  }
}

function isRefusal(code: string): boolean {
  if (!Object.hasOwn(errorCatalogue, code)) return false;
  const { status } = errorCatalogue[code as keyof typeof errorCatalogue];
  return status === 401 || status === 403;
}
