import type { Cache } from '../../platform/cache/cache.ts';
import { hashToken } from './secrets.ts';

const mailsAnHour = 3;
const hourMs = 3_600_000;

/** Whether one more mail may go to an address that somebody typed, whosever it is. */
export async function mayMail(cache: Cache, email: string): Promise<boolean> {
  const { count } = await cache.increment(`mail:${hashToken(email)}`, hourMs);
  return count <= mailsAnHour;
}
