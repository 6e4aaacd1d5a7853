import { errorFrom, unreachable } from './api-error.ts';
import type { RawBody, RawInput } from './calls.ts';

export interface ClientOptions {
  /** Where Stroma answers, for example `http://localhost:3000`; in a browser the page's own origin. */
  baseUrl?: string;
  /** Bearer token, or a function that gives the present one. A browser signed in by cookie needs none. */
  token?: string | (() => string | null | undefined);
  fetch?: typeof fetch;
}

export interface Transport {
  /** Sends to `METHOD /path` and resolves to the response when its status is 2xx; throws `ApiError` otherwise. */
  send(route: string, input: RawInput): Promise<Response>;
  url(route: string, input: RawInput): string;
}

const prefix = '/api/v1';

export function createTransport(options: ClientOptions): Transport {
  const base = (options.baseUrl ?? pageOrigin()).replace(/\/+$/, '');
  const request = options.fetch ?? globalThis.fetch.bind(globalThis);

  const url = (route: string, input: RawInput) => {
    const path = route.slice(route.indexOf(' ') + 1).replace(/:(\w+)/g, (_, name: string) => {
      const value = input.params?.[name];
      if (value === undefined) throw new TypeError(`${route} expects params.${name}`);
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(input.query ?? {}))
      if (value !== undefined && value !== null) query.set(key, String(value));
    return `${base}${prefix}${path}${query.size > 0 ? `?${query}` : ''}`;
  };

  const send = async (route: string, input: RawInput) => {
    const address = url(route, input);
    const token = typeof options.token === 'function' ? options.token() : options.token;
    const raw = isRawBody(input.body);
    const headers: Record<string, string> = { accept: 'application/json', ...input.headers };
    if (token) headers.authorization = `Bearer ${token}`;
    if (input.body !== undefined && !raw) headers['content-type'] = 'application/json';
    const init: RequestInit = {
      method: route.slice(0, route.indexOf(' ')),
      headers,
      credentials: 'same-origin',
      signal: input.signal ?? null,
    };
    if (input.body !== undefined) init.body = raw ? (input.body as RawBody) : JSON.stringify(input.body);
    const response = await request(address, init).catch((cause: unknown) => {
      throw unreachable(address, cause, input.signal);
    });
    if (!response.ok) throw await errorFrom(response);
    return response;
  };

  return { send, url };
}

function isRawBody(body: unknown): boolean {
  return (
    typeof body === 'string' ||
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof ReadableStream
  );
}

function pageOrigin(): string {
  return (globalThis as { location?: { origin: string } }).location?.origin ?? '';
}
