import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { api } from '@stroma/contracts';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { ApiError, createClient } from './index.ts';
import { routes } from './routes.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A real HTTP server on loopback; resolves to its address. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => handler(request, response, Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function fail(response: ServerResponse, status: number, code: string): void {
  const error = { code, message: `it is ${code}`, details: { a: 1 }, request_id: 'req_7', timestamp: '' };
  answer(response, status, { error });
}

describe('routes', () => {
  it('are those of the contract, one for one', () => {
    const expected = Object.fromEntries(
      Object.entries(api).map(([group, members]) => [
        group,
        Object.fromEntries(
          Object.entries(members).map(([name, { method, path }]) => [name, `${method} ${path}`]),
        ),
      ]),
    );
    expect(routes).toEqual(expected);
  });
});

describe('calls', () => {
  it('carries parameters, query, body and token to the right address', async () => {
    const seen: unknown[] = [];
    const baseUrl = await serve((request, response, body) => {
      seen.push([request.method, request.url, request.headers.authorization, body.toString()]);
      answer(response, 200, { items: [], next_cursor: null });
    });
    const client = createClient({ baseUrl: `${baseUrl}/`, token: () => 'secret' });
    await client.datasets.list({ query: { search: 'a b&c', limit: 5 } });
    await client.datasets.update({ params: { id: 'ds_1/2' }, body: { name: 'Größe' } });
    expect(seen).toEqual([
      ['GET', '/api/v1/data/datasets?search=a+b%26c&limit=5', 'Bearer secret', ''],
      ['PATCH', '/api/v1/data/datasets/ds_1%2F2', 'Bearer secret', '{"name":"Größe"}'],
    ]);
  });

  it('is typed from the schemas', () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1' });
    expectTypeOf(client.datasets.list).returns.resolves.toHaveProperty('next_cursor');
    expectTypeOf(client.datasets.remove).returns.resolves.toEqualTypeOf<undefined>();
    expectTypeOf(client.datasets.download).returns.resolves.toEqualTypeOf<Response>();
    expectTypeOf(client.queries.natural)
      .parameter(0)
      .toHaveProperty('body')
      .toMatchObjectType<{ question: string; dataset_ids: string[] }>();
    // @ts-expect-error an id is needed
    expect(() => client.datasets.get.url()).toThrow(/params.id/);
  });

  it('answers nothing for 204 and the raw response for a file', async () => {
    const baseUrl = await serve((request, response) =>
      request.method === 'DELETE' ? response.writeHead(204).end() : response.end('a,b\n1,2\n'),
    );
    const client = createClient({ baseUrl });
    expect(await client.datasets.remove({ params: { id: 'ds_1' } })).toBeUndefined();
    const file = await client.datasets.download({ params: { id: 'ds_1' }, query: { format: 'csv' } });
    expect(await file.text()).toBe('a,b\n1,2\n');
    expect(client.datasets.download.url({ params: { id: 'ds_1' }, query: { format: 'parquet' } })).toBe(
      `${baseUrl}/api/v1/data/datasets/ds_1/download?format=parquet`,
    );
  });
});

describe('failures', () => {
  it('become ApiError with everything the server said', async () => {
    const baseUrl = await serve((_, response) => fail(response, 404, 'NOT_FOUND'));
    const failure = await createClient({ baseUrl })
      .jobs.get({ params: { id: 'job_1' } })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
      message: 'it is NOT_FOUND',
      details: { a: 1 },
      requestId: 'req_7',
    });
  });

  it('say so when a stranger answers', async () => {
    const baseUrl = await serve((_, response) => response.writeHead(502).end('<html>Bad gateway'));
    const failure = createClient({ baseUrl }).system.information();
    await expect(failure).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER', status: 502 });
  });

  it('say so when nobody answers', async () => {
    const failure = createClient({ baseUrl: 'http://127.0.0.1:9' }).system.information();
    await expect(failure).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0, transient: true });
  });

  it('leave an abort an abort', async () => {
    const stop = new AbortController();
    const baseUrl = await serve(() => stop.abort());
    const failure = createClient({ baseUrl }).system.information({ signal: stop.signal });
    await expect(failure).rejects.toMatchObject({ name: 'AbortError' });
  });
});

