import { isAdministrator } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { UserRow } from './identity.store.ts';

/** Who is shut out for a time, and who has proven who they are: known in memory. */
export interface Admission {
  addressShutUntil(address: string): Date | null;
  accountShutUntil(userId: string): Date | null;
  proven(ctx: Context): Promise<void>;
}

/** Where nobody is ever shut out. */
export const everybodyAdmitted: Admission = {
  addressShutUntil: () => null,
  accountShutUntil: () => null,
  proven: async () => undefined,
};

/**
 * From an address that is shut nobody signs in but an administrator, whoever is named and whether or not the password
 * is right. Throws RATE_LIMITED.
 */
export function requireOpenAddress(admission: Admission, address: string, user: UserRow | null): void {
  const until = admission.addressShutUntil(address);
  if (until === null || (user !== null && isAdministrator(user.role))) return;
  const seconds = Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000));
  fail(
    'RATE_LIMITED',
    `Nobody can sign in from this address for ${Math.ceil(seconds / 60)} minutes: too many accounts were tried from it. An administrator can open it before.`,
    { retry_after_seconds: seconds, limit: 'address' },
  );
}

/** For who has proven who they are. Throws FORBIDDEN. */
export function requireOpenAccount(admission: Admission, user: UserRow): void {
  if (admission.accountShutUntil(user.id) === null) return;
  fail('FORBIDDEN', 'This account is blocked for now. Ask an administrator, who can open it.');
}
