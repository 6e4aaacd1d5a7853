import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on the terminal; a secret does not show. */
export async function prompt(question: string, secret: boolean, signal: AbortSignal): Promise<string> {
  let silent = false;
  const echo = new Writable({
    write(part, _encoding, done) {
      if (!silent) process.stderr.write(part);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true });
  const interrupted = new AbortController();
  lines.once('SIGINT', () => interrupted.abort());
  try {
    const answer = lines.question(question, { signal: AbortSignal.any([signal, interrupted.signal]) });
    silent = secret;
    return await answer;
  } finally {
    lines.close();
    if (secret) process.stderr.write('\n');
  }
}
