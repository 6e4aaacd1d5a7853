import type { ModelEvaluation } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { ModelVersions } from '../registry/model-versions.service.ts';
import { type FoundVersion, listVersions } from '../registry/model-versions.store.ts';
import type { Promotions } from '../registry/promotions.service.ts';
import { signedKind } from '../registry/signable-model.ts';
import { newestReports, type ReportRow } from '../reports/model-reports.store.ts';
import type { ServedModels } from '../serving/served-models.ts';
import { findTrained } from '../training/training.store.ts';
import type { CriticalUses } from './critical-uses.ts';
import type { PredictionReviews } from './prediction-reviews.service.ts';
import { namedOnly, type RecordSight, seesAlike } from './record-sight.ts';
import type { KnownFacts } from './risk-facts.ts';
import { type WatchingRooms, watchedBy } from './watched-by.ts';

export interface FactSources {
  parts: ModelParts;
  versions: ModelVersions;
  promotions: Promotions;
  served: ServedModels;
  uses: CriticalUses;
  reviews: PredictionReviews;
  watching: WatchingRooms;
}

const mostVersions = 100;

/** What is on record of a version as far as somebody may be told, and of which data that tells. */
export async function knownFacts(
  { parts, versions, promotions, served, uses, reviews, watching }: FactSources,
  ctx: Context,
  found: FoundVersion,
): Promise<{ known: KnownFacts; sights: RecordSight[] }> {
  const { sql } = parts.platform.db;
  const version = await versions.document(ctx, found);
  const earlier = await listVersions(sql, ctx, found.model.id, {
    deleted: false,
    before: found.version.number + 1,
    limit: mostVersions,
  });
  const { evaluation, sight } = await evaluationOf({ parts, served }, ctx, found);
  const shown: ReportRow[] = [];
  for (const row of await newestReports(sql, ctx, found.version.id))
    if (await seesAlike(parts.data, ctx, { dataset_id: row.datasetId, view: row.view })) shown.push(row);
  const { sights: watched, ...watchedOf } = await watchedBy(watching, parts, ctx, version);
  const { signatures } = await parts.access.signatures.subject(ctx, {
    kind: signedKind,
    id: found.version.id,
  });
  return {
    known: {
      model: found.model,
      version,
      versions: (await versions.documents(ctx, earlier)).toSorted((a, b) => a.number - b.number),
      evaluation,
      fairness: shown.find(({ kind }) => kind === 'fairness') ?? null,
      drift: shown.find(({ kind }) => kind === 'drift') ?? null,
      promotions: await promotions.ofVersion(ctx, found.version.id),
      signatures: signatures.flatMap(({ state, rendering }) => (state === 'valid' ? [rendering] : [])),
      critical: await uses.of(sql, found, 'production'),
      reviews: await reviews.counts(ctx, found.version.id),
      watching: watchedOf,
    },
    sights: [
      ...(sight === null ? [] : [sight]),
      ...version.inputs.flatMap(({ dataset_id }) =>
        dataset_id === null ? [] : [{ dataset_id, view: namedOnly }],
      ),
      ...shown.map((row) => ({ dataset_id: row.datasetId, view: row.view })),
      ...watched,
    ],
  };
}

/** Null for a version that was not trained here, and for who may not be told of the rows it learned from. */
async function evaluationOf(
  { parts, served }: Pick<FactSources, 'parts' | 'served'>,
  ctx: Context,
  { model, version }: FoundVersion,
): Promise<{ evaluation: ModelEvaluation | null; sight: RecordSight | null }> {
  const none = { evaluation: null, sight: null };
  const trained = await findTrained(parts.platform.db.sql, ctx, version.id);
  if (trained === null) return none;
  try {
    const asked = await served.ofModel(ctx, model, String(version.number), 'tell');
    const { datasetId, view } = trained;
    return {
      evaluation: await served.evaluation(ctx, asked),
      sight: datasetId === null ? null : { dataset_id: datasetId, view: view ?? '' },
    };
  } catch (error) {
    if (error instanceof StromaError && error.code === 'FORBIDDEN') return none;
    throw error;
  }
}
