import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { StromaError } from '@stroma/kernel';

/** Lines of text to a file, never ahead of the disk. Throws FILE_TOO_LARGE past `maxBytes`. */
export class LineFile {
  readonly #stream: WriteStream;
  readonly #maxBytes: number;
  readonly #failed: Promise<never>;
  #bytes = 0;
  #rows = 0;

  constructor(path: string, maxBytes: number) {
    this.#stream = createWriteStream(path, { mode: 0o600 });
    this.#maxBytes = maxBytes;
    this.#failed = new Promise((_, broken) => this.#stream.once('error', broken));
    this.#failed.catch(() => undefined);
  }

  get rows(): number {
    return this.#rows;
  }

  async add(lines: string, rows: number): Promise<void> {
    this.#bytes += Buffer.byteLength(lines);
    this.#rows += rows;
    if (this.#bytes > this.#maxBytes)
      throw new StromaError(
        'FILE_TOO_LARGE',
        `Expected at most ${this.#maxBytes} bytes from the source, it holds more. Import it in parts, by a query.`,
        { limit: this.#maxBytes },
      );
    if (!this.#stream.write(lines)) await Promise.race([once(this.#stream, 'drain'), this.#failed]);
  }

  async end(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

/** Objects as lines of JSON. */
export class JsonLines extends LineFile {
  async write(rows: readonly object[]): Promise<void> {
    await this.add(rows.map((row) => `${JSON.stringify(row)}\n`).join(''), rows.length);
  }
}
