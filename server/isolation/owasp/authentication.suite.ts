import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { endpoints, nameOf } from '../endpoints.suite.ts';
import { Caller } from '../world.suite.ts';
import { answerOf, errorOf, type Stage } from './stage.suite.ts';

export function describeAuthentication(stage: Stage): void {
  describe('API2:2023 broken authentication', () => {
    const guarded = endpoints.filter(({ permission }) => permission !== 'public');

    it('every address that is not public asks who one is, before it looks at the input', async () => {
      const nobody = await stage.world.as('nobody');
      for (const endpoint of guarded) {
        const told = await nobody.send(endpoint, { body: {} });
        expect([nameOf(endpoint), told.status]).toEqual([nameOf(endpoint), 401]);
      }
    });

    it('no made-up, altered, foreign or spent token is anybody', async () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = {
        sub: stage.world.theirs('usr')[0],
        sid: stage.world.theirs('ses')[0],
        tid: stage.world.ourTenant,
        aud: 'stroma',
        exp: 2 ** 31,
      };
      const jwks = answerOf(await (await stage.world.as('nobody')).call('GET', '/auth/jwks'));
      const unsigned = `${part({ alg: 'none', typ: 'JWT', kid: jwks.keys[0]?.kid })}.${part(claims)}.`;
      const head = `${part({ alg: 'HS256', typ: 'JWT', kid: jwks.keys[0]?.kid })}.${part(claims)}`;
      const confused = `${head}.${createHmac('sha256', String(jwks.keys[0]?.n)).update(head).digest('base64url')}`;
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const own = `${part({ alg: 'RS256', typ: 'JWT', kid: 'mine', jwk: {} })}.${part(claims)}`;
      const foreign = `${own}.${sign('sha256', Buffer.from(own), privateKey).toString('base64url')}`;
      const real = (await stage.world.as('viewer')).token ?? '';
      const altered = real.replace(
        /\.(.)([^.]*)$/,
        (_, first, rest) => `.${first === 'a' ? 'b' : 'a'}${rest}`,
      );
      for (const token of [unsigned, confused, foreign, altered, '', 'null', 'undefined', `sk_${real}`]) {
        const told = await new Caller(stage.world.url, token).call('GET', '/auth/session');
        expect([token.slice(0, 20), told.status]).toEqual([token.slice(0, 20), 401]);
      }
      const inAddress = await (await stage.world.as('nobody')).call(
        'GET',
        `/auth/session?token=${real}&access_token=${real}`,
      );
      expect(inAddress.status).toBe(401);
      const leaving = await stage.world.as('guest');
      await leaving.call('POST', '/auth/logout', {});
      expect((await leaving.call('GET', '/auth/session')).status).toBe(401);
    });

    it('a wrong password and an unknown account are refused alike', async () => {
      const nobody = await stage.world.as('nobody');
      const known = await nobody.call('POST', '/auth/login', {
        email: 'admin@stroma.local',
        password: 'wrong',
      });
      const unknown = await nobody.call('POST', '/auth/login', {
        email: 'nobody@stroma.local',
        password: 'wrong',
      });
      expect([known.status, errorOf(known), answerOf(known).error.message]).toEqual([
        unknown.status,
        errorOf(unknown),
        answerOf(unknown).error.message,
      ]);
    });
  });
}
