import type { Invitation, Tenant } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestAccess, type TestAccess } from '../federation.suite.ts';

interface Mail {
  mail_id: string;
  to: string;
  text: string;
}

describe('organisations of an installation', () => {
  let server: TestAccess;
  let keeper: Person;
  beforeAll(async () => {
    server = await startTestAccess();
    keeper = await server.person('super_admin');
  }, 60_000);
  afterAll(() => server.stop());

  const make = async (name: string, email: string) => {
    const { status, body } = await server.call<Tenant>('POST', '/tenants', {
      token: keeper.token,
      body: { name, administrator_email: email },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const list = async (person: Person) =>
    server.call<{ items: Tenant[] }>('GET', '/tenants', { token: person.token });
  const act = (id: string, what: string, body?: unknown) =>
    server.call<Tenant & { error: { code: string } }>('POST', `/tenants/${id}/${what}`, {
      token: keeper.token,
      ...(body === undefined ? {} : { body }),
    });

  /** The link of the mail that waits in the outbox. */
  const invitationTo = async (email: string): Promise<string> => {
    const { body } = await server.call<{ items: Mail[] }>('GET', '/mail/outbox', {
      token: keeper.token,
    });
    const text = body.items.find(({ to }) => to === email)?.text ?? '';
    return /invitation#(\S+)/.exec(text)?.[1] ?? '';
  };

  it('is made with an administrator, who comes in by invitation and finds it empty', async () => {
    const made = await make('Kidney Clinic', 'head@kidney.example');
    expect(made).toMatchObject({ name: 'Kidney Clinic', members: 0, own: false, closed_at: null });
    const token = await invitationTo('head@kidney.example');
    const told = await server.call<{ organisation: string }>('POST', '/auth/invitations/read', {
      body: { token },
    });
    expect(told.body.organisation).toBe('Kidney Clinic');
    const password = 'a walk along the old canal';
    const accepted = await server.call('POST', '/auth/invitations/accept', {
      body: { token, name: 'Head', password },
    });
    expect(accepted.status).toBe(204);
    const { body } = await server.call<{ token: string; user: { tenant_id: string; role: string } }>(
      'POST',
      '/auth/login',
      { body: { email: 'head@kidney.example', password, client: 'program' } },
    );
    expect(body.user).toMatchObject({ tenant_id: made.tenant_id, role: 'admin' });
    const members = await server.call<{ items: unknown[] }>('GET', '/access/members', { token: body.token });
    expect(members.body.items).toHaveLength(1);
    expect((await list(keeper)).body.items.find((each) => each.tenant_id === made.tenant_id)).toMatchObject({
      members: 1,
      administrators: 1,
    });
    expect((await server.call('GET', '/tenants', { token: body.token })).status).toBe(403);
  });

  it('is closed at once for sessions, keys and sign-ins, and opened again with all it had', async () => {
    const made = await make('Closed Lab', 'first@closed.example');
    const person = await server.person('scientist', made.tenant_id);
    const key = await server.call<{ secret: string }>('POST', '/auth/api-keys', {
      token: person.token,
      body: { name: 'loader', scopes: ['datasets:read'] },
    });
    const read = (token: string) => server.call('GET', '/data/datasets', { token });
    expect((await read(person.token)).status).toBe(200);
    expect((await read(key.body.secret)).status).toBe(200);

    const closed = await act(made.tenant_id, 'close', { reason: 'contract ended' });
    expect(closed.body).toMatchObject({ closed_reason: 'contract ended' });
    expect((await read(person.token)).status).toBe(401);
    expect((await read(key.body.secret)).status).toBe(401);
    const credentials = { email: person.email, password: person.password, client: 'program' };
    const refused = await server.call('POST', '/auth/login', { body: credentials });
    expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('closed')]);
    expect((await act(made.tenant_id, 'close', { reason: 'again' })).status).toBe(409);
    expect((await act(made.tenant_id, 'administrators', { email: 'x@closed.example' })).status).toBe(409);

    expect((await act(made.tenant_id, 'reopen')).body.closed_at).toBeNull();
    expect((await act(made.tenant_id, 'reopen')).status).toBe(409);
    expect((await read(key.body.secret)).status).toBe(200);
    expect((await read(person.token)).status, 'a session that ended stays so').toBe(401);
    expect((await server.call('POST', '/auth/login', { body: credentials })).status).toBe(200);
  });

  it('has its changes in its own record and in that of who made them', async () => {
    const made = await make('Before', 'record@example.org');
    const renamed = await server.call<Tenant>('PATCH', `/tenants/${made.tenant_id}`, {
      token: keeper.token,
      body: { name: 'After' },
    });
    expect(renamed.body.name).toBe('After');
    const inside = await server.person('admin', made.tenant_id);
    for (const token of [inside.token, keeper.token]) {
      const { body } = await server.call<{ items: { object: { id: string } }[] }>(
        'GET',
        '/audit/events?action=tenant.changed',
        { token },
      );
      expect(body.items.filter(({ object }) => object.id === made.tenant_id)).toHaveLength(1);
    }
  });

  it('cannot be one’s own that is closed, nor one that is not there, nor an administrator with an account', async () => {
    expect((await act(server.tenantId, 'close', { reason: 'oops' })).status).toBe(409);
    expect((await act('tnt_01a1febf-117b-726d-b425-15579ce81012', 'close', { reason: 'oops' })).status).toBe(
      404,
    );
    const before = (await list(keeper)).body.items.length;
    const taken = await server.call('POST', '/tenants', {
      token: keeper.token,
      body: { name: 'Taken', administrator_email: keeper.email },
    });
    expect(taken.status).toBe(409);
    expect((await list(keeper)).body.items).toHaveLength(before);
  });

  it('is the keeper’s alone to see and to change', async () => {
    const admin = await server.person('admin');
    for (const [method, path, body] of [
      ['GET', '/tenants', undefined],
      ['POST', '/tenants', { name: 'Mine', administrator_email: 'a@b.example' }],
      ['POST', `/tenants/${server.tenantId}/close`, { reason: 'mine' }],
    ] as const)
      expect(
        (await server.call(method, path, { token: admin.token, ...(body ? { body } : {}) })).status,
      ).toBe(403);
  });

  it('shows its own administrators an invitation made from outside', async () => {
    const made = await make('Two heads', 'one@heads.example');
    expect((await act(made.tenant_id, 'administrators', { email: 'two@heads.example' })).status).toBe(204);
    const inside = await server.person('admin', made.tenant_id);
    const { body } = await server.call<{ items: Invitation[] }>('GET', '/access/invitations', {
      token: inside.token,
    });
    expect(body.items.map(({ email }) => email).toSorted()).toEqual([
      'one@heads.example',
      'two@heads.example',
    ]);
  });
});
