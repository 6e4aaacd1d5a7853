import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  origin: string;
  /** Who answers; may be set after the address is known. */
  answer(listener: RequestListener): void;
  close(): Promise<void>;
}

/** A server on a free port of this machine. */
export async function openLoopback(): Promise<Loopback> {
  let current: RequestListener = (_, response) => response.writeHead(503).end();
  const server: Server = createServer((request, response) => current(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(listener) {
      current = listener;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Goes through redirects and forms as a browser does, with cookies for each origin. */
export class Wanderer {
  readonly #jars = new Map<string, Map<string, string>>();

  cookies(origin: string): string {
    const jar = this.#jars.get(new URL(origin).origin) ?? new Map<string, string>();
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** One request; redirects are not followed. */
  async request(address: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(address);
    const cookie = this.cookies(origin);
    const response = await fetch(address, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...(init.headers as Record<string, string>) },
    });
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0\b/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects, and posts forms that post themselves, until a page that does neither. */
  async visit(address: string, init: RequestInit = {}): Promise<{ response: Response; address: string }> {
    let at = address;
    let response = await this.request(at, init);
    for (let hop = 0; hop < 20; hop += 1) {
      const location = response.headers.get('location');
      if (location !== null) {
        at = new URL(location, at).href;
        // Pages of the app are not served in these tests; where the browser is sent is all there is to see.
        if (
          new URL(at).pathname.startsWith('/sign-in') ||
          (location.startsWith('/') &&
            !location.startsWith('/api') &&
            !/^\/(auth|interaction)/.test(location))
        )
          return { response, address: at };
        response = await this.request(at);
        continue;
      }
      const form = response.headers.get('content-type')?.includes('text/html')
        ? readForm(await response.clone().text())
        : null;
      if (form === null) break;
      at = new URL(form.action, at).href;
      response = await this.request(at, { method: 'POST', body: new URLSearchParams(form.fields) });
    }
    return { response, address: at };
  }
}

export function readForm(html: string): { action: string; fields: Record<string, string> } | null {
  const action = /<form[^>]*action="([^"]*)"/.exec(html)?.[1];
  if (action === undefined) return null;
  const fields: Record<string, string> = {};
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[name] = decode(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  return { action: decode(action), fields };
}

const decode = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))).replaceAll('&amp;', '&');
