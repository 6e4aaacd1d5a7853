import { writeFileSync } from 'node:fs';

type Value = string | number | readonly Value[] | { readonly [name: string]: Value };

/** Writes a file in the MaxMind DB format, version 2, of IPv4 networks (`203.0.113.0/24`) and what is known of each. */
export function writeMmdb(path: string, databaseType: string, networks: Record<string, Value>): void {
  const nodes: [number | null, number | null][] = [[null, null]];
  const leaves: { node: number; side: 0 | 1; offset: number }[] = [];
  const data: Buffer[] = [];
  let size = 0;
  for (const [network, value] of Object.entries(networks)) {
    const [address = '', bits = '32'] = network.split('/');
    const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    let node = 0;
    for (let depth = 0; depth < Number(bits); depth += 1) {
      const side = Math.floor(number / 2 ** (31 - depth)) % 2 === 1 ? 1 : 0;
      if (depth === Number(bits) - 1) {
        leaves.push({ node, side, offset: size });
        break;
      }
      const known = nodes[node]?.[side];
      if (known == null) {
        nodes.push([null, null]);
        (nodes[node] as [number | null, number | null])[side] = nodes.length - 1;
        node = nodes.length - 1;
      } else node = known;
    }
    const encoded = encode(value);
    data.push(encoded);
    size += encoded.length;
  }
  for (const { node, side, offset } of leaves)
    (nodes[node] as [number | null, number | null])[side] = nodes.length + 16 + offset;
  const tree = Buffer.alloc(nodes.length * 8);
  for (const [index, [left, right]] of nodes.entries()) {
    tree.writeUInt32BE(left ?? nodes.length, index * 8);
    tree.writeUInt32BE(right ?? nodes.length, index * 8 + 4);
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_760_000_000,
    database_type: databaseType,
    description: { en: 'for tests' },
    ip_version: 4,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 32,
  });
  writeFileSync(
    path,
    Buffer.concat([
      tree,
      Buffer.alloc(16),
      ...data,
      Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
      metadata,
    ]),
  );
}

/** Whole numbers below 2^32 as uint32, others as double. MaxMind DB File Format Specification, "Data Field Format". */
function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(2, text.length), text]);
  }
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return Buffer.concat([head(6, 4), bytes]);
    }
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([head(3, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as Record<string, Value>);
  return Buffer.concat([
    head(7, entries.length),
    ...entries.flatMap(([name, each]) => [encode(name), encode(each)]),
  ]);
}

/** Types past 7 have a byte of their own. Sizes stay below 29 here. */
function head(type: number, size: number): Buffer {
  if (size >= 29) throw new Error('expected fewer than 29 bytes or entries');
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7]);
}