/** A server that keeps the bytes of one upload and misbehaves as told, once for each entry of `faults`. */
async function uploadServer(faults: ('drop' | 'drop-after' | 'busy')[]) {
  let held = Buffer.alloc(0);
  let requests = 0;
  const status = (total: number | null) => ({
    upload_id: 'upl_1',
    file_name: 'f.csv',
    received_bytes: held.length,
    size_bytes: total,
    status: total === held.length ? 'queued' : 'receiving',
    job_id: total === held.length ? 'job_1' : null,
    object_key: null,
  });
  let total: number | null = null;
  const baseUrl = await serve((request, response, body) => {
    if (request.method === 'GET') return answer(response, 200, status(total));
    requests += 1;
    const [, first, last, size] =
      /bytes (\d+)-(\d+)\/(\d+|\*)/.exec(request.headers['content-range'] ?? '') ?? [];
    const fault = requests > 1 ? faults.shift() : undefined;
    if (fault === 'busy') return fail(response, 503, 'OVERLOADED');
    if (fault === 'drop') return void request.socket.destroy();
    if (first === undefined) total = body.length;
    else if (Number(first) !== held.length) return fail(response, 409, 'UPLOAD_OFFSET_MISMATCH');
    else expect(Number(last) - Number(first) + 1).toBe(body.length);
    held = Buffer.concat([held, body]);
    if (size !== undefined && size !== '*') total = Number(size);
    if (fault === 'drop-after') return void request.socket.destroy();
    answer(response, 202, status(total));
  });
  return { client: createClient({ baseUrl }), bytes: () => held };
}

const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

describe('uploadFile', () => {
  it('sends a file whole, in chunks, through every kind of break', async () => {
    const { client, bytes } = await uploadServer(['drop', 'busy', 'drop-after', 'drop']);
    const progress: number[] = [];
    const done = await client.uploadFile(new File([content], 'f.csv'), {
      chunkBytes: 9_000,
      retryDelayMs: 1,
      onProgress: ({ sentBytes }) => progress.push(sentBytes),
    });
    expect(done).toMatchObject({ status: 'queued', job_id: 'job_1', received_bytes: content.length });
    expect(bytes().equals(content)).toBe(true);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(content.length);
  });

  it('sends a stream of unknown length, through breaks', async () => {
    const { client, bytes } = await uploadServer(['drop', 'drop-after']);
    async function* pieces() {
      for (let at = 0; at < content.length; at += 7_001) yield content.subarray(at, at + 7_001);
    }
    await client.uploadFile({ name: 'f.csv', data: pieces() }, { chunkBytes: 20_000, retryDelayMs: 1 });
    expect(bytes().equals(content)).toBe(true);
  });

  it('goes on with an upload that was broken off earlier', async () => {
    const { client, bytes } = await uploadServer(['drop']);
    const file = new File([content], 'f.csv');
    await expect(
      client.uploadFile(file, { chunkBytes: 30_000, maxFailures: 0, retryDelayMs: 1 }),
    ).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(bytes().length).toBe(30_000);
    await client.uploadFile(file, { uploadId: 'upl_1', chunkBytes: 30_000 });
    expect(bytes().equals(content)).toBe(true);
  });

  it('lets the server judge an empty file', async () => {
    const { client } = await uploadServer([]);
    const done = await client.uploadFile(new File([], 'empty.csv'));
    expect(done.received_bytes).toBe(0);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const { client } = await uploadServer([]);
    const sending = client.uploadFile(new File([content], 'f.csv'), {
      chunkBytes: 1_000,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('subscribe', () => {
  it('comes back after a break with the last event it saw', async () => {
    const resumedFrom: (string | undefined)[] = [];
    const baseUrl = await serve((request, response) => {
      resumedFrom.push(request.headers['last-event-id'] as string | undefined);
      const from = Number(request.headers['last-event-id'] ?? 0);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        `retry: 1\r\n\r\n: hello\n\nid: ${from + 1}\ndata: {"id":\ndata: "é${from + 1}"}\n\n`,
        () => (from < 2 ? response.destroy() : undefined),
      );
    });
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const subscription = createClient({ baseUrl }).subscribe('jobs', {
        onEvent: (event) => {
          seen.push(event.id);
          if (seen.length === 3) subscription.close();
        },
      });
      void subscription.closed.then(resolve);
    });
    expect(seen).toEqual(['é1', 'é2', 'é3']);
    expect(resumedFrom).toEqual([undefined, '1', '2']);
  });

  it('does not knock again where it was refused', async () => {
    let knocks = 0;
    const baseUrl = await serve((_, response) => {
      knocks += 1;
      fail(response, 401, 'UNAUTHENTICATED');
    });
    let refusal: ApiError | null = null;
    await createClient({ baseUrl }).subscribe('all', {
      onEvent: () => undefined,
      onRefused: (error) => {
        refusal = error;
      },
    }).closed;
    expect(knocks).toBe(1);
    expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
