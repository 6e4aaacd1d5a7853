import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { IngestContext } from './ingest-context.ts';
import { stopIfAborted } from './ingest-limits.ts';
import {
  type ByteEvidence,
  chooseEncoding,
  createTranscoder,
  doubleUtf8,
  type EncodingChoice,
  mojibakeEvidence,
} from './text-encoding.ts';
import { sampleText } from './text-sample.ts';

/** A text file as UTF-8: the file itself where it is, a rewritten copy otherwise. */
export interface Utf8Text {
  path: string;
  /** Bytes of the byte-order mark. */
  start: number;
  choice: EncodingChoice;
}

export async function toUtf8(
  context: IngestContext,
  path: string,
  head: Buffer,
  evidence: ByteEvidence,
): Promise<Utf8Text> {
  let choice = chooseEncoding(head, evidence, context.overrides.encoding);
  if (choice.encoding === 'utf-8' && !choice.given && !evidence.ascii && evidence.utf8) {
    const found = mojibakeEvidence(
      (await sampleText(path, choice.bom)).map((piece) => piece.toString('utf8')).join('\n'),
    );
    if (found.runs >= 2 && found.others === 0) {
      choice = {
        ...choice,
        encoding: doubleUtf8,
        reason: `UTF-8 that was once read as Windows-1252 and saved again: ${found.runs} such sequences, and no other character beyond ASCII. Set the encoding to utf-8 to keep them.`,
      };
      context.warn(
        'mojibake-repaired',
        'Characters that a wrong encoding had garbled were put right.',
        found.runs,
      );
    }
  }
  if (evidence.badBytes > 0 && choice.encoding === 'utf-8') {
    context.warn('invalid-utf8', 'Bytes that are not UTF-8 were read as Windows-1252.', evidence.badBytes);
  }
  const direct = choice.encoding === 'utf-8' && evidence.badBytes === 0;
  if (direct) return { path, start: choice.bom, choice };
  const target = join(context.workFolder, 'text.csv');
  const transcoder = createTranscoder(choice.encoding);
  const out = createWriteStream(target);
  for await (const chunk of createReadStream(path, { start: choice.bom, highWaterMark: 2 ** 20 })) {
    stopIfAborted(context.signal);
    if (!out.write(transcoder.convert(chunk, false))) await once(out, 'drain');
  }
  out.end(transcoder.convert(new Uint8Array(0), true));
  await once(out, 'close');
  return { path: target, start: 0, choice };
}
