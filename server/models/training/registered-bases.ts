import {
  imageNetworks,
  type ModelEvaluation,
  type RegisteredBase,
  type TransferMode,
  tableNetworks,
  transferModes,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { KnownVersions } from './own-work.ts';
import { listTrainedAs } from './training.store.ts';

const mostBases = 100;

/** Versions to learn on from, with what their cards say: those whose data whoever asks may be told of. */
export async function registeredBases(
  { platform }: Pick<ModelParts, 'platform'>,
  models: Pick<RegisteredModels, 'reached'>,
  known: KnownVersions,
  ctx: Context,
): Promise<RegisteredBase[]> {
  const newest = await listTrainedAs(platform.db.sql, ctx, {
    kinds: ['network', 'transfer', 'imported'],
    reached: await models.reached(ctx),
    limit: mostBases,
  });
  const bases: RegisteredBase[] = [];
  for (const { modelId, number } of newest) {
    try {
      bases.push(baseOf(await known.evaluation(ctx, await known.find(ctx, modelId, String(number), 'tell'))));
    } catch (error) {
      if (!(error instanceof StromaError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')))
        throw error;
    }
  }
  return bases;
}

function baseOf(evaluation: ModelEvaluation): RegisteredBase {
  const { model_id, model_name, number, kind, target, signature, dataset, base, imported } = evaluation;
  return {
    ...{ model_id, name: model_name, number, kind, target },
    family: evaluation.leaderboard[0]?.family ?? evaluation.learned_by,
    modes: modesOf(evaluation),
    columns: signature.map(({ name }) => name),
    data: { name: dataset.name, rows: dataset.rows },
    licence: imported?.licence ?? base?.licence ?? null,
    metrics: (evaluation.holdout?.scores ?? []).map(({ metric, score }) => ({ name: metric, value: score })),
  };
}

/** A frozen layer is one of an ONNX file, which takes numbers alone and of sequences none. */
function modesOf({ kind, base, leaderboard, signature }: ModelEvaluation): TransferMode[] {
  const [entry] = leaderboard;
  const isNetwork = kind === 'network' || (base?.mode !== undefined && base.mode !== 'frozen');
  if (!isNetwork) return ['frozen'];
  const isFile = [...tableNetworks, ...imageNetworks].some((own) => own === entry?.family);
  const canFreeze = isFile && signature.every((column) => column.kind === 'number');
  return transferModes.filter((mode) => mode !== 'frozen' || canFreeze);
}
