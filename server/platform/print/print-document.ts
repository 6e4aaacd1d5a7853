import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const printer = fileURLToPath(new URL('./print-document.process.ts', import.meta.url));
const timeoutMs = 60_000;

/**
 * A document as PDF, set by Typst in a process of its own that can be ended; the template reads it as JSON from
 * `sys.inputs.document`. `fonts` is a folder of further font files. Throws when setting fails or takes longer than a minute.
 */
export async function printDocument(
  template: URL,
  document: unknown,
  signal: AbortSignal,
  { fonts }: { fonts?: string } = {},
): Promise<Buffer> {
  const folder = fonts === undefined ? [] : [fonts];
  const child = spawn(process.execPath, [printer, fileURLToPath(template), ...folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    env: {},
  });
  const ended = new Promise<number | null>((done, failed) => {
    child.on('error', failed);
    child.on('close', done);
  });
  // A process that dies early closes its end; its exit code says so.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(document));
  const [pdf, complaint, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  if (code !== 0)
    throw new Error(`the printer ended with ${code}: ${complaint.toString('utf8').slice(0, 2_000)}`);
  return pdf;
}
