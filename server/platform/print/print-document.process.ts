import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';

/** Reads a document as JSON from standard input and writes it, set by the template that is named, as PDF to standard output; a second argument is a folder of font files. */
const workspace = mkdtempSync(join(tmpdir(), 'stroma-print-'));
process.on('exit', () => rmSync(workspace, { recursive: true, force: true }));

const template = readFileSync(process.argv[2] ?? '', 'utf8');
const fonts = process.argv[3];
const compiler = NodeCompiler.create({
  workspace,
  inputs: { document: await text(process.stdin) },
  ...(fonts !== undefined && { fontArgs: [{ fontPaths: [fonts] }] }),
});
const pdf = compiler.pdf({ mainFileContent: template });
await new Promise<void>((done, failed) => {
  process.stdout.write(pdf, (error) => (error ? failed(error) : done()));
});
