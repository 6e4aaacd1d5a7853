import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandRun } from '../commands.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { readModel } from '../local/model-files.ts';
import { printable } from '../output.ts';

const formats = ['onnx'];

/** Writes a model as a file that other programs open. */
export const exportModel: CommandRun = async ({ invocation, output, env }) => {
  const [word = ''] = invocation.words;
  const format = invocation.text('format') ?? 'onnx';
  if (!formats.includes(format))
    throw new UsageError(
      `Expected --format ${formats.join(' or ')}, given "${format}".`,
      invocation.command.name,
    );
  const numbers = invocation.flag('float') ? 'float' : 'double';
  const { model_id, model } = readModel(word, env);
  const { exportOnnx } = await import('@stroma/learn/onnx');
  const { bytes, ...rest } = exportOnnx(model, { model_id, numbers });
  const file = resolve(invocation.text('out') ?? `${model_id}.onnx`);
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
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
