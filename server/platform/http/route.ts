import type { Endpoint } from '@stroma/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor, Context } from '../context.ts';
import type { Soon } from '../soon.ts';

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;
type Answer<E extends Endpoint> = E extends { response: infer R extends z.ZodType } ? z.input<R> : unknown;

export interface RouteInput<E extends Endpoint> {
  params: Output<E['params']>;
  query: Output<E['query']>;
  body: Output<E['body']>;
  ctx: Context;
  request: FastifyRequest;
  reply: FastifyReply;
}

export type RouteHandler<E extends Endpoint> = (input: RouteInput<E>) => Promise<Answer<E>>;

/**
 * Registers one endpoint of the contract: parses the input once, checks the declared permission, calls the
 * handler, answers with the declared status. A handler of an endpoint without `response` may answer through
 * `reply` (streams, files).
 */
export type RegisterRoute = <E extends Endpoint>(
  app: FastifyInstance,
  endpoint: E,
  handler: RouteHandler<E>,
) => void;

/** Who sent a request, or null for no, a wrong or an expired identity. Asked for once a request. */
export type Authenticate = (request: FastifyRequest) => Soon<Actor | null>;
