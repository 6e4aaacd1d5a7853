import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';

/** Reads a report as JSON from standard input and writes its PDF to standard output. */
const workspace = mkdtempSync(join(tmpdir(), 'stroma-print-'));
process.on('exit', () => rmSync(workspace, { recursive: true, force: true }));

const template = readFileSync(new URL('./report.typ', import.meta.url), 'utf8');
const compiler = NodeCompiler.create({ workspace, inputs: { report: await text(process.stdin) } });
const pdf = compiler.pdf({ mainFileContent: template });
await new Promise<void>((done, failed) => {
  process.stdout.write(pdf, (error) => (error ? failed(error) : done()));
});
