import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { fail } from '../failure.ts';

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Stroma</title>
<h1>The web app is not built</h1><p>Stroma runs. Build its pages once with <code>npm run build -w apps/web</code>, or start it with <code>npm start</code>, which does so.</p></html>`;

/** The web app from `folder`: its files as they are, every other address of a page answered with index.html. */
export async function registerWebApp(app: FastifyInstance, folder: string): Promise<void> {
  let files = listFiles(folder);
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    etag: true,
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    schema: { hide: true },
    handler: async (request, reply) => {
      const path = decoded(request.url.split('?', 1)[0] ?? '/').slice(1);
      if (/^(api|ws|metrics|scim|v2)(\/|$)/.test(path)) return reply.callNotFound();
      if (!files.has('index.html')) files = listFiles(folder);
      if (files.has(path) && path !== 'index.html') return sendFile(reply, path);
      if (/\.[a-z0-9]+$/i.test(path) && path !== 'index.html') fail('NOT_FOUND', 'There is no such file.');
      if (!files.has('index.html')) return reply.code(503).type('text/html; charset=utf-8').send(notBuilt);
      void reply.header('cache-control', 'no-cache');
      return reply.sendFile('index.html');
    },
  });
}

function sendFile(reply: FastifyReply, path: string): FastifyReply {
  const hashed = /^assets\/.*[-.][A-Za-z0-9_-]{8,}\.\w+$/.test(path);
  void reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  return reply.sendFile(path);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '/';
  }
}

function listFiles(folder: string): Set<string> {
  if (!existsSync(folder)) return new Set();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Set(
    names
      .map((name) => relative(folder, join(folder, name)).replaceAll('\\', '/'))
      .filter((name) => statSync(join(folder, name)).isFile()),
  );
}
