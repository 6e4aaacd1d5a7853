import type { Readable } from 'node:stream';
import { fail } from '../../platform/failure.ts';

export const mostBatchBytes = 16 * 1024 * 1024;
export const mostBatchEvents = 100_000;

/** The whole body of a request; throws PAYLOAD_TOO_LARGE past 16 MiB. */
export async function readBody(source: Readable, declaredBytes: number): Promise<Buffer> {
  if (declaredBytes > mostBatchBytes) tooLarge();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of source) {
    bytes += (piece as Buffer).byteLength;
    if (bytes > mostBatchBytes) tooLarge();
    pieces.push(piece as Buffer);
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

const tooLarge = (): never =>
  fail('PAYLOAD_TOO_LARGE', `Expected a batch of at most ${mostBatchBytes} bytes. Send several.`, {
    limit_bytes: mostBatchBytes,
  });

/** One entry a line that is not empty: the value, or undefined for a line that is not JSON. */
export function* readLines(body: Buffer): Generator<unknown> {
  const text = body.toString('utf8');
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
    if (line.trim() === '') continue;
    yield parsed(line);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
