import type { Config } from '../config/config.ts';
import { isPublicAddress } from './outgoing-addresses.ts';

type TrustProxy = boolean | string | ((address: string, hop: number) => boolean);

/**
 * Whose word in X-Forwarded-For counts. A number of proxies counts from the one that holds the connection, and that
 * one must stand inside the network: whoever reaches the port from outside cannot pose as a proxy, and a client
 * behind it cannot prepend an address of its own.
 */
export function trustedProxies(setting: Config['STROMA_TRUST_PROXY']): TrustProxy {
  if (typeof setting === 'string') return setting;
  const hops = Number(setting);
  if (hops === 0) return false;
  return (address, hop) => hop < hops && (hop > 0 || !isPublicAddress(unmapped(address)));
}

/** `::ffff:192.0.2.7` is 192.0.2.7. */
export function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
