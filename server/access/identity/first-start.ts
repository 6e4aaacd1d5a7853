import type { Platform } from '../../platform/platform.ts';
import { findFirstTenant, insertTenant, insertUser, lockFirstStart } from './identity.store.ts';
import { hashPassword, makePassword } from './passwords.ts';

export interface FirstStart {
  tenantId: string;
  /** Set when this start made the administrator. */
  administrator: { email: string; oneTimePassword: string | null } | null;
}

/**
 * Makes the tenant and its administrator when the store has none. A password that is not given is generated, is
 * handed back once and never stored in clear, and must be changed at the first sign-in.
 */
export async function prepareFirstStart(platform: Platform): Promise<FirstStart> {
  const existing = await findFirstTenant(platform.db.sql);
  if (existing) return { tenantId: existing, administrator: null };
  const email = platform.config.STROMA_ADMIN_EMAIL.toLowerCase();
  const given = platform.config.STROMA_ADMIN_PASSWORD;
  const password = given ?? makePassword();
  const hash = await hashPassword(password);
  return platform.db.transaction(async (tx) => {
    await lockFirstStart(tx);
    const other = await findFirstTenant(tx);
    if (other) return { tenantId: other, administrator: null };
    const tenantId = await insertTenant(tx, 'Stroma');
    await insertUser(
      tx,
      {
        tenantId,
        email,
        name: 'Administrator',
        role: 'super_admin',
        mustChangePassword: given === undefined,
      },
      hash,
    );
    return { tenantId, administrator: { email, oneTimePassword: given === undefined ? password : null } };
  });
}
