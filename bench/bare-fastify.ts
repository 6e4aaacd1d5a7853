/** Fastify with one route that answers a constant, and nothing else. Prints its address. */
import Fastify from 'fastify';

const answer = JSON.parse(process.argv[2] ?? '{}') as unknown;
const app = Fastify();
app.get('/trivial', async () => answer);
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
