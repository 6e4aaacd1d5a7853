import type { CsvDialect } from './csv-dialect.ts';

const lf = 10;
const cr = 13;
const space = 32;
const tab = 9;
const backslash = 92;

/** What was odd about a record; a record with none of these reads the same in any CSV reader. */
export const oddity = {
  /** A quote inside a quoted cell that is neither doubled nor at its end. */
  strayQuote: 1,
  /** A quote that opens a cell and never closes: read as text. */
  unterminatedQuote: 2,
  /** Spaces around the quotes, or a backslash escape. */
  looseQuote: 4,
  nul: 8,
  /** A lone CR inside the record. */
  loneCr: 16,
  /** A line end inside a quoted cell. */
  newlineInside: 32,
  /** A quote inside an unquoted cell. */
  bareQuote: 64,
} as const;

const needMore = -1;
const neverCloses = -2;

/**
 * Splits bytes into records and cells, one record a call, without copying. After `next` gives a position, the
 * public fields describe the record; cells are `starts[i]..ends[i]`, `flags[i]` is 1 when the cell was quoted
 * 2 more when it holds escapes to undo, 4 more when it holds NUL bytes. Linear in the bytes read, save for
 * quotes that never close, which are read again as text.
 */
export class RecordScanner {
  readonly dialect: CsvDialect;
  cells = 0;
  starts = new Int32Array(256);
  ends = new Int32Array(256);
  flags = new Uint8Array(256);
  /** Cells that hold at least one byte that is not a space. */
  filled = 0;
  oddities = 0;
  /** Line ends inside the record. */
  innerLines = 0;
  /** Where the record's text stops, before its line end. */
  recordEnd = 0;
  /** 0 none (end of file), 1 LF, 2 CRLF, 3 CR. */
  lineEnd = 0;
  private readonly quote: number;
  private readonly lineFeed: number;
  private readonly delimiter: Uint8Array;
  private readonly first: number;
  private readonly special = new Uint8Array(256);
  private readonly maxQuotedBytes: number;
  /** Cells past it are counted, not kept. */
  private readonly maxCells: number;
  /** Opening quotes of the present record that never close and so are text. */
  private readonly literal = new Set<number>();
  private openQuote = 0;

