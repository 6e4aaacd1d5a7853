import { open } from 'node:fs/promises';
import { StromaError } from '@stroma/kernel';
import { stopIfAborted } from './ingest-limits.ts';

/** One value of a JSON text: where it is, and its bytes where they were asked for. */
export interface JsonSpan {
  start: number;
  end: number;
  /** Line where it starts, counted from 1. */
  line: number;
  /** Its first byte: `{`, `[`, `"`, a digit, ... */
  first: number;
  bytes: Uint8Array;
}

export interface SplitOptions {
  start: number;
  /** Containers around the values to give: 0 for the values of the file, 1 for the children of the outermost. */
  level: 0 | 1;
  /** Whose bytes to give: values may be larger than memory, their positions and the strings among them are not. */
  keep: 'all' | 'strings' | 'none';
  maxValueBytes: number;
  signal?: AbortSignal | undefined;
  /** Awaited after the values of a block were visited. */
  afterBlock?: () => Promise<void>;
}

const blockSize = 4 * 2 ** 20;
const maxDepth = 256;
const quote = 34;
const comma = 44;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

const isSpace = (byte: number) => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/**
 * Walks through a JSON file of any size and gives each value at a level, in order. Inside an object keys and
 * values alternate. Checks brackets and strings, not the rest of the grammar: parse the bytes for that. Stops
 * where the outermost container ends (level 1). `visit` may return false to stop.
 *
 * Throws TRUNCATED_FILE when the file ends inside a container or string, MALFORMED_FILE for brackets that do not
 * match, nesting deeper than 256 or a value past the limit.
 */
export async function splitJson(
  path: string,
  options: SplitOptions,
  visit: (span: JsonSpan) => boolean | undefined,
): Promise<{ end: number }> {
  const file = await open(path, 'r');
  try {
    const splitter = new Splitter(options, visit);
    let position = options.start;
    for (;;) {
      stopIfAborted(options.signal);
      const block = Buffer.allocUnsafe(blockSize);
      const { bytesRead } = await file.read(block, 0, blockSize, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      const done = splitter.feed(block.subarray(0, bytesRead));
      await options.afterBlock?.();
      if (done) return { end: splitter.position };
    }
    splitter.finish();
    return { end: position };
  } finally {
    await file.close();
  }
}

class Splitter {
  position: number;
  private line = 1;
  private depth = 0;
  private stack = new Uint8Array(maxDepth + 1);
  private inString = false;
  private escaped = false;
  private valueStart = -1;
  private valueLine = 0;
  private valueFirst = 0;
  private parts: Uint8Array[] = [];
  private partBytes = 0;
  private readonly options: SplitOptions;
  private readonly visit: (span: JsonSpan) => boolean | undefined;

  constructor(options: SplitOptions, visit: (span: JsonSpan) => boolean | undefined) {
    this.options = options;
    this.visit = visit;
    this.position = options.start;
  }

  /** True when the walk is over. */
  feed(block: Uint8Array): boolean {
    const { level } = this.options;
    const base = this.position;
    let partStart = 0;
    const emit = (end: number): boolean => {
      const tail = block.subarray(partStart, end);
      const go = this.emit(base + end, tail);
      return go === false;
    };
    for (let i = 0; i < block.length; i++) {
      const byte = block[i] as number;
      if (this.inString) {
        if (byte === 10) this.line++;
        if (this.escaped) this.escaped = false;
        else if (byte === backslash) this.escaped = true;
        else if (byte === quote) {
          this.inString = false;
          if (this.depth === level && emit(i + 1)) return this.stop(base + i + 1);
        }
        continue;
      }
      if (byte === 10) this.line++;
      const scalar = this.valueStart >= 0 && this.depth === level;
      if (isSpace(byte) || byte === comma || byte === colon) {
        if (scalar && emit(i)) return this.stop(base + i);
        continue;
      }
      if (byte === closeBrace || byte === closeBracket) {
        if (scalar && emit(i)) return this.stop(base + i);
        this.close(byte, base + i);
        if (level === 1 && this.depth === 0) return this.stop(base + i + 1);
        if (this.depth === level && emit(i + 1)) return this.stop(base + i + 1);
        continue;
      }
      if (this.valueStart < 0 && this.depth === level) {
        this.valueStart = base + i;
        this.valueLine = this.line;
        this.valueFirst = byte;
        partStart = i;
      }
      if (byte === quote) this.inString = true;
      else if (byte === openBrace || byte === openBracket) this.open(byte);
    }
    if (this.valueStart >= 0 && this.keeps()) {
      const part = block.subarray(partStart);
      this.parts.push(part);
      this.partBytes += part.length;
      this.checkSize(this.partBytes);
    }
    this.position = base + block.length;
    return false;
  }

  private stop(position: number): true {
    this.position = position;
    return true;
  }

  private emit(end: number, tail: Uint8Array): boolean | undefined {
    let bytes = tail;
    if (this.parts.length > 0) bytes = Buffer.concat([...this.parts, tail]);
    if (this.keeps()) this.checkSize(bytes.length);
    const span = { start: this.valueStart, end, line: this.valueLine, first: this.valueFirst, bytes };
    this.valueStart = -1;
    this.parts = [];
    this.partBytes = 0;
    return this.visit(span);
  }

  private keeps(): boolean {
    const { keep } = this.options;
    return keep === 'all' || (keep === 'strings' && this.valueFirst === quote);
  }

  private checkSize(bytes: number): void {
    if (bytes <= this.options.maxValueBytes) return;
    throw new StromaError(
      'MALFORMED_FILE',
      `Expected JSON records of at most ${this.options.maxValueBytes} bytes; the one at line ${this.valueLine} is longer.`,
      { line: this.valueLine, limit: this.options.maxValueBytes },
    );
  }

  private open(byte: number): void {
    if (this.depth === maxDepth) {
      throw new StromaError(
        'MALFORMED_FILE',
        `Expected JSON nested at most ${maxDepth} deep; line ${this.line} goes deeper.`,
        {
          line: this.line,
          limit: maxDepth,
        },
      );
    }
    this.stack[this.depth++] = byte;
  }

  private close(byte: number, at: number): void {
    const opened = this.depth === 0 ? 0 : this.stack[--this.depth];
    if ((byte === closeBrace && opened === openBrace) || (byte === closeBracket && opened === openBracket))
      return;
    throw new StromaError(
      'MALFORMED_FILE',
      `Expected brackets that match; line ${this.line} closes one that was not opened. Check the JSON there.`,
      { line: this.line, offset: at },
    );
  }

  finish(): void {
    if (this.depth > 0 || this.inString) {
      throw new StromaError(
        'TRUNCATED_FILE',
        'Expected complete JSON, but the file ends inside a value. Copy or upload it again.',
        {
          line: this.line,
        },
      );
    }
    if (this.valueStart >= 0) this.emit(this.position, new Uint8Array(0));
  }
}
