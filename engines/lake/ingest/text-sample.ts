import { open } from 'node:fs/promises';

/** Pieces of a text file that start and end at line ends: its beginning, middle and end, or all of a small one. */
export async function sampleText(path: string, start: number): Promise<Buffer[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (from: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      return buffer.subarray(0, bytesRead);
    };
    if (size - start <= headBytes + 2 * pieceBytes) return [await read(start, size - start)];
    const head = cutEnd(await read(start, headBytes));
    const middle = cutEnd(cutStart(await read(Math.floor((start + size) / 2), pieceBytes)));
    const tail = cutStart(await read(size - pieceBytes, pieceBytes));
    return [head, middle, tail].filter((piece) => piece.length > 0);
  } finally {
    await file.close();
  }
}

const headBytes = 256 * 1024;
const pieceBytes = 64 * 1024;
const isLineEnd = (byte: number | undefined) => byte === 10 || byte === 13;

function cutStart(piece: Buffer): Buffer {
  let at = piece.findIndex((byte) => isLineEnd(byte));
  if (at < 0) return piece.subarray(0, 0);
  while (isLineEnd(piece[at])) at++;
  return piece.subarray(at);
}

function cutEnd(piece: Buffer): Buffer {
  const at = Math.max(piece.lastIndexOf(10), piece.lastIndexOf(13));
  return at < 0 ? piece : piece.subarray(0, at + 1);
}
