import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveUnreadBodies } from './unread-bodies.ts';

const app = Fastify();
let port = 0;

beforeAll(async () => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  leaveUnreadBodies(app, 200);
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
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = app.addresses()[0]?.port ?? 0;
});
afterAll(() => app.close());

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

describe.each(['unread', 'begun', 'piped'])('a body left %s', (path) => {
  it('does not keep a client from its answer that sends everything first, nor from the next', async () => {
    const socket = connect(port, '127.0.0.1').pause();
    const bytes = 24 * 1024 * 1024;
    socket.write(head(`/${path}`, bytes));
    await new Promise((sent) => socket.write(new Uint8Array(bytes), sent));
    socket.write('GET /next HTTP/1.1\r\nhost: x\r\n\r\n');
    const answers = await heard(socket, '\r\n\r\nnext');
    expect(answers).toMatch(/^HTTP\/1.1 413 [\s\S]*HTTP\/1.1 200 /);
    socket.destroy();
  });

  it('is cut off after the answer when it does not end', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(head(`/${path}`, 1e12));
    socket.write(new Uint8Array(300_000));
    socket.on('error', () => undefined);
    expect(await heard(socket, 'never')).toMatch(/^HTTP\/1.1 413 [\s\S]*\(closed\)$/);
  });
});
