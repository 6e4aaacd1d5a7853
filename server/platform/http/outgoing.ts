import { lookup as systemLookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';
import { type HostRules, isPublicAddress, readHostRules } from './outgoing-addresses.ts';

/**
 * The one way out to an address that a person, a file or an answer has named. Takes and gives what `fetch` does, so
 * that libraries can be handed it.
 *
 * Every name is resolved here, once a connection; if one of its addresses may not be reached nothing is sent, and
 * the connection is made to the address that was checked, whatever the name resolves to a moment later. Each
 * redirect is such a request of its own. Throws OUTGOING_REFUSED where it may not go, OUTGOING_FAILED where it
 * got no whole answer in time and size.
 */
export interface Outgoing {
  fetch(input: string | URL | Request, init?: RequestInit & OutgoingLimits): Promise<Response>;
  /** For an address that is stored to be called later. Throws OUTGOING_REFUSED. */
  check(url: string | URL): Promise<void>;
  /**
   * Where a host may be reached, for a driver that makes its own connection: it connects to one of these and resolves
   * nothing itself. Throws OUTGOING_REFUSED, OUTGOING_FAILED.
   */
  addresses(host: string, port: number): Promise<{ address: string; family: number }[]>;
}

export interface OutgoingLimits {
  /** From the first look-up to the last byte, redirects included; 10 s unless told. */
  timeoutMs?: number;
  /** Of the answer, decompressed; 5 MiB unless told. */
  maxBytes?: number;
  /** 3 unless told. */
  maxRedirects?: number;
  /** The answer comes as it arrives, to be read while it does; one that is too large breaks off with OUTGOING_FAILED. */
  streamed?: boolean;
}

export type Lookup = (host: string) => Promise<{ address: string; family: number }[]>;

const fromSystem: Lookup = (host) => systemLookup(host, { all: true, verbatim: true });

/** `lookup` stands in for the resolver of the system in tests. */
export function openOutgoing(
  config: Pick<Config, 'STROMA_OUTGOING_PRIVATE' | 'STROMA_OUTGOING_ONLY'>,
  lookup: Lookup = fromSystem,
): Outgoing {
  const mayBePrivate = readHostRules(config.STROMA_OUTGOING_PRIVATE ?? '', 'STROMA_OUTGOING_PRIVATE');
  const only =
    config.STROMA_OUTGOING_ONLY === undefined
      ? null
      : readHostRules(config.STROMA_OUTGOING_ONLY, 'STROMA_OUTGOING_ONLY');
  const guard: Guard = { lookup, mayBePrivate, only };
  return {
    async check(url) {
      await resolveChecked(guard, readUrl(url));
    },
    addresses: (host, port) => resolveHost(guard, host, port),
    async fetch(input, init = {}) {
      const {
        timeoutMs = 10_000,
        maxBytes = 5 * 1024 * 1024,
        maxRedirects = 3,
        streamed = false,
        ...rest
      } = init;
      const url = readUrl(input instanceof Request ? input.url : input);
      const first = new Request(input instanceof Request ? input : url, rest);
      const late = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([late, first.signal]);
      try {
        return await follow(guard, first, { signal, maxBytes, maxRedirects, streamed });
      } catch (error) {
        if (first.signal.aborted) throw first.signal.reason;
        if (error instanceof StromaError) throw error;
        const reason = late.aborted ? `did not answer within ${timeoutMs} ms` : 'could not be reached';
        throw new StromaError(
          'OUTGOING_FAILED',
          `${url.host} ${reason}.`,
          { host: url.host },
          { cause: error },
        );
      }
    },
  };
}

interface Guard {
  lookup: Lookup;
  mayBePrivate: HostRules;
  only: HostRules | null;
}

interface Pinned {
  url: URL;
  addresses: { address: string; family: number }[];
}

interface Limits {
  signal: AbortSignal;
  maxBytes: number;
  maxRedirects: number;
  streamed: boolean;
}

function readUrl(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    fail('OUTGOING_REFUSED', 'Expected an address that begins with https:// or http://.');
  if (url.username !== '' || url.password !== '')
    fail('OUTGOING_REFUSED', 'Expected an address without a user name and password in it.');
  return url;
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** What is said names the host that was given and never what it resolved to: that would map the inner network. */
async function resolveChecked(guard: Guard, url: URL): Promise<Pinned> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { url, addresses: await resolveHost(guard, host, portOf(url)) };
}

async function resolveHost(guard: Guard, host: string, port: number): Promise<Pinned['addresses']> {
  const literal = isIP(host);
  const addresses = literal === 0 ? await resolve(guard, host) : [{ address: host, family: literal }];
  for (const { address } of addresses) {
    const destination = { host, address, port };
    if (guard.only !== null && !guard.only(destination))
      fail('OUTGOING_REFUSED', `${host} is not among the hosts in STROMA_OUTGOING_ONLY.`, { host });
    if (isPublicAddress(address) || guard.mayBePrivate(destination)) continue;
    fail(
      'OUTGOING_REFUSED',
      `${host} is not a public address. An operator can allow it with STROMA_OUTGOING_PRIVATE.`,
      { host },
    );
  }
  return addresses;
}

async function resolve(guard: Guard, host: string): Promise<Pinned['addresses']> {
  try {
    const found = await guard.lookup(host);
    if (found.length > 0) return found;
  } catch (error) {
    throw new StromaError(
      'OUTGOING_FAILED',
      `The name ${host} does not resolve.`,
      { host },
      { cause: error },
    );
  }
  return fail('OUTGOING_FAILED', `The name ${host} does not resolve.`, { host });
}

async function follow(guard: Guard, first: Request, limits: Limits): Promise<Response> {
  const headers = new Headers(first.headers);
  let method = first.method;
  let body: Uint8Array | null = first.body === null ? null : new Uint8Array(await first.arrayBuffer());
  let url = readUrl(first.url);
  for (let hop = 0; ; hop += 1) {
    const pinned = await unlessAborted(resolveChecked(guard, url), limits.signal);
    const answer = await send(pinned, method, headers, body, limits);
    const location = answer.headers.get('location');
    const redirected = [301, 302, 303, 307, 308].includes(answer.status) && location !== null;
    if (!redirected || first.redirect === 'manual') return answer;
    await answer.body?.cancel();
    if (first.redirect === 'error' || hop >= limits.maxRedirects)
      fail(
        'OUTGOING_REFUSED',
        `${url.host} redirects where no${hop > 0 ? ' further' : ''} redirect is followed.`,
      );
    const next = readUrl(new URL(location, url));
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      fail('OUTGOING_REFUSED', `${url.host} redirects from https to http.`);
    const toGet = answer.status === 303 || (answer.status < 303 && method === 'POST');
    if (toGet && method !== 'HEAD') {
      method = 'GET';
      body = null;
      for (const name of ['content-type', 'content-encoding', 'content-language']) headers.delete(name);
    }
    if (next.origin !== url.origin) {
      // A body may hold a secret that is meant for the first host alone, as these headers do.
      if (body !== null) fail('OUTGOING_REFUSED', `${url.host} redirects what was sent to another host.`);
      for (const name of ['authorization', 'cookie', 'proxy-authorization']) headers.delete(name);
    }
    url = next;
  }
}

function send(
  { url, addresses }: Pinned,
  method: string,
  headers: Headers,
  body: Uint8Array | null,
  { signal, maxBytes, streamed }: Limits,
): Promise<Response> {
  const pinned: LookupFunction = (_, options, done) => {
    const [one] = addresses;
    if (options.all === true) done(null, addresses);
    else done(null, one?.address ?? '', one?.family ?? 0);
  };
  const sent: Record<string, string> = {};
  for (const [name, value] of headers) if (!hopByHop.has(name)) sent[name] = value;
  sent['accept-encoding'] = 'identity';
  if (body !== null) sent['content-length'] = String(body.length);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, broken) => {
    const outgoing = request(
      url,
      { method, headers: sent, lookup: pinned, agent: false, signal, maxHeaderSize: 32 * 1024 },
      (answer) => (streamed ? passAnswer : readAnswer)(answer, url, method, maxBytes).then(done, broken),
    );
    outgoing.on('error', broken);
    outgoing.end(body ?? undefined);
  });
}