  constructor(dialect: CsvDialect, maxQuotedBytes: number, maxCells: number) {
    this.dialect = dialect;
    this.maxQuotedBytes = maxQuotedBytes;
    this.maxCells = maxCells;
    this.quote = dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0);
    this.delimiter = new TextEncoder().encode(dialect.delimiter);
    this.first = this.delimiter[0] ?? 44;
    for (const byte of [this.first, cr, 0]) this.special[byte] = 1;
    this.lineFeed = dialect.lfEndsLine ? lf : -1;
    if (dialect.lfEndsLine) this.special[lf] = 1;
    if (this.quote >= 0) this.special[this.quote] = 1;
    if (dialect.escape === '\\') this.special[backslash] = 1;
  }

  /** Position after the record that starts at `from`, or -1 when it does not end before `limit`. */
  next(bytes: Uint8Array, from: number, limit: number, final: boolean): number {
    this.literal.clear();
    for (;;) {
      const position = this.record(bytes, from, limit, final);
      if (position !== neverCloses) {
        if (this.literal.size > 0) this.oddities |= oddity.unterminatedQuote;
        return position;
      }
      this.literal.add(this.openQuote);
    }
  }

  private record(bytes: Uint8Array, from: number, limit: number, final: boolean): number {
    const { dialect } = this;
    this.cells = 0;
    this.filled = 0;
    this.oddities = 0;
    this.innerLines = 0;
    let at = from;
    if (dialect.collapse) at = this.skipSpaces(bytes, at, limit);
    for (;;) {
      let begin = at;
      let probe = at;
      if (dialect.skipInitialSpace) {
        probe = this.skipSpaces(bytes, at, limit);
        begin = probe;
      }
      if (probe < limit && bytes[probe] === this.quote && !this.literal.has(probe)) {
        if (probe !== at) this.oddities |= oddity.looseQuote;
        const close = this.quoted(bytes, probe, limit, final);
        if (close < 0) return close;
        at = close;
      } else {
        at = this.plain(bytes, begin, limit, final);
        if (at < 0) return at;
      }
      if (at >= limit) {
        if (!final) return needMore;
        this.lineEnd = 0;
        this.recordEnd = limit;
        return limit;
      }
      const byte = bytes[at];
      if (byte === this.first && this.delimiterAt(bytes, at, limit)) {
        at += this.delimiter.length;
        if (dialect.collapse) {
          at = this.skipSpaces(bytes, at, limit);
          if (at >= limit && !final) return needMore;
          if (at >= limit || bytes[at] === lf || bytes[at] === cr)
            return this.endOfLine(bytes, at, limit, final);
        }
        continue;
      }
      return this.endOfLine(bytes, at, limit, final);
    }
  }

  private endOfLine(bytes: Uint8Array, at: number, limit: number, final: boolean): number {
    this.recordEnd = at;
    if (at >= limit) {
      this.lineEnd = 0;
      return limit;
    }
    if (bytes[at] === lf) {
      this.lineEnd = 1;
      return at + 1;
    }
    if (at + 1 >= limit && !final) return needMore;
    if (at + 1 < limit && bytes[at + 1] === lf) {
      this.lineEnd = 2;
      return at + 2;
    }
    this.lineEnd = 3;
    return at + 1;
  }

  private plain(bytes: Uint8Array, begin: number, limit: number, final: boolean): number {
    const { special } = this;
    let at = begin;
    let escapes = 0;
    for (;;) {
      while (at < limit && special[bytes[at] as number] === 0) at++;
      if (at >= limit) {
        if (!final) return needMore;
        break;
      }
      const byte = bytes[at] as number;
      if (byte === this.lineFeed) break;
      if (byte === cr) {
        if (at + 1 >= limit && !final) return needMore;
        if (this.dialect.loneCrEndsLine || at + 1 >= limit || bytes[at + 1] === lf) break;
        this.oddities |= oddity.loneCr;
      } else if (byte === this.first && this.delimiterAt(bytes, at, limit)) {
        break;
      } else if (byte === 0) {
        this.oddities |= oddity.nul;
        escapes = 4;
      } else if (byte === this.quote) {
        this.oddities |= oddity.bareQuote;
      } else if (byte === backslash && this.dialect.escape === '\\') {
        if (at + 1 >= limit && !final) return needMore;
        const following = at + 1 < limit ? (bytes[at + 1] as number) : 0;
        if (following === this.first || following === this.quote || following === backslash) {
          this.oddities |= oddity.looseQuote;
          escapes |= 2;
          at++;
        }
      }
      at++;
    }
    this.cell(begin, at, escapes, this.isFilled(bytes, begin, at));
    return at;
  }

  /** Reads the quoted cell whose opening quote is at `open`; gives the position after it, or a negative sign. */
  private quoted(bytes: Uint8Array, open: number, limit: number, final: boolean): number {
    const { quote } = this;
    const escaping = this.dialect.escape === '\\';
    this.openQuote = open;
    let at = open + 1;
    let flags = 1;
    let lines = 0;
    let oddities = 0;
    for (;;) {
      if (at >= limit) {
        if (final || at - open > this.maxQuotedBytes) return neverCloses;
        return needMore;
      }
      const byte = bytes[at] as number;
      if (byte === quote) {
        if (at + 1 >= limit && !final) return needMore;
        if (at + 1 < limit && bytes[at + 1] === quote) {
          if ((oddities & oddity.strayQuote) !== 0) {
            // Where quotes are not escaped, two at the end are one of the text and the closing one.
            const end = this.skipBlank(bytes, at + 2, limit);
            if (end >= limit && !final) return needMore;
            if (this.endsCell(bytes, end, limit)) {
              at++;
              break;
            }
          }
          flags |= 2;
          at += 2;
          continue;
        }
        const after = this.skipBlank(bytes, at + 1, limit);
        if (after >= limit && !final) return needMore;
        if (this.endsCell(bytes, after, limit)) {
          if (after !== at + 1) oddities |= oddity.looseQuote;
          break;
        }
        if (lines > 0) return neverCloses;
        oddities |= oddity.strayQuote;
      } else if (byte === lf) {
        lines++;
      } else if (byte === cr) {
        if (at + 1 >= limit && !final) return needMore;
        if (bytes[at + 1] !== lf) {
          if (this.dialect.loneCrEndsLine) lines++;
          oddities |= oddity.loneCr;
        }
      } else if (byte === 0) {
        oddities |= oddity.nul;
        flags |= 4;
      } else if (escaping && byte === backslash) {
        if (at + 1 >= limit && !final) return needMore;
        const following = bytes[at + 1];
        if (following === quote || following === backslash) {
          flags |= 2;
          oddities |= oddity.looseQuote;
          at++;
        }
      }
      at++;
    }
    if (lines > 0) oddities |= oddity.newlineInside;
    this.innerLines += lines;
    this.oddities |= oddities;
    this.cell(open + 1, at, flags, at > open + 1);
    return this.skipBlank(bytes, at + 1, limit);
  }

  private cell(start: number, end: number, flags: number, filled: boolean): void {
    const index = this.cells++;
    if (filled) this.filled++;
    if (index >= this.maxCells) return;
    if (index === this.starts.length) this.grow();
    this.starts[index] = start;
    this.ends[index] = end;
    this.flags[index] = flags;
  }

  private grow(): void {
    const size = this.starts.length * 2;
    const starts = new Int32Array(size);
    const ends = new Int32Array(size);
    const flags = new Uint8Array(size);
    starts.set(this.starts);
    ends.set(this.ends);
    flags.set(this.flags);
    this.starts = starts;
    this.ends = ends;
    this.flags = flags;
  }

  private isFilled(bytes: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte !== space && byte !== tab && byte !== 0) return true;
    }
    return false;
  }

  private delimiterAt(bytes: Uint8Array, at: number, limit: number): boolean {
    const { delimiter } = this;
    if (delimiter.length === 1) return true;
    if (at + delimiter.length > limit) return false;
    for (let i = 1; i < delimiter.length; i++) if (bytes[at + i] !== delimiter[i]) return false;
    return true;
  }

  private endsCell(bytes: Uint8Array, at: number, limit: number): boolean {
    if (at >= limit) return true;
    const byte = bytes[at];
    if (byte === this.lineFeed || byte === cr) return true;
    return byte === this.first && this.delimiterAt(bytes, at, limit);
  }

  private skipSpaces(bytes: Uint8Array, from: number, limit: number): number {
    let at = from;
    while (at < limit && bytes[at] === space) at++;
    return at;
  }

  /** Skips spaces and tabs, but stops at a delimiter that is made of them. */
  private skipBlank(bytes: Uint8Array, from: number, limit: number): number {
    let at = from;
    while (at < limit && (bytes[at] === space || bytes[at] === tab)) {
      if (bytes[at] === this.first && this.delimiterAt(bytes, at, limit)) break;
      at++;
    }
    return at;
  }

  /** The text of cell `index`, escapes undone and NUL bytes left out. */
  text(bytes: Uint8Array, index: number): string {
    const start = this.starts[index] as number;
    const end = this.ends[index] as number;
    const flags = this.flags[index] as number;
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    return flags < 2 ? raw : this.unescape(raw, flags);
  }

  private unescape(raw: string, flags: number): string {
    const { quote, delimiter } = this.dialect;
    const backslashes = this.dialect.escape === '\\';
    let text = raw;
    if (flags & 2) {
      const escaped = new Set(['\\', quote, flags & 1 ? quote : (delimiter[0] ?? ',')]);
      let out = '';
      for (let i = 0; i < text.length; i++) {
        const char = text[i] as string;
        const following = text[i + 1];
        const doubled = (flags & 1) === 1 && char === quote && following === quote;
        const slashed = backslashes && char === '\\' && following !== undefined && escaped.has(following);
        if (doubled || slashed) {
          out += following;
          i++;
        } else out += char;
      }
      text = out;
    }
    return flags & 4 ? text.replaceAll('\0', '') : text;
  }
}
