import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface ModelRequest {
  headers: IncomingHttpHeaders;
  body: {
    model: string;
    temperature?: number;
    response_format?: { type: string; json_schema?: { schema: unknown } };
    messages: { role: string; content: string }[];
  };
  arrivedMs: number;
}

export type Reaction = (request: ModelRequest, response: ServerResponse) => void;

/** An endpoint on loopback that speaks the chat completions protocol and reacts as it is told, request by request. */
export async function startModelServer() {
  const requests: ModelRequest[] = [];
  let reactions: Reaction[] = [];
  let usual: Reaction = says('{}');
  const server = createServer(async (incoming, response) => {
    const request = {
      headers: incoming.headers,
      body: JSON.parse(await text(incoming)),
      arrivedMs: performance.now(),
    };
    if (incoming.method !== 'POST' || incoming.url !== '/v1/chat/completions')
      return refuses(404)(request, response);
    requests.push(request);
    (reactions.shift() ?? usual)(request, response);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    /** The next requests, one reaction each; the last one also for all that follow. */
    reactWith(...next: [Reaction, ...Reaction[]]) {
      requests.length = 0;
      usual = next.at(-1) as Reaction;
      reactions = next.slice(0, -1);
    },
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

export const says =
  (content: string, counted: object | null = usage): Reaction =>
  ({ body }, response) =>
    json(response, 200, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: body.model,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      ...(counted === null ? {} : { usage: counted }),
    });

export const refuses =
  (status: number, headers: Record<string, string> = {}, message = `status ${status}`): Reaction =>
  (_, response) =>
    json(response, status, { error: { message, type: 'error', param: null, code: null } }, headers);

export const hangs: Reaction = () => {};

export const breaksOff: Reaction = (_, response) => response.destroy();

export const sendsRubbish: Reaction = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('<html>not what was asked for');
};

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
