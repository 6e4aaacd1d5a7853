import type { FastifyInstance } from 'fastify';

const patienceMs = 3_000;

export type Check = () => Promise<void>;

export interface Health {
  /** `check` resolves when the part answers. */
  add(part: string, check: Check): void;
}

/** `/healthz`: the process lives. `/readyz`: every part it depends on answers, each by name. */
export function registerHealth(app: FastifyInstance): Health {
  const checks = new Map<string, Check>();
  const options = { schema: { hide: true } };

  app.get('/healthz', options, async (_, reply) => {
    void reply.header('cache-control', 'no-store');
    return { status: 'alive' };
  });

  app.get('/readyz', options, async (request, reply) => {
    const parts = await Promise.all(
      [...checks].map(async ([part, check]) => {
        const failure = await failureOf(check);
        if (failure !== null) request.log.warn({ part, err: failure }, 'not ready');
        return [part, failure === null ? 'ready' : 'not ready'] as const;
      }),
    );
    const ready = parts.every(([, state]) => state === 'ready');
    void reply.code(ready ? 200 : 503).header('cache-control', 'no-store');
    return { status: ready ? 'ready' : 'not ready', parts: Object.fromEntries(parts) };
  });

  return { add: (part, check) => checks.set(part, check) };
}

async function failureOf(check: Check): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((done) => {
    timer = setTimeout(() => done(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([check().then(() => null), late]);
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}
