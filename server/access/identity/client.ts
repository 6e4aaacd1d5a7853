import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Context } from '../../platform/context.ts';
import type { Stranger } from '../audit/audit.ts';
import type { UserRow } from './identity.store.ts';

/** Where a request came from, before anybody is known. */
export interface Client extends Omit<Stranger, 'tenantId'> {
  /** The address the browser has of this server, such as `https://stroma.example.org`. */
  origin: string;
}

/**
 * The address links in e-mails begin with is the one that is set. Without one, only a request to this very machine
 * is believed to name it: a Host header can be forged.
 */
export function clientOf(request: FastifyRequest, publicUrl: string | undefined, port: number): Client {
  const own = `${request.protocol}://${request.host}`;
  const here = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(request.hostname);
  return {
    address: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 500),
    requestId: request.id,
    origin: publicUrl === undefined ? (here ? own : `http://localhost:${port}`) : new URL(publicUrl).origin,
  };
}

/** Whom the audit names before a person is known, or when none is. */
export const stranger = (client: Client, tenantId: string | null = null): Stranger => ({
  tenantId,
  address: client.address,
  userAgent: client.userAgent,
  requestId: client.requestId,
});

/** The person a security event is put down to, while no request of theirs carries an actor yet. */
export function asPerson(user: UserRow, sessionId: string | null, client: Client, log: Logger): Context {
  return {
    actor: {
      id: user.id,
      kind: 'person',
      name: user.name,
      role: user.role,
      tenantId: user.tenantId,
      permissions: new Set(),
      mustChangePassword: user.mustChangePassword,
      sessionId,
      keyId: null,
      tier: 'free',
      secondFactor: false,
    },
    origin: { address: client.address, userAgent: client.userAgent },
    requestId: client.requestId,
    log,
    signal: new AbortController().signal,
  };
}
