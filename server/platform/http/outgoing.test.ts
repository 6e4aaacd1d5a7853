import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lookup, type Outgoing, openOutgoing } from './outgoing.ts';
import { isPublicAddress, readHostRules } from './outgoing-addresses.ts';

let port = 0;
let seen: { url: string; method: string; headers: IncomingMessage['headers']; body: string }[] = [];
const server = createServer(async (request, answer) => {
  const body = (await request.toArray()).join('');
  seen.push({ url: request.url ?? '', method: request.method ?? '', headers: request.headers, body });
  pages[new URL(request.url ?? '', 'http://x').pathname]?.(answer, request);
  if (!answer.headersSent) answer.end('hello');
});
const redirect =
  (location: string, status = 302) =>
  (answer: ServerResponse) =>
    answer.writeHead(status, { location }).end();
const pages: Record<string, (answer: ServerResponse, request: IncomingMessage) => void> = {
  '/inside': (answer) => redirect(`http://private.test:${port}/`)(answer),
  '/metadata': redirect('http://169.254.169.254/latest/meta-data/'),
  '/file': redirect('file:///etc/passwd'),
  '/round': redirect('/round'),
  '/there': redirect('/end', 303),
  '/same': redirect('/end', 307),
  '/elsewhere': (answer) => redirect(`http://other.test:${port}/end`, 307)(answer),
  '/large': (answer) => answer.end('x'.repeat(2000)),
  '/bomb': (answer) => answer.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(1_000_000))),
  '/packed': (answer) => answer.setHeader('content-encoding', 'gzip').end(gzipSync('packed well')),
  '/slow': (answer) => void answer.writeHead(200).write('and then nothing'),
  '/nothing': (answer) => answer.writeHead(204).end(),
};

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
});

const answers: Record<string, string[]> = {
  'idp.test': ['127.0.0.1'],
  'other.test': ['127.0.0.1'],
  'private.test': ['127.0.0.1'],
  'half.test': ['93.184.216.34', '10.0.0.7'],
};
const lookup: Lookup = async (host) => {
  const found = answers[host];
  if (found === undefined) throw new Error(`ENOTFOUND ${host}`);
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};
const open = (
  settings: { STROMA_OUTGOING_PRIVATE?: string; STROMA_OUTGOING_ONLY?: string } = {},
  by = lookup,
) =>
  openOutgoing(
    {
      STROMA_OUTGOING_PRIVATE: settings.STROMA_OUTGOING_PRIVATE,
      STROMA_OUTGOING_ONLY: settings.STROMA_OUTGOING_ONLY,
    },
    by,
  );
const refused = expect.objectContaining({ code: 'OUTGOING_REFUSED' });
const failed = expect.objectContaining({ code: 'OUTGOING_FAILED' });

describe('what is a public address', () => {
  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'not an address',
    '',
  ])('not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '192.169.0.1', '2606:2800:220:1::1', '2a00:1450::1'])(
    '%s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it('is never one that carries an inner IPv4 address in its last bits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('127.0.0.1', '10.0.0.1', '169.254.169.254'),
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'),
        (inner, prefix) => {
          expect(isPublicAddress(prefix + inner)).toBe(false);
        },
      ),
    );
  });
});

describe('rules about hosts', () => {
  const at = (host: string, address: string, on = 443) => ({ host, address, port: on });
  it('name names, everything below a name, addresses and blocks, with or without a port', () => {
    const rules = readHostRules('idp.test, *.lab.test:8443, 10.2.0.0/16, [fd00::1]:443, fd00::2', 'X');
    expect(rules(at('IDP.test.', '1.2.3.4'))).toBe(true);
    expect(rules(at('notidp.test', '1.2.3.4'))).toBe(false);
    expect(rules(at('a.b.lab.test', '1.2.3.4', 8443))).toBe(true);
    expect(rules(at('a.b.lab.test', '1.2.3.4'))).toBe(false);
    expect(rules(at('lab.test', '1.2.3.4', 8443))).toBe(false);
    expect(rules(at('evillab.test', '1.2.3.4', 8443))).toBe(false);
    expect(rules(at('x.test', '10.2.255.1', 1))).toBe(true);
    expect(rules(at('x.test', '10.3.0.0', 1))).toBe(false);
    expect(rules(at('x.test', 'fd00::1'))).toBe(true);
    expect(rules(at('x.test', 'fd00::1', 80))).toBe(false);
    expect(rules(at('x.test', 'fd00::2', 80))).toBe(true);
  });

  it.each(['http://a.test', 'a b', '10.0.0.0/33', 'a.test:0', 'a.test:70000', '[fd00::1', '*', '*.', 'a..b'])(
    'cannot be read from "%s"',
    (text) => {
      expect(() => readHostRules(text, 'STROMA_OUTGOING_ONLY')).toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: expect.stringContaining('STROMA_OUTGOING_ONLY'),
        }),
      );
    },
  );
});