const hopByHop = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
  'expect',
]);

async function readAnswer(
  answer: IncomingMessage,
  url: URL,
  method: string,
  maxBytes: number,
): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of counted(answer, url, maxBytes)) chunks.push(chunk);
  return responseOf(answer, url, method, Buffer.concat(chunks));
}

async function passAnswer(
  answer: IncomingMessage,
  url: URL,
  method: string,
  maxBytes: number,
): Promise<Response> {
  const body = Readable.from(counted(answer, url, maxBytes), { objectMode: false });
  return responseOf(answer, url, method, Readable.toWeb(body) as ReadableStream);
}

async function* counted(answer: IncomingMessage, url: URL, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of decoded(answer) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        fail('OUTGOING_FAILED', `${url.host} answered with more than ${maxBytes} bytes.`, { host: url.host });
      yield chunk;
    }
  } finally {
    answer.destroy();
  }
}

function responseOf(
  answer: IncomingMessage,
  url: URL,
  method: string,
  body: Buffer<ArrayBuffer> | ReadableStream,
): Response {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599)
    fail('OUTGOING_FAILED', `${url.host} answered with the status ${status}.`);
  const headers = new Headers();
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at] ?? '';
    if (!['content-encoding', 'content-length', 'transfer-encoding'].includes(name.toLowerCase()))
      headers.append(name, answer.rawHeaders[at + 1] ?? '');
  }
  const empty = method === 'HEAD' || [204, 205, 304].includes(status);
  if (empty && !(body instanceof Buffer)) answer.destroy();
  const response = new Response(empty ? null : body, { status, headers });
  Object.defineProperty(response, 'url', { value: url.href });
  return response;
}

function decoded(answer: IncomingMessage): Readable {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return answer;
  const decoder =
    coding === 'gzip' || coding === 'x-gzip'
      ? createGunzip()
      : coding === 'deflate'
        ? createInflate()
        : coding === 'br'
          ? createBrotliDecompress()
          : fail('OUTGOING_FAILED', 'The answer is encoded in a way that was not asked for.');
  answer.on('error', (error) => decoder.destroy(error));
  return answer.pipe(decoder);
}

/** The system's resolver cannot be stopped; its late answer is let fall. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((done, broken) => {
    const abort = () => broken(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(done, broken).finally(() => signal.removeEventListener('abort', abort));
  });
}
