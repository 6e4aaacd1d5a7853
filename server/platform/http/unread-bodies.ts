import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const usualLingerMs = 5_000;

/**
 * A request may be answered before its body was read: too large, not allowed, a file nobody takes. What still comes
 * is read and thrown away, so that the client gets to reading the answer and its next request is not stuck behind the
 * rest of this one; whoever sends on for longer than `lingerMs` is cut off. See RFC 9112, 9.6.
 */
export function leaveUnreadBodies(app: FastifyInstance, lingerMs = usualLingerMs): void {
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete && !raw.destroyed) drain(raw, lingerMs);
    done();
  });
}

function drain(raw: IncomingMessage, lingerMs: number): void {
  const cutOff = setTimeout(() => {
    // A body that nobody reads comes to its end without an event; by then the connection serves the next request.
    if (!raw.complete) raw.destroy();
  }, lingerMs);
  cutOff.unref();
  for (const event of ['end', 'close']) raw.once(event, () => clearTimeout(cutOff));
  raw.unpipe();
  // Whoever was reading and gave up may still be listening, and a stream that is listened to does not flow.
  raw.removeAllListeners('readable');
  raw.removeAllListeners('data');
  raw.resume();
}
