import type { VersionGovernance } from '@stroma/contracts';
import type { Access, SignableKind } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import type { ModelVersions } from '../registry/model-versions.service.ts';
import { PromotionSignOffs } from '../registry/promotion-sign-offs.ts';
import type { Promotions } from '../registry/promotions.service.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ServedModels } from '../serving/served-models.ts';
import type { CriticalUses } from './critical-uses.ts';
import { ModelRecords } from './model-records.service.ts';
import { PredictionReviews } from './prediction-reviews.service.ts';
import type { WatchingRooms } from './watched-by.ts';

interface GovernanceParts {
  parts: ModelParts;
  certifier: Access['certifier'];
  models: RegisteredModels;
  versions: ModelVersions;
  promotions: Promotions;
  served: ServedModels;
  uses: CriticalUses;
  watching: WatchingRooms;
}

export interface Governance {
  parts: ModelParts;
  uses: CriticalUses;
  records: ModelRecords;
  reviews: PredictionReviews;
  signable: SignableKind;
  version(ctx: Context, modelId: string, number: number): Promise<VersionGovernance>;
}

/** Critical uses, reviews of predictions, risk records and bias reports. */
export function openGovernance(given: GovernanceParts): Governance {
  const { parts, uses, models, served, versions } = given;
  const reviews = new PredictionReviews({ parts, uses, models, served });
  const records = new ModelRecords({ ...given, reviews });
  const signOffs = new PromotionSignOffs(parts, uses);
  return {
    parts,
    uses,
    records,
    reviews,
    signable: records.signable(),
    async version(ctx, modelId, number) {
      const found = await versions.requireAny(ctx, 'models:read', modelId, number);
      const { sql } = parts.platform.db;
      const { newest, counted } = await uses.classes(sql, found.model);
      const trainers = [...(await signOffs.trainers(sql, ctx, found.version))];
      const named = await new RunDocuments(parts).names(trainers);
      const { waiting, ...reviewed } = await reviews.counts(ctx, found.version.id);
      return {
        model_id: modelId,
        version_id: found.version.id,
        number,
        risk_class: newest,
        counted_classes: counted,
        trained_by: trainers.map(named),
        now: await uses.of(sql, found, found.version.stage),
        staging: await uses.of(sql, found, 'staging'),
        production: await uses.of(sql, found, 'production'),
        waiting_reviews: waiting,
        reviewed,
      };
    },
  };
}
