import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../platform/context.ts';
import { systemActor } from '../../platform/system-actor.ts';
import { type AccessServer, openAccessServer } from './access-server.suite.ts';

const seen: Actor[] = [];
let told: (() => void) | null = null;
let server: AccessServer;
beforeAll(async () => {
  server = await openAccessServer({}, (app) => {
    app.platform.jobs.register({
      kind: 'test.who',
      title: () => 'Who am I?',
      timeoutSeconds: 10,
      retries: 0,
      concurrency: 1,
      run: async (_, { actor }) => {
        seen.push(actor);
        told?.();
        return { result: {} };
      },
    });
  });
});
afterAll(() => server.close());

/** The actor that a job runs as, sent by a person as they were. */
async function runAs(id: string, role: string): Promise<Actor> {
  const heard = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { log, jobs } = server.app.platform;
  const actor: Actor = { ...systemActor(server.tenantId), kind: 'person', id, name: 'Sender', role };
  const ctx = { actor, requestId: 'req_test', log, signal: new AbortController().signal };
  await jobs.send(ctx, 'test.who', {});
  await heard;
  return seen.at(-1) as Actor;
}

describe('a job', () => {
  it('runs as its sender stands when it is taken up, not as they stood when they sent it', async () => {
    const { admin } = server;
    const made = await admin.call<{ role: string }>('POST', '/access/roles', {
      name: 'Custom',
      permissions: ['datasets:read', 'datasets:write'],
    });
    const sam = await server.member(made.body.role, 'Sam');
    expect([...(await runAs(sam.id, sam.role)).permissions].sort()).toEqual([
      'datasets:read',
      'datasets:write',
    ]);
    await admin.call('PATCH', `/access/members/${sam.id}`, { role: 'guest' });
    const later = await runAs(sam.id, made.body.role);
    expect(later).toMatchObject({ role: 'guest', name: 'Sam' });
    expect(later.permissions.has('datasets:write')).toBe(false);
  });

  it('may do nothing for somebody who is gone or closed', async () => {
    const tom = await server.member('admin', 'Tom');
    await server.admin.call('POST', `/access/members/${tom.id}/deactivate`);
    expect((await runAs(tom.id, 'admin')).permissions.size).toBe(0);
    expect((await runAs('usr_nobody', 'super_admin')).permissions.size).toBe(0);
  });
});
