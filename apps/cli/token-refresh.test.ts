import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@stroma/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, type Ended, endOf, Place } from './cli-process.suite.ts';

const email = 'cli@example.org';
const password = 'a password of the tests';

interface Kept {
  token: string;
  refresh_token: string;
  expires_at: string;
}

describe('a sign-in that is kept', () => {
  let place: Place;
  let url = '';
  let serving: Promise<Ended>;
  let stop: () => void;

  beforeAll(async () => {
    place = new Place();
    const env = {
      PORT: '0',
      STROMA_DEMO: '0',
      STROMA_LOG_LEVEL: 'error',
      STROMA_ADMIN_EMAIL: email,
      STROMA_ADMIN_PASSWORD: password,
      // Shorter than the minute before its end in which a token is refreshed: every command refreshes.
      STROMA_ACCESS_TOKEN_HOURS: '0.01',
    };
    const child = place.start(['serve'], { env });
    serving = endOf(child);
    stop = () => child.kill('SIGTERM');
    url = await addressOf(child);
  }, 180_000);
  afterAll(async () => {
    stop();
    await serving;
    place.remove();
  });

  const login = (input: string) =>
    place.json<{ email: string }>(['login', url, '--email', email, '--password-stdin'], { input });
  const kept = (): Kept => {
    const path = join(place.config, 'stroma', 'credentials.json');
    const { servers } = JSON.parse(readFileSync(path, 'utf8')) as { servers: Record<string, Kept> };
    return servers[url] as Kept;
  };

  it('goes on by itself after the access token has ended, also for commands that run at once', async () => {
    expect((await login(password)).status).toBe(0);
    const first = kept();
    expect(Date.parse(first.expires_at) - Date.now()).toBeLessThan(60_000);
    const all = await Promise.all([1, 2, 3].map(() => place.json<object>(['datasets'])));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(kept().refresh_token).not.toBe(first.refresh_token);
    expect((await place.json<object>(['datasets'])).status).toBe(0);
  });

  it('proves a second factor with the code on the second line', async () => {
    const answer = await createClient({ baseUrl: url }).identity.login({ body: { email, password } });
    const token = answer.status === 'signed_in' ? answer.token : null;
    const client = createClient({ baseUrl: url, ...(token !== null && { token }) });
    const { method_id, secret } = await client.secondFactors.setUp({ body: { kind: 'totp' } });
    await client.secondFactors.confirm({ body: { method_id, code: codeNow(secret ?? '', -1) } });
    const without = await login(password);
    expect(without.status).not.toBe(0);
    expect((await login(`${password}\n${codeNow(secret ?? '')}\n`)).status).toBe(0);
    expect((await place.json<object>(['datasets'])).status).toBe(0);
  });
});

/** RFC 6238 with SHA-1, six digits and half a minute; `steps` of half a minute from now. */
function codeNow(secret: string, steps = 0): string {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
