/** The server's own Fastify with one route that answers a constant, and nothing else. Prints its address. */
import { createRequire } from 'node:module';

interface BareFastify {
  get(path: string, handler: () => Promise<unknown>): void;
  listen(address: { port: number; host: string }): Promise<string>;
}

const { resolve } = createRequire(new URL('../server/package.json', import.meta.url));
const { fastify } = (await import(resolve('fastify'))) as { fastify: () => BareFastify };
const answer = JSON.parse(process.argv[2] ?? '{}') as unknown;
const app = fastify();
app.get('/trivial', async () => answer);
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
