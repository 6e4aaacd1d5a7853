import {
  api,
  concernsInstallation,
  definitionOfRole,
  type Endpoint,
  type Job,
  roles,
  type SystemInformation,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, openAccessServer } from './access-server.suite.ts';

let server: AccessServer;
beforeAll(async () => {
  server = await openAccessServer({ STROMA_BACKUP_TARGET: '/no/such/disk' });
});
afterAll(() => server.close());

const endpoints = Object.values(api).flatMap((group) => Object.values(group) as Endpoint[]);
const ofInstallation = endpoints.filter(
  ({ permission }) =>
    permission !== 'public' && permission !== 'signed-in' && concernsInstallation(permission),
);

describe('what concerns the whole installation', () => {
  it('is in the hands of super administrators alone', () => {
    const holders = roles.filter((role) => definitionOfRole(role).permissions.some(concernsInstallation));
    expect(holders).toEqual(['super_admin']);
  });

  it('is closed to the administrator of one organisation among several, and says why', async () => {
    const { admin } = await server.otherTenant();
    expect(ofInstallation.map(({ id }) => id)).toContain('rotateEncryptionKey');
    for (const { method, path, id } of ofInstallation) {
      const told = await admin.call(
        method,
        path.replace(':id', 'bak_00000000-0000-7000-8000-000000000000'),
        method === 'GET' ? undefined : {},
      );
      expect([id, told.status]).toEqual([id, 403]);
      expect(told.body.error.message).toContain('every organisation on this installation');
    }
  });

  it('shows folders and hosts to who runs it, and to nobody else', async () => {
    const folder = server.app.platform.config.STROMA_DATA;
    const mine = await server.admin.call<SystemInformation>('GET', '/system');
    expect(mine.body.settings?.find(({ key }) => key === 'STROMA_DATA')?.value).toBe(folder);
    for (const role of ['admin', 'lab_director', 'compliance_officer', 'scientist']) {
      const person = await server.member(role);
      const told = await person.call<SystemInformation>('GET', '/system');
      expect([told.status, told.body.settings]).toEqual([200, null]);
      expect(told.text).not.toContain(folder);
    }
  });

  it('leaves its background work to who sent it and to who may do it', async () => {
    const sent = await server.admin.call<{ job_id: string }>('POST', '/backups');
    expect(sent.status).toBe(202);
    const path = `/data/jobs/${sent.body.job_id}`;
    const ids = async (by: typeof server.admin) =>
      (await by.call<{ items: Job[] }>('GET', '/data/jobs')).body.items.map(({ job_id }) => job_id);
    expect(await ids(server.admin)).toContain(sent.body.job_id);
    const scientist = await server.member('scientist');
    expect(await ids(scientist)).not.toContain(sent.body.job_id);
    expect((await scientist.call('GET', path)).status).toBe(404);
    expect((await scientist.call('POST', `${path}/cancel`)).status).toBe(404);
    expect((await scientist.call('POST', `${path}/retry`)).status).toBe(404);
    const colleague = await server.member('super_admin');
    expect((await colleague.call('GET', path)).status).toBe(200);
  });
});
