import { definitionOfRole, type Session } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { mayDo } from './session.ts';

const as = (role: string): Session => ({
  user: {
    user_id: 'usr_me',
    email: 'me@example.org',
    name: 'Me',
    role,
    tenant_id: 'tnt_1',
    language: null,
    must_change_password: false,
    must_set_up_second_factor: false,
  },
  permissions: [...definitionOfRole(role).permissions],
  session_id: 'ses_1',
  second_factor: false,
  expires_at: '2099-01-01T00:00:00Z',
});

describe('what the app offers', () => {
  it('is what the role holds', () => {
    expect(mayDo(as('viewer'), 'datasets:read')).toBe(true);
    expect(mayDo(as('viewer'), 'datasets:delete')).toBe(false);
    expect(mayDo({ ...as('admin'), permissions: [] }, 'datasets:read')).toBe(false);
  });

  it('is for one’s own where the role holds it for that only', () => {
    const technician = as('technician');
    expect(mayDo(technician, 'datasets:delete')).toBe(true);
    expect(mayDo(technician, 'datasets:delete', { ownerId: 'usr_me' })).toBe(true);
    expect(mayDo(technician, 'datasets:delete', { ownerId: 'usr_other' })).toBe(false);
    expect(mayDo(as('scientist'), 'datasets:delete', { ownerId: 'usr_other' })).toBe(true);
    const custom = { ...as('rol_1'), permissions: ['datasets:delete' as const] };
    expect(mayDo(custom, 'datasets:delete', { ownerId: 'usr_other' })).toBe(true);
  });
});
