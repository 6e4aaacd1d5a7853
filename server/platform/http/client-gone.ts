import type { FastifyReply, FastifyRequest } from 'fastify';

/** Nobody reads it: the connection ended before the answer. As nginx tells it; no status of HTTP says so. */
export const clientGoneStatus = 499;

/** Why work for a request ended: whoever asked for it has gone. */
export class ClientGone extends Error {
  constructor() {
    super('the client has gone');
    this.name = 'ClientGone';
  }
}

const brokenOff = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'CANCELLED']);
const deepestCause = 8;

/** Whether a request failed because its client left. Any other fault stays one, also when nobody is there to hear of it. */
export function leftBefore(error: unknown, request: FastifyRequest, reply: FastifyReply): boolean {
  const answered = reply.raw.writableFinished;
  if (answered || !(request.raw.socket.destroyed || reply.raw.destroyed)) return false;
  let each = error;
  for (let depth = 0; each instanceof Error && depth < deepestCause; depth += 1) {
    if (each instanceof ClientGone || brokenOff.has(String((each as { code?: unknown }).code))) return true;
    each = each.cause;
  }
  return false;
}
