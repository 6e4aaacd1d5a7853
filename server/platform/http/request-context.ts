import type { Permission } from '@stroma/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Actor, Context } from '../context.ts';
import { ClientGone } from './client-gone.ts';

const none: ReadonlySet<Permission> = new Set();

/** Acts for nobody: what a handler of a public address sees when no identity was given. */
export const anonymous: Actor = {
  id: 'anonymous',
  kind: 'system',
  name: 'Anonymous',
  role: 'system',
  tenantId: '',
  permissions: none,
  mustChangePassword: false,
  sessionId: null,
  keyId: null,
  tier: 'free',
  secondFactor: false,
};

/** The signal is made when it is first asked for: most requests never do. */
export class RequestContext implements Context {
  readonly actor: Actor;
  readonly requestId: string;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #log: Logger | null = null;
  #signal: AbortSignal | null = null;

  constructor(actor: Actor, request: FastifyRequest, reply: FastifyReply) {
    this.actor = actor;
    this.requestId = request.id;
    this.#request = request;
    this.#reply = reply;
  }

  get origin(): { address: string; userAgent: string } {
    return { address: this.#request.ip, userAgent: this.#request.headers['user-agent'] ?? '' };
  }

  get purpose(): string | undefined {
    const named = this.#request.headers['stroma-purpose'];
    return typeof named === 'string' && named !== '' ? named.slice(0, 100) : undefined;
  }

  get log(): Logger {
    this.#log ??= (this.#request.log as Logger).child({ request: this.requestId, actor: this.actor.id });
    return this.#log;
  }

  /** Aborts when the client has gone before the answer was written. */
  get signal(): AbortSignal {
    if (this.#signal !== null) return this.#signal;
    const controller = new AbortController();
    const { raw } = this.#reply;
    const gone = () => {
      if (!raw.writableFinished) controller.abort(new ClientGone());
    };
    if (raw.destroyed) gone();
    else raw.once('close', gone);
    this.#signal = controller.signal;
    return this.#signal;
  }
}
