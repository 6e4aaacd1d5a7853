/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78: RFC 3720, appendix B.4. Four bytes at a time. */
const tables = makeTables();

function makeTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = new Int32Array(256);
  for (let n = 0; n < 256; n += 1) {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    first[n] = value;
  }
  const next = (before: Int32Array) => before.map((value) => (value >>> 8) ^ (first[value & 0xff] ?? 0));
  const second = next(first);
  const third = next(second);
  return [first, second, third, next(third)];
}

export function crc32c(bytes: Uint8Array): number {
  const [a, b, c, d] = tables;
  const whole = bytes.length & ~3;
  let crc = -1;
  let at = 0;
  for (; at < whole; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (d[crc & 0xff] as number) ^
      (c[(crc >>> 8) & 0xff] as number) ^
      (b[(crc >>> 16) & 0xff] as number) ^
      (a[crc >>> 24] as number);
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ (a[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
