import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { stopIfAborted } from './ingest-limits.ts';
import { type ByteEvidence, ByteInspector } from './text-encoding.ts';

export async function readHead(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(head, 0, bytes, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** SHA-256 (hex) of a file and, where asked for, what its bytes say about its encoding; one pass, constant memory. */
export async function inspectBytes(
  path: string,
  options: { evidence: boolean; signal?: AbortSignal | undefined },
): Promise<{ sha256: string; evidence: ByteEvidence }> {
  const hash = createHash('sha256');
  const inspector = new ByteInspector();
  await readThrough(path, (chunk) => {
    stopIfAborted(options.signal);
    hash.update(chunk);
    if (options.evidence) inspector.update(chunk);
  });
  return { sha256: hash.digest('hex'), evidence: inspector.finish() };
}

const chunkBytes = 2 ** 20;

/** Hands over a file piece by piece; the next is read while one is used. A piece is valid until `use` returns. */
async function readThrough(path: string, use: (chunk: Buffer) => void): Promise<void> {
  const file = await open(path, 'r');
  const buffers = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)] as const;
  let position = 0;
  const readInto = (buffer: Buffer) => file.read(buffer, 0, chunkBytes, position);
  let coming = readInto(buffers[0]);
  try {
    for (let turn = 1; ; turn++) {
      const { bytesRead, buffer } = await coming;
      if (bytesRead === 0) return;
      position += bytesRead;
      coming = readInto(buffers[turn % 2 === 0 ? 0 : 1]);
      use(buffer.subarray(0, bytesRead));
    }
  } finally {
    await coming.catch(() => undefined);
    await file.close();
  }
}
