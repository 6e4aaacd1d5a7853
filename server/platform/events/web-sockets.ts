import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor, Context } from '../context.ts';
import { withinTenant } from '../db/tenant-scope.ts';
import { fail } from '../failure.ts';
import type { Authenticate } from '../http/route.ts';
import { setStreamClients } from '../metrics/stream-metrics.ts';

export type { WebSocket } from 'ws';

export interface WebSockets {
  readonly count: number;
  /**
   * Turns the request into a connection, which is closed when the server stops, when its client has gone silent, and
   * when `stillAllowed` says no. Throws UPGRADE_REQUIRED for a plain request, FORBIDDEN for one of another site's page.
   */
  accept(
    request: FastifyRequest,
    reply: FastifyReply,
    ctx: Context,
    stillAllowed: (present: Context) => Promise<boolean>,
  ): Promise<WebSocket>;
}

const mostBytes = 1024 * 1024;
const beatMs = 30_000;
const checkMs = 5_000;
const goingAway = 1001;
const policyViolation = 1008;

/** WebSockets go the way of every request: through the same gate, with the same errors, until they are accepted. */
export function openWebSockets(app: FastifyInstance, authenticate: Authenticate): WebSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: mostBytes, perMessageDeflate: false });
  const waiting = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer; answer: ServerResponse }>();
  const open = new Set<WebSocket>();

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const answer = new ServerResponse(request);
    // A refusal is all that is said on this connection.
    answer.shouldKeepAlive = false;
    answer.assignSocket(socket as never);
    answer.once('finish', () => socket.end());
    socket.on('error', () => socket.destroy());
    waiting.set(request, { socket, head, answer });
    app.routing(request, answer);
  });
  app.addHook('preClose', (done) => {
    for (const each of open) each.close(goingAway);
    done();
    // Who does not answer the farewell is not waited for.
    setTimeout(() => {
      for (const each of open) each.terminate();
    }, 500).unref();
  });

  return {
    get count() {
      return open.size;
    },
    async accept(request, reply, ctx, stillAllowed) {
      const found = waiting.get(request.raw);
      if (found === undefined)
        return fail('UPGRADE_REQUIRED', 'Expected a WebSocket: this address does not answer plain requests.');
      refuseForeignPage(request);
      void reply.hijack();
      found.answer.removeAllListeners('finish');
      found.answer.detachSocket(found.socket as never);
      const socket = await new Promise<WebSocket>((resolve) =>
        server.handleUpgrade(request.raw, found.socket, found.head, resolve),
      );
      open.add(socket);
      setStreamClients(open.size, 'websocket');
      const stop = watch(socket, async () => {
        const actor = await authenticate(request);
        return actor !== null && isFree(actor) && actor.tenantId === ctx.actor.tenantId
          ? withinTenant(actor.tenantId, () => stillAllowed(presentContext(ctx, actor)))
          : false;
      });
      socket.on('error', () => socket.terminate());
      socket.once('close', () => {
        stop();
        open.delete(socket);
        setStreamClients(open.size, 'websocket');
      });
      return socket;
    },
  };
}

const isFree = (actor: Actor): boolean =>
  !actor.mustChangePassword && actor.mustReauthenticate !== true && actor.mustSetUpSecondFactor !== true;

const presentContext = (ctx: Context, actor: Actor): Context => ({
  actor,
  requestId: ctx.requestId,
  purpose: ctx.purpose,
  log: ctx.log,
  signal: ctx.signal,
});

function watch(socket: WebSocket, stillAllowed: () => Promise<boolean>): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const beat = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, beatMs);
  const check = setInterval(() => {
    stillAllowed().then(
      (allowed) => {
        if (!allowed) socket.close(policyViolation, 'no longer allowed');
      },
      // The store does not answer: what was allowed stays so until it does.
      () => undefined,
    );
  }, checkMs);
  return () => {
    clearInterval(beat);
    clearInterval(check);
  };
}

/** A browser adds the cookie also for another site's page, and WebSockets know no same-origin rule. */
function refuseForeignPage(request: FastifyRequest): void {
  const { headers } = request;
  if (headers.authorization !== undefined) return;
  const { origin } = headers;
  if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).host === request.host) return;
  fail(
    'FORBIDDEN',
    'A connection by cookie must come from Stroma’s own page. Other clients send a bearer token.',
  );
}
