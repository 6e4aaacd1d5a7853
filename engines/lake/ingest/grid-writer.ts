import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** Writes rows of text as CSV that every reader agrees on: comma, quoted cells, LF; a missing cell is empty. */
export class GridWriter {
  rows = 0;
  longest = 0;
  private pending: string[] = [];
  private pendingSize = 0;
  private readonly stream: WriteStream;
  private failure: Error | null = null;

  private readonly keepEmpty: boolean;

  /** With `keepEmpty` an empty text is written as `""` and so told from a missing cell. */
  constructor(path: string, options: { keepEmpty: boolean } = { keepEmpty: false }) {
    this.keepEmpty = options.keepEmpty;
    this.stream = createWriteStream(path);
    this.stream.on('error', (error) => {
      this.failure = error;
    });
  }

  /** `line` goes in front where it is given. */
  add(cells: readonly (string | null)[], line?: number): void {
    let text = line === undefined ? '' : String(line);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (i > 0 || line !== undefined) text += ',';
      if (cell !== null && cell !== undefined && (cell !== '' || this.keepEmpty)) text += quoted(cell);
    }
    this.rows++;
    if (text.length > this.longest) this.longest = text.length * 3;
    this.pending.push(text, '\n');
    this.pendingSize += text.length;
  }

  /** Hands what is pending to the disk; call between blocks of input to stay within memory. */
  async flush(force = false): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.pending.length === 0 || (!force && this.pendingSize < 2 ** 20)) return;
    const text = this.pending.join('');
    this.pending = [];
    this.pendingSize = 0;
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }

  async close(): Promise<void> {
    await this.flush(true);
    this.stream.end();
    if (!this.stream.closed) await once(this.stream, 'close');
    if (this.failure) throw this.failure;
  }
}

const quoted = (cell: string) => `"${cell.replaceAll('\0', '').replaceAll('"', '""')}"`;