describe('a call to an address that was named', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1.:80/',
  ])('does not go to %s', async (url) => {
    const outgoing = openOutgoing({ STROMA_OUTGOING_PRIVATE: undefined, STROMA_OUTGOING_ONLY: undefined });
    await expect(outgoing.fetch(url)).rejects.toEqual(refused);
    await expect(outgoing.check(url)).rejects.toEqual(refused);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://a.test/',
    'gopher://a.test/',
    'data:text/plain,x',
    'no url',
    'http://u:p@idp.test/',
  ])('is not made of %s', async (url) => {
    await expect(open().fetch(url)).rejects.toEqual(refused);
  });

  it('goes where the operator allows it, and nowhere else inside', async () => {
    const outgoing = open({ STROMA_OUTGOING_PRIVATE: `idp.test:${port}` });
    const answer = await outgoing.fetch(`http://idp.test:${port}/x?y=1`);
    expect(answer.status).toBe(200);
    expect(answer.url).toBe(`http://idp.test:${port}/x?y=1`);
    expect(await answer.text()).toBe('hello');
    expect(seen[0]?.headers.host).toBe(`idp.test:${port}`);
    await expect(outgoing.fetch(`http://private.test:${port}/`)).rejects.toEqual(refused);
    await expect(outgoing.fetch(`http://idp.test:${port + 1}/`)).rejects.toEqual(refused);
    await outgoing.check(`http://idp.test:${port}/`);
  });

  it('goes only to named hosts when the operator names the only ones', async () => {
    const outgoing = open({ STROMA_OUTGOING_PRIVATE: '127.0.0.0/8', STROMA_OUTGOING_ONLY: 'idp.test' });
    expect((await outgoing.fetch(`http://idp.test:${port}/`)).status).toBe(200);
    await expect(outgoing.fetch(`http://other.test:${port}/`)).rejects.toEqual(refused);
  });

  it('is not made when one of several addresses is inside', async () => {
    await expect(open().fetch('http://half.test/')).rejects.toEqual(refused);
  });

  it('says nothing of what a name resolves to', async () => {
    const error = await open()
      .fetch('http://half.test/')
      .catch((thrown) => thrown);
    expect(JSON.stringify([error.message, error.details])).not.toContain('10.0.0.7');
  });

  it('connects to the address that was checked, whatever the name says next', async () => {
    const asked: string[] = [];
    const rebinding: Lookup = async (host) => {
      asked.push(host);
      return [{ address: asked.length === 1 ? '127.0.0.1' : '10.255.255.1', family: 4 }];
    };
    const outgoing = open({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' }, rebinding);
    expect(await (await outgoing.fetch(`http://rebind.test:${port}/`)).text()).toBe('hello');
    expect(asked).toEqual(['rebind.test']);
    await expect(outgoing.fetch(`http://rebind.test:${port}/`)).rejects.toEqual(refused);
  });
});

describe('a redirect', () => {
  let outgoing: Outgoing;
  beforeAll(() => {
    outgoing = open({ STROMA_OUTGOING_PRIVATE: 'idp.test, other.test' });
  });
  const at = (path: string, init?: Parameters<Outgoing['fetch']>[1]) =>
    outgoing.fetch(`http://idp.test:${port}${path}`, init);

  it('is checked like a first call', async () => {
    await expect(at('/inside')).rejects.toEqual(refused);
    await expect(at('/metadata')).rejects.toEqual(refused);
    await expect(at('/file')).rejects.toEqual(refused);
  });

  it('is followed a few times only, or not at all', async () => {
    await expect(at('/round', { maxRedirects: 2 })).rejects.toEqual(refused);
    expect(seen).toHaveLength(3);
    await expect(at('/there', { redirect: 'error' })).rejects.toEqual(refused);
    const manual = await at('/there', { redirect: 'manual' });
    expect(manual.status).toBe(303);
    expect(manual.headers.get('location')).toBe('/end');
  });

  it('turns a POST into a GET with 303, and keeps it with 307 on the same host', async () => {
    await at('/there', { method: 'POST', body: 'a=1' });
    expect(seen.at(-1)).toMatchObject({ url: '/end', method: 'GET', body: '' });
    await at('/same', { method: 'POST', body: 'a=1' });
    expect(seen.at(-1)).toMatchObject({ url: '/end', method: 'POST', body: 'a=1' });
  });

  it('takes no secret to another host', async () => {
    await at('/elsewhere', { headers: { authorization: 'Bearer x', cookie: 'a=b', accept: 'text/plain' } });
    const last = seen.at(-1);
    expect(last?.headers.host).toBe(`other.test:${port}`);
    expect(last?.headers).toMatchObject({ accept: 'text/plain' });
    expect(last?.headers.authorization ?? last?.headers.cookie).toBeUndefined();
    await expect(at('/elsewhere', { method: 'POST', body: 'client_secret=x' })).rejects.toEqual(refused);
  });
});

describe('an answer', () => {
  let outgoing: Outgoing;
  beforeAll(() => {
    outgoing = open({ STROMA_OUTGOING_PRIVATE: 'idp.test' });
  });
  const at = (path: string, init?: Parameters<Outgoing['fetch']>[1]) =>
    outgoing.fetch(`http://idp.test:${port}${path}`, init);

  it('is limited in size, also when it was packed', async () => {
    await expect(at('/large', { maxBytes: 1000 })).rejects.toEqual(failed);
    await expect(at('/bomb', { maxBytes: 10_000 })).rejects.toEqual(failed);
    expect(await (await at('/packed')).text()).toBe('packed well');
  });

  it('is limited in time, from the look-up to the last byte', async () => {
    await expect(at('/slow', { timeoutMs: 200 })).rejects.toEqual(failed);
    const never = open({}, () => new Promise(() => undefined));
    await expect(never.fetch('http://never.test/', { timeoutMs: 50 })).rejects.toEqual(failed);
  });

  it('may be empty', async () => {
    expect((await at('/nothing')).status).toBe(204);
    expect((await at('/x', { method: 'HEAD' })).status).toBe(200);
  });

  it('ends when the caller no longer wants it', async () => {
    await expect(at('/slow', { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('is missing, and said to be, when nobody is there', async () => {
    await expect(open().fetch('http://unknown.test/')).rejects.toEqual(failed);
    await expect(open({ STROMA_OUTGOING_PRIVATE: 'idp.test' }).fetch('http://idp.test:1/')).rejects.toEqual(
      failed,
    );
  });
});
