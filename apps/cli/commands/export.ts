import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, findServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { isModelHere, readModel } from '../local/model-files.ts';
import { printable } from '../output.ts';
import { findModel } from '../remote/remote-models.ts';

const formats = ['onnx', 'stroma'] as const;

/** Writes a model as a file that other programs open, or brings one of the server here. */
export const exportModel: CommandRun = async (running) => {
  const { invocation, output, env } = running;
  const [word = ''] = invocation.words;
  const wanted = invocation.text('format') ?? 'onnx';
  const format = formats.find((each) => each === wanted);
  if (format === undefined)
    throw new UsageError(
      `Expected --format ${formats.join(' or ')}, given "${wanted}".`,
      invocation.command.name,
    );
  const server = isModelHere(word, env) ? null : await findServer(running);
  if (server !== null) return exportThere(server, word, format, running);
  const numbers = invocation.flag('float') ? 'float' : 'double';
  const { model_id, model } = readModel(word, env);
  if (format === 'stroma')
    throw new UsageError(
      'Expected --format onnx: a model that lies here is a file of Stroma’s already.',
      invocation.command.name,
    );
  const { exportOnnx } = await import('@stroma/learn/onnx');
  const { bytes, ...rest } = exportOnnx(model, { model_id, numbers });
  const { file, sha256 } = write(bytes, invocation.text('out') ?? `${model_id}.onnx`);
  await output.result({ model_id, format, file, bytes: bytes.length, sha256, ...rest }, () =>
    [
      `${bytes.length} bytes written to ${file}.`,
      '',
      'Inputs:',
      ...rest.inputs.map(lineOf),
      'Outputs:',
      ...rest.outputs.map(lineOf),
      ...rest.notes.map((note) => `Note: ${printable(note)}`),
    ].join('\n'),
  );
  return exitStatus.ok;
};

/** `{ model_id, format, file, bytes, sha256 }`: what is in the file the server knows. */
async function exportThere(
  server: Connection,
  word: string,
  format: (typeof formats)[number],
  running: RunningCommand,
): Promise<number> {
  const { invocation, output, signal } = running;
  if (invocation.flag('float'))
    throw new UsageError(
      'Expected no --float: the server writes numbers in double precision.',
      invocation.command.name,
    );
  const { model_id, version } = await findModel(server, word, running);
  const answer = await server.client.predictions.export({
    params: { id: model_id },
    query: { format, ...(version !== undefined && { version }) },
    signal,
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const ending = format === 'onnx' ? 'onnx' : 'stroma-model';
  const written = write(bytes, invocation.text('out') ?? `${model_id}.${ending}`);
  await output.result(
    { model_id, format, ...written },
    () => `${written.bytes} bytes written to ${written.file}.`,
  );
  return exitStatus.ok;
}

function write(content: Uint8Array, path: string): { file: string; bytes: number; sha256: string } {
  const file = resolve(path);
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
  return { file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

const lineOf = ({
  name,
  type,
  shape,
  meaning,
}: {
  name: string;
  type: string;
  shape: unknown[];
  meaning: string;
}) => `  ${printable(name)}  ${type} [${shape.join(', ')}]  ${printable(meaning)}`;
