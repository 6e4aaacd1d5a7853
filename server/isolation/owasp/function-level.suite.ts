import { definitionOfRole, type Permission, type Role, roles } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { endpoints, nameOf } from '../endpoints.suite.ts';
import type { Stage } from './stage.suite.ts';

export function describeFunctionLevel(stage: Stage): void {
  describe('API5:2023 broken function level authorisation', () => {
    const needs = endpoints.filter(({ permission }) => permission !== 'public' && permission !== 'signed-in');

    it.each(roles)('%s reaches what the role grants and nothing more', { timeout: 60_000 }, async (role) => {
      const granted = new Set<Permission>(definitionOfRole(role).permissions);
      const person = await stage.world.as(role as Role);
      for (const endpoint of needs.filter(({ permission }) => !granted.has(permission as Permission))) {
        const told = await person.send(endpoint, { params: { id: stage.ours }, body: {} });
        expect([role, nameOf(endpoint), told.status]).toEqual([role, nameOf(endpoint), 403]);
      }
    });

    it('no other method of an address does what one was refused', async () => {
      const viewer = await stage.world.as('viewer');
      for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
        for (const path of [`/data/datasets/${stage.ours}`, '/access/roles', '/encryption', '/backups']) {
          const told = await viewer.ask(method, path, '{}', {
            'content-type': 'application/json',
            'x-http-method-override': 'GET',
            'x-original-url': '/api/v1/auth/session',
          });
          expect([method, path, told.status]).toEqual([
            method,
            path,
            expect.toSatisfy((status: number) => [403, 404, 405].includes(status)),
          ]);
        }
    });
  });
}
