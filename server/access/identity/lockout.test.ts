import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityServer, openIdentityServer } from './identity-server.suite.ts';
import { Lockout } from './lockout.ts';

let server: IdentityServer;
beforeAll(async () => {
  server = await openIdentityServer();
});
afterAll(() => server.stop());

const lockout = () => new Lockout(server.app.platform.db.sql, { failures: 5, windowMinutes: 15 });

async function fail(times: number, subject: string): Promise<boolean> {
  let locked = false;
  for (let each = 0; each < times; each++) locked = await lockout().failed(subject);
  return locked;
}
const secondsOf = async (subject: string): Promise<number> =>
  lockout()
    .check(subject)
    .then(
      () => 0,
      (error) => error.details.retry_after_seconds,
    );
/** As if this much time had gone by for everything that is counted. */
const pass = (minutes: number) =>
  server.app.platform.db.execute(
    `update sign_in_failures set since = since - make_interval(mins => $1), locked_until = locked_until - make_interval(mins => $1)`,
    [minutes],
  );

describe('a lock', () => {
  it('closes after the fifth failure within a quarter of an hour, for as long', async () => {
    expect(await fail(4, 'four')).toBe(false);
    expect(await secondsOf('four')).toBe(0);
    expect(await fail(1, 'four')).toBe(true);
    expect(await secondsOf('four')).toBeGreaterThan(14 * 60);
    expect(await secondsOf('four')).toBeLessThanOrEqual(15 * 60);
    await pass(16);
    expect(await secondsOf('four')).toBe(0);
  });

  it('lasts twice as long each time after, up to a day', async () => {
    const minutes: number[] = [];
    for (let round = 0; round < 9; round++) {
      await fail(5, 'again');
      minutes.push(Math.round((await secondsOf('again')) / 60));
      await pass(24 * 60 + 1);
    }
    expect(minutes).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
  });

  it('does not count failures of a quarter of an hour ago', async () => {
    await fail(4, 'slow');
    await pass(16);
    expect(await fail(4, 'slow')).toBe(false);
  });

  it('starts anew after a success', async () => {
    await fail(4, 'right');
    await lockout().succeeded('right');
    expect(await fail(4, 'right')).toBe(false);
  });

  it('counts failures that come at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => lockout().failed('burst')));
    expect(all.filter(Boolean)).toHaveLength(1);
    expect(await secondsOf('burst')).toBeGreaterThan(0);
  });

  it('keeps nobody’s address', async () => {
    await fail(1, 'account:ada@example.org');
    const { rows } = await server.app.platform.db.execute('select * from sign_in_failures');
    expect(JSON.stringify(rows)).not.toContain('ada');
  });
});
