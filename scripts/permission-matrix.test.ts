import { api, type Endpoint, isPermission, permissionCatalogue } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { documentWith, permissionTables, writtenDocument } from './permission-matrix.ts';

const endpoints = Object.values(api).flatMap((group) => Object.values(group) as Endpoint[]);

/** Addresses that need no identity. One more is a decision, so it is made here. */
const open = [
  'GET /auth/jwks',
  'GET /auth/options',
  'GET /auth/single-sign-on',
  'GET /auth/single-sign-on/:id/callback',
  'GET /auth/single-sign-on/:id/finish',
  'GET /auth/single-sign-on/:id/metadata',
  'GET /auth/single-sign-on/:id/start',
  'POST /auth/email-change/confirm',
  'POST /auth/email-change/undo',
  'POST /auth/forgot-password',
  'POST /auth/invitations/accept',
  'POST /auth/invitations/read',
  'POST /auth/login',
  'POST /auth/mfa/recovery',
  'POST /auth/mfa/send',
  'POST /auth/mfa/verify',
  'POST /auth/passkeys/sign-in',
  'POST /auth/passkeys/sign-in-options',
  'POST /auth/refresh',
  'POST /auth/reset-password',
  'POST /auth/sign-up',
  'POST /auth/single-sign-on/:id/assertion',
  'POST /auth/verify-email',
  'GET /embed',
  'POST /shared-dashboards/data',
  'POST /shared-dashboards/open',
];

describe('permissions', () => {
  it('are documented as they are: run `node scripts/permission-matrix.ts`', () => {
    expect(writtenDocument()).toBe(documentWith(permissionTables()));
  });

  it('are asked for by every address: one of the catalogue, an identity, or on purpose nothing', () => {
    expect(endpoints.length).toBeGreaterThan(40);
    const wrong = endpoints.filter(
      ({ permission }) => permission !== 'public' && permission !== 'signed-in' && !isPermission(permission),
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
    const nobody = endpoints.filter(({ permission }) => permission === 'public');
    expect(nobody.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...open].sort());
  });

  it('are written resource:action, each with what it means', () => {
    for (const [permission, meaning] of Object.entries(permissionCatalogue)) {
      expect(permission).toMatch(/^[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*$/);
      expect(meaning, permission).toMatch(/^[A-Z].{9,}[^.]$/);
    }
  });
});
