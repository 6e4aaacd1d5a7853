import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveUnreadBodies } from './unread-bodies.ts';

/** On loopback, its port; it leaves what is not read after `lingerMs`. */
async function serve(lingerMs: number): Promise<{ app: FastifyInstance; port: number }> {
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  leaveUnreadBodies(app, lingerMs);
  app.post('/unread', (_request, reply) => void reply.code(413).send('unread'));
  app.post('/begun', async ({ raw }, reply) => {
    await raw[Symbol.asyncIterator]().next();
    return reply.code(413).send('begun');
  });
  app.post('/piped', async ({ raw }, reply) => {
    raw.on('data', () => raw.pause());
    await once(raw, 'data');
    return reply.code(413).send('piped');
  });
  app.get('/next', () => 'next');
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, port: Number(new URL(address).port) };
}

const hastyMs = 200;
let patient: Awaited<ReturnType<typeof serve>>;
let hasty: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  [patient, hasty] = await Promise.all([serve(100_000), serve(hastyMs)]);
});
afterAll(() => Promise.all([patient.app.close(), hasty.app.close()]));

const head = (path: string, bytes: number) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: ${bytes}\r\n\r\n`;

/** Everything that comes until `part` has come, or the other side closes. */
function heard(socket: Socket, part: string): Promise<string> {
  let text = '';
  return new Promise((done) => {
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes(part)) done(text);
    });
    socket.on('close', () => done(`${text}(closed)`));
    socket.resume();
  });
}

const next = 'GET /next HTTP/1.1\r\nhost: x\r\n\r\n';

describe.each(['unread', 'begun', 'piped'])('a body left %s', (path) => {
  it('does not keep a client from its answer that sends everything first, nor from the next', async () => {
    const socket = connect(patient.port, '127.0.0.1').pause();
    const bytes = 24 * 1024 * 1024;
    socket.write(head(`/${path}`, bytes));
    await new Promise((sent) => socket.write(new Uint8Array(bytes), sent));
    socket.write(next);
    const answers = await heard(socket, '\r\n\r\nnext');
    expect(answers).toMatch(/^HTTP\/1.1 413 [\s\S]*HTTP\/1.1 200 /);
    socket.destroy();
  });

  it('is cut off after the answer when it does not end', async () => {
    const socket = connect(hasty.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(head(`/${path}`, 1e12));
    socket.write(new Uint8Array(300_000));
    expect(await heard(socket, 'never')).toMatch(/^HTTP\/1.1 413 [\s\S]*\(closed\)$/);
  });

  it('that has ended leaves the connection as it is', async () => {
    const socket = connect(hasty.port, '127.0.0.1');
    socket.write(head(`/${path}`, 5000));
    socket.write(new Uint8Array(5000));
    expect(await heard(socket, path)).toMatch(/^HTTP\/1.1 413 /);
    await new Promise((later) => setTimeout(later, 2 * hastyMs));
    socket.write(next);
    expect(await heard(socket, '\r\n\r\nnext')).not.toContain('(closed)');
    socket.destroy();
  });
});
