import type { ModelEvaluation } from '@stroma/contracts';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { FoundVersion } from '../registry/model-versions.store.ts';
import type { OwnWork, UnseenRows } from './learning/own-task.ts';
import { baseModelsFolder, importedKey } from './model-files.ts';
import type { NamedVersion, OwnAsk } from './training.input.ts';
import type { TrainedRow } from './training.store.ts';
import type { Origin } from './training.tables.ts';

export interface KnownVersion extends FoundVersion {
  trained: TrainedRow;
}

/** Versions that were trained here, for who may hear what they learned from. */
export interface KnownVersions {
  find(ctx: Context, modelId: string, wanted: string | undefined, use: 'tell'): Promise<KnownVersion>;
  evaluation(ctx: Context, found: KnownVersion): Promise<ModelEvaluation>;
}

export interface PreparedWork {
  work: OwnWork;
  origins: Origin[];
}

/** Local files of what is asked for, whoever asks being held against the models it is made of. */
export async function prepareWork(
  parts: ModelParts,
  versions: KnownVersions,
  ctx: Context,
  own: OwnAsk,
  table: ReadableTable,
): Promise<PreparedWork> {
  const { objects } = parts.platform;
  switch (own.kind) {
    case 'network':
      return { work: own, origins: [] };
    case 'imported': {
      const { kind, columns, classes, output, scores } = own;
      const file = await objects.localPath(importedKey(ctx, own.file_id));
      return { work: { kind, file, columns, classes, output, scores }, origins: [] };
    }
    case 'transfer': {
      const { base, layer, tuning = null } = own;
      if (!('version_id' in base)) {
        const root = baseModelsFolder(parts.platform);
        return {
          work: {
            kind: 'transfer',
            base: { from: 'folder', root, name: base.name },
            ...{ layer, tuning: null, unseen: { which: 'all' } },
          },
          origins: [],
        };
      }
      const found = await versions.find(ctx, base.model_id, String(base.number), 'tell');
      const file = await objects.localPath(found.trained.modelKey);
      const hasOrigin = found.trained.origins.some(({ dataset_id }) => dataset_id === table.dataset_id);
      const unseen: UnseenRows = hasOrigin
        ? { which: 'none' }
        : await unseenRows(versions, ctx, [{ version: found }], table);
      return {
        work: { kind: 'transfer', base: { from: 'model', file, name: base.label }, layer, tuning, unseen },
        origins: await originsOf(versions, ctx, found),
      };
    }
    case 'ensemble': {
      const found = [];
      for (const member of own.members)
        found.push({
          member,
          version: await versions.find(ctx, member.model_id, String(member.number), 'tell'),
        });
      const unseen = await unseenRows(versions, ctx, found, table);
      const members = [];
      const origins: Origin[] = [];
      for (const { member, version } of found) {
        origins.push(...(await originsOf(versions, ctx, version)));
        members.push({
          name: member.label,
          model_id: member.model_id,
          model_name: version.model.name,
          number: member.number,
          file: await objects.localPath(version.trained.modelKey),
          weight: member.weight,
        });
      }
      requireRows(own, unseen);
      return { work: { kind: 'ensemble', method: own.method, members, unseen }, origins };
    }
  }
}

async function originsOf(versions: KnownVersions, ctx: Context, found: KnownVersion): Promise<Origin[]> {
  const { dataset } = await versions.evaluation(ctx, found);
  const { view, columns, origins } = found.trained;
  const { dataset_id, version_id, name, number, content_sha256 } = dataset;
  return [{ dataset_id, version_id, name, number, content_sha256, view, columns }, ...origins];
}

/** Throws UNPROCESSABLE where there is something to fit and nothing to fit it to. */
export function requireRows(
  { method, members }: Pick<Extract<OwnAsk, { kind: 'ensemble' }>, 'method' | 'members'>,
  unseen: UnseenRows,
): void {
  const fits =
    method === 'stack' || (method === 'weighted' && members.every(({ weight }) => weight === null));
  if (!fits || unseen.which !== 'none') return;
  fail(
    'UNPROCESSABLE',
    'Members have learned from the rows of this dataset, and would be weighed by how well they remember. Give a dataset that none has learned from, weights of your own, or take average or vote.',
    { field: 'dataset_id', members: members.map(({ label }: NamedVersion) => label) },
  );
}

/** What of a dataset's rows no member has learned from, as far as is on record. */
export async function unseenRows(
  versions: KnownVersions,
  ctx: Context,
  found: readonly { version: KnownVersion }[],
  table: ReadableTable,
): Promise<UnseenRows> {
  const seeds = new Set<number>();
  for (const { version } of found) {
    const { kind, dataset, parameters, decisions } = await versions.evaluation(ctx, version);
    if (kind === 'imported' || dataset.dataset_id !== table.dataset_id) continue;
    const keptBack =
      kind === 'network' ||
      kind === 'transfer' ||
      decisions.some(({ decision }) => decision === 'learned_without_held_out_rows');
    const isSame = dataset.version_id === table.version_id && version.trained.view === table.view;
    // Rows parted by a column are not those that the seed draws.
    const isDrawn = version.version.facts.params.split === undefined;
    if (!keptBack || !isSame || !isDrawn) return { which: 'none' };
    seeds.add(parameters.seed);
  }
  if (seeds.size > 1) return { which: 'none' };
  const [seed] = seeds;
  return seed === undefined ? { which: 'all' } : { which: 'held_out', seed };
}
