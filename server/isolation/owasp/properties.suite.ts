import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoints, isProtocol, nameOf } from '../endpoints.suite.ts';
import { answerOf, type Stage } from './stage.suite.ts';

export function describeProperties(stage: Stage): void {
  describe('API3:2023 broken object property level authorisation', () => {
    it('no body takes a field its schema does not name', () => {
      const open = endpoints
        // SCIM asks for unknown attributes to be passed over (RFC 7643, section 3.3), and MLflow's messages grow.
        .filter((each) => each.body !== undefined && !isProtocol(each))
        .filter(
          ({ body }) => !closed(z.toJSONSchema(body as z.ZodType, { io: 'input', unrepresentable: 'any' })),
        )
        .map(nameOf);
      expect(open).toEqual([]);
    });

    it('nobody makes themselves more by a field that is more', async () => {
      const person = await stage.world.as('viewer');
      const before = answerOf(await person.call('GET', '/auth/session'));
      for (const more of [
        { role: 'super_admin' },
        { tenant_id: stage.world.theirTenant },
        { permissions: ['tenants:write'] },
      ]) {
        const told = await person.call('PATCH', '/auth/profile', { name: 'Viewer', ...more });
        expect(told.status).toBe(400);
      }
      expect(answerOf(await person.call('GET', '/auth/session')).user).toMatchObject({
        role: before.user.role,
        tenant_id: before.user.tenant_id,
      });
      const admin = await stage.world.as('admin');
      const renamed = await admin.call('PATCH', `/data/datasets/${stage.ours}`, {
        name: 'x',
        tenant_id: stage.world.theirTenant,
      });
      expect(renamed.status).toBe(400);
    });

    it('no answer has a field for what is kept secret', () => {
      const secret = /(^|_)(password|hash|secret|seed|sealed|private_key|mac|cookie)$/;
      const telling = endpoints
        .filter(({ response }) => response !== undefined)
        .flatMap((endpoint) => {
          const shape = z.toJSONSchema(endpoint.response as z.ZodType, { unrepresentable: 'any' });
          return namesIn(shape)
            .filter((name) => secret.test(name) && !harmless.has(name))
            .map((name) => `${nameOf(endpoint)}: ${name}`);
        })
        .filter((each) => !shownOnce.has(each));
      expect(telling).toEqual([]);
    });
  });
}

/** Whether there is one, or it must be changed; the number an analysis began with. */
const harmless = new Set(['must_change_password', 'has_password', 'seed']);

/** Made by that very call, and never told again. */
const shownOnce = new Set([
  'POST /auth/mfa/setup: secret',
  'POST /auth/api-keys: secret',
  'POST /auth/api-keys/:id/rotate: secret',
  'POST /dashboards/:id/schedules: webhook_secret',
  'PATCH /dashboards/:id/schedules/:schedule_id: webhook_secret',
  'POST /dashboards/:id/alerts: webhook_secret',
  'PATCH /dashboards/:id/alerts/:alert_id: webhook_secret',
]);

type JsonSchema = Record<string, unknown>;

function closed(shape: JsonSchema): boolean {
  const choices = (shape.anyOf ?? shape.oneOf) as JsonSchema[] | undefined;
  if (choices !== undefined) return choices.every(closed);
  return shape.type !== 'object' || shape.additionalProperties === false;
}

function namesIn(shape: unknown): string[] {
  if (typeof shape !== 'object' || shape === null) return [];
  const { properties = {} } = shape as { properties?: object };
  return [...Object.keys(properties), ...Object.values(shape).flatMap(namesIn)];
}
