import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BaseModelDocument, ModelFile } from '@stroma/contracts';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { FilesAnswer, FilesAsk } from './model-files.worker.ts';

const worker = new URL('./model-files.worker.ts', import.meta.url);
const mostBytes = 128 * 2 ** 20;

/** Where whoever runs the server puts models to learn from, each in a folder with its card. */
export const baseModelsFolder = ({ config }: ModelParts['platform']): string =>
  join(config.STROMA_DATA, 'base-models');

/** Of who brought it: nobody else can import it. */
export const importedKey = ({ actor }: Pick<Context, 'actor'>, fileId: string): string =>
  `models/${actor.tenantId}/imports/${actor.id}/${fileId}`;

/** Files of models that are brought, and those that lie beside the server. */
export class ModelFiles {
  readonly #parts: ModelParts;
  readonly #threads: Threads;

  constructor(parts: ModelParts, threads: Threads) {
    this.#parts = parts;
    this.#threads = threads;
  }

  /** Throws PAYLOAD_TOO_LARGE, MODEL_INVALID for what is no ONNX file, CANCELLED where the sender broke off. */
  async store(ctx: Context, request: FastifyRequest): Promise<ModelFile> {
    const { objects } = this.#parts.platform;
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) tooLarge();
    const fileId = newId('modelFile');
    const key = importedKey(ctx, fileId);
    let kept = false;
    try {
      const { bytes, sha256 } = await objects.put(
        key,
        Readable.from(limited(request.raw), { objectMode: false }),
      );
      const answer = await this.#ask(ctx, { kind: 'describe', file: await objects.localPath(key) });
      if (answer.kind !== 'describe') throw new Error('the thread answered something else than it was asked');
      kept = true;
      const { columns, classes, inputs, outputs, opsets, ...rest } = answer.described;
      return {
        file_id: fileId,
        bytes,
        sha256,
        ...rest,
        opsets: { ...opsets },
        inputs: [...inputs],
        outputs: [...outputs],
        columns: columns === null ? null : [...columns],
        classes: classes === null ? null : [...classes],
      };
    } catch (error) {
      if (!request.raw.complete && request.raw.destroyed)
        fail(
          'CANCELLED',
          'The connection broke off; nothing of the file was kept. Send it again.',
          {},
          error,
        );
      throw error;
    } finally {
      if (!kept) await objects.delete(key);
    }
  }

  async require(ctx: Context, fileId: string): Promise<void> {
    if ((await this.#parts.platform.objects.stat(importedKey(ctx, fileId))) === null)
      fail('NOT_FOUND', 'There is no such file of yours. Bring it again: files are kept for a day.', {
        file_id: fileId,
      });
  }

  /** Those beside the server. */
  async bases(
    ctx: Context,
  ): Promise<{ items: BaseModelDocument[]; refused: { path: string; why: string }[] }> {
    const answer = await this.#ask(ctx, { kind: 'bases', folder: baseModelsFolder(this.#parts.platform) });
    if (answer.kind !== 'bases') throw new Error('the thread answered something else than it was asked');
    return { items: answer.items, refused: answer.refused };
  }

  #ask(ctx: Context, ask: FilesAsk): Promise<FilesAnswer> {
    return this.#threads.run<FilesAsk, FilesAnswer>(worker, ask, { signal: ctx.signal });
  }
}

async function* limited(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) tooLarge();
    yield chunk;
  }
}

const tooLarge = (): never =>
  fail('PAYLOAD_TOO_LARGE', `A file of at most ${mostBytes / 2 ** 20} MiB was expected.`, {
    limit_bytes: mostBytes,
  });
