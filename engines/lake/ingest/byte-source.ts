import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
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
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    stopIfAborted(options.signal);
    hash.update(chunk);
    if (options.evidence) inspector.update(chunk);
  }
  return { sha256: hash.digest('hex'), evidence: inspector.finish() };
}
