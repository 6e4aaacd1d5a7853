import { BlockList, isIP } from 'node:net';
import { StromaError } from '@stroma/kernel';

/**
 * IPv4 blocks that are not globally reachable, and multicast. IANA IPv4 Special-Purpose Address Registry
 * (RFC 6890 and its successors).
 */
const innerV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * Blocks inside 2000::/3 that carry an IPv4 address (Teredo, 6to4) or are not globally reachable. All that lies
 * outside 2000::/3 is refused as a whole: loopback, mapped and translated IPv4, unique local, link-local, multicast.
 */
const innerV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const inner = blocksOf([...innerV4, ...innerV6]);
const globalV6 = blocksOf(['2000::/3']);

function blocksOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix = ''] = cidr.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** True for an address that anybody on the internet may reach; false for every other and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inner.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return globalV6.check(address, 'ipv6') && !inner.check(address, 'ipv6');
}

interface Rule {
  port: number | null;
  /** Lower case; `*.` before it for every name below it. Null for a rule about addresses. */
  name: string | null;
  addresses: BlockList | null;
}

/** Where a connection would go: the name or address of the URL, what it resolved to, the port. */
export interface Destination {
  host: string;
  address: string;
  port: number;
}

export type HostRules = (destination: Destination) => boolean;

/**
 * Reads a list such as `idp.example.org, *.lab.example.org:8443, 10.2.0.0/16, [fd00::1]:443`: names, everything
 * below a name, addresses, blocks, each with or without a port. Throws CONFIG_INVALID with the entry it cannot read.
 */
export function readHostRules(text: string, setting: string): HostRules {
  const rules = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map((entry) => readRule(entry) ?? unreadable(entry, setting));
  return (destination) => rules.some((rule) => matches(rule, destination));
}

function readRule(entry: string): Rule | null {
  const block = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (block !== null) {
    const family = isIP(block[1] ?? '');
    if (family === 0 || Number(block[2]) > (family === 4 ? 32 : 128)) return null;
    return { port: null, name: null, addresses: blocksOf([entry]) };
  }
  if (isIP(entry) === 6) return { port: null, name: null, addresses: single(entry) };
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:/[\]\s]+))(?::(\d{1,5}))?$/.exec(entry);
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const port = parts?.[3] === undefined ? null : Number(parts[3]);
  if (parts === null || (port !== null && (port < 1 || port > 65_535))) return null;
  if (isIP(host) !== 0) return { port, name: null, addresses: single(host) };
  if (parts[1] !== undefined || !/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host)) return null;
  return { port, name: host, addresses: null };
}

function single(address: string): BlockList {
  const list = new BlockList();
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function matches(rule: Rule, { host, address, port }: Destination): boolean {
  if (rule.port !== null && rule.port !== port) return false;
  if (rule.addresses !== null) return rule.addresses.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  const name = host.toLowerCase().replace(/\.$/, '');
  return rule.name?.startsWith('*.') ? name.endsWith(rule.name.slice(1)) : name === rule.name;
}

function unreadable(entry: string, setting: string): never {
  throw new StromaError(
    'CONFIG_INVALID',
    `${setting}: expected names, addresses or blocks with commas between (idp.example.org, *.example.org:8443, 10.2.0.0/16), given "${entry}".`,
    { setting, entry },
  );
}
