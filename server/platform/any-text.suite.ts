import fc from 'fast-check';

/** Any code point but halves of pairs. fast-check's own `binary` first lays out all of them, for three seconds. */
export const anyCodePoint = fc
  .nat(0x10ffff - 0x800)
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + 0x800));
