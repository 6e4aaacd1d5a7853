import { type About, reachFailure } from './source-failures.ts';
import type { Means } from './source-kind.ts';

/** An address the guard has checked: a driver connects to it, and to nothing it resolved itself. */
export async function checkedAddress(
  { outgoing }: Pick<Means, 'outgoing'>,
  host: string,
  port: number,
  about: About,
): Promise<string> {
  try {
    const [first] = await outgoing.addresses(host, port);
    return first?.address ?? host;
  } catch (error) {
    throw reachFailure(error, about) ?? error;
  }
}

/** TLS for a driver that connects to an address: the name the certificate is held against stays the host's. */
export function tlsOptions(host: string, tls: 'verify' | 'encrypt', certificate: string | undefined) {
  return {
    servername: host,
    rejectUnauthorized: tls === 'verify',
    ...(certificate === undefined ? {} : { ca: certificate }),
  };
}
