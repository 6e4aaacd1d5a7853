import { readFileSync } from 'node:fs';
import type { BaseModelDocument } from '@stroma/contracts';
import { describeOnnx, type OnnxDescription } from '@stroma/learn/onnx';
import { serveTask } from '../../platform/threads/serve-task.ts';
import { readBaseModels } from './base-models.ts';

export type FilesAsk = { kind: 'describe'; file: string } | { kind: 'bases'; folder: string };
export type FilesAnswer =
  | { kind: 'describe'; described: OnnxDescription }
  | { kind: 'bases'; items: BaseModelDocument[]; refused: { path: string; why: string }[] };

/** Reads what files of models say of themselves; runs none of them. */
serveTask(async (ask: FilesAsk): Promise<FilesAnswer> => {
  if (ask.kind === 'describe') return { kind: 'describe', described: describeOnnx(readFileSync(ask.file)) };
  const { models, refused } = await readBaseModels(ask.folder);
  const items = models.map(({ card }) => ({
    name: card.name,
    description: card.description,
    columns: [...card.columns],
    layer: card.layer,
    data: card.data,
    licence: card.licence,
    metrics: [...card.metrics],
    sha256: card.model.sha256,
    tells_rows: card.reference !== null,
  }));
  return { kind: 'bases', items, refused };
});
