import { BlockList, isIP } from 'node:net';

/**
 * Whether an address lies in one of the blocks (`192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`); no blocks allow all.
 * An IPv4 address that arrives mapped (`::ffff:192.0.2.7`) is the IPv4 address. Anything unreadable is refused.
 */
export function allowsAddress(blocks: readonly string[], address: string): boolean {
  if (blocks.length === 0) return true;
  const family = isIP(address);
  if (family === 0) return false;
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', bits] = block.split('/');
    const kind = isIP(network);
    if (kind === 0) continue;
    const name = kind === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(network, name);
    else list.addSubnet(network, Number(bits), name);
  }
  const plain = address.replace(/%.*$/, '');
  return list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}
