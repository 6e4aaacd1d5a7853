import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AnonymisationPreview,
  type PrivacyModelDocument,
  type Sensitivity,
  sensitivities,
} from '@stroma/contracts';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { requireWhole, type SeenDataset } from '../datasets/dataset-visibility.ts';
import type { Datasets } from '../datasets/datasets.service.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { type AnonymiseJobInput, anonymiseKind } from './anonymisation.input.ts';
import { PrivacyKeys } from './anonymisation.keys.ts';
import { type ColumnPlan, completePlan } from './anonymisation.plan.ts';
import { ruledColumnChanged } from './anonymisation.rules.ts';
import type { AnonymiseInput, AnonymiseOutput } from './anonymisation.worker.ts';

export const anonymiseWorker = new URL('./anonymisation.worker.ts', import.meta.url);

export interface AnonymisationTools {
  platform: Platform;
  audit: Audit;
  datasets: Pick<Datasets, 'resolve'>;
  documents: LakeDocuments;
}

interface Wanted {
  dataset_id: string;
  version_id?: string | undefined;
  unlisted: 'remove' | 'keep';
  model: PrivacyModelDocument | null;
}

/** What in a dataset points to persons, and datasets made without it. */
export class Anonymisation {
  readonly #tools: AnonymisationTools;
  readonly #keys: PrivacyKeys;

  constructor(tools: AnonymisationTools) {
    this.#tools = tools;
    this.#keys = new PrivacyKeys(tools.platform);
  }

  /** Throws NOT_FOUND, FORBIDDEN for who sees a part, INVALID_INPUT for a plan that cannot be. */
  async preview(
    ctx: Context,
    wanted: Wanted & { columns: ColumnPlan[] | null },
  ): Promise<AnonymisationPreview> {
    const { platform } = this.#tools;
    const seen = await this.#whole(ctx, wanted);
    const plan = this.#planOf(wanted, seen);
    const folder = join(platform.scratchFolder, `privacy-${randomBytes(8).toString('hex')}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      // What a preview shows as pseudonyms is made with a key of its own, so that nothing is learnt of the real ones.
      const input = await this.input(seen, plan, wanted.model, {
        key: randomBytes(32),
        target: null,
        folder,
      });
      const { columns, riskBefore, after } = await platform.threads.run<AnonymiseInput, AnonymiseOutput>(
        anonymiseWorker,
        input,
        { signal: ctx.signal },
      );
      return {
        dataset_id: seen.dataset.id,
        version_id: seen.version.id,
        name: seen.dataset.name,
        rows: seen.version.rows,
        columns,
        risk_before: riskBefore,
        after,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Returns the job. */
  async start(
    ctx: Context,
    wanted: Wanted & {
      columns: ColumnPlan[];
      target: AnonymiseJobInput['target'];
      key: AnonymiseJobInput['key'];
    },
  ): Promise<string> {
    const seen = await this.#whole(ctx, wanted);
    const plan = this.#planOf(wanted, seen);
    if (wanted.target.kind === 'version') requireMayReplace(ctx, seen, plan ?? []);
    this.#requireMayLower(
      ctx,
      seen,
      wanted.target.kind === 'dataset' ? wanted.target.sensitivity : undefined,
    );
    const input: AnonymiseJobInput = {
      dataset_id: seen.dataset.id,
      version_id: seen.version.id,
      name: seen.dataset.name,
      columns: wanted.columns,
      unlisted: wanted.unlisted,
      model: wanted.model,
      target: wanted.target,
      key: wanted.key,
    };
    return this.#tools.platform.db.transaction(async (tx) => {
      const jobId = await this.#tools.platform.jobs.send(ctx, anonymiseKind, input, { tx });
      return jobId;
    });
  }

  keyFor(ctx: Context, datasetId: string, whose: AnonymiseJobInput['key']): Promise<Uint8Array> {
    return this.#keys.get(ctx, datasetId, whose);
  }

  async input(
    { version }: SeenDataset,
    plan: readonly ColumnPlan[] | null,
    model: PrivacyModelDocument | null,
    rest: Pick<AnonymiseInput, 'key' | 'target' | 'folder'>,
  ): Promise<AnonymiseInput> {
    const { platform, documents } = this.#tools;
    return {
      parquet: await documents.path(version, 'data.parquet'),
      schema: version.columns,
      profile: await documents.get(version, 'profile.json'),
      plan,
      model,
      memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
      ...rest,
    };
  }

  async #whole(ctx: Context, { dataset_id, version_id }: Wanted): Promise<SeenDataset> {
    const seen = await this.#tools.datasets.resolve(ctx, dataset_id, version_id);
    requireWhole(seen, 'anonymising it');
    return seen;
  }

  #planOf({ columns, unlisted, model }: Wanted & { columns: ColumnPlan[] | null }, { version }: SeenDataset) {
    if (columns === null) return null;
    const plan = completePlan({ columns, unlisted }, version.columns);
    checkModel(plan, model);
    return plan;
  }

  #requireMayLower({ actor }: Context, { dataset }: SeenDataset, wanted: Sensitivity | undefined): void {
    if (wanted === undefined || actor.permissions.has('policies:write')) return;
    if (sensitivities.indexOf(wanted) >= sensitivities.indexOf(dataset.sensitivity)) return;
    fail(
      'FORBIDDEN',
      `The source is "${dataset.sensitivity}"; to give its result out as "${wanted}" needs policies:write.`,
      {
        permission: 'policies:write',
      },
    );
  }
}

/** A new version is what everybody sees next, under the rules that are there. */
function requireMayReplace({ actor }: Context, { dataset }: SeenDataset, plan: readonly ColumnPlan[]): void {
  if (!actor.permissions.has('datasets:write'))
    fail('FORBIDDEN', 'A new version of this dataset needs datasets:write. Make a new dataset instead.', {
      permission: 'datasets:write',
    });
  const column = ruledColumnChanged(dataset.rules, plan);
  if (column !== null)
    fail(
      'INVALID_INPUT',
      `A rule of this dataset says who sees what by "${column.slice(0, 100)}", which would no longer be what it was. Change the rule first, keep the column, or make a new dataset.`,
      { field: 'columns', column },
    );
}

function checkModel(plan: readonly ColumnPlan[], model: PrivacyModelDocument | null): void {
  const quasi = plan.filter(({ action }) => action.kind === 'quasi_identifier');
  if (quasi.length > 0 && model === null)
    fail('INVALID_INPUT', 'Expected a privacy model with quasi-identifiers: at least k.', { field: 'model' });
  if (model === null) return;
  if (quasi.length === 0)
    fail(
      'INVALID_INPUT',
      'Expected at least one column as quasi-identifier, since a privacy model was given.',
      {
        field: 'columns',
      },
    );
  const lost = model.sensitive_columns.find(
    (name) =>
      !plan.some(
        ({ column, action }) => column === name && !['remove', 'quasi_identifier'].includes(action.kind),
      ),
  );
  if (lost !== undefined)
    fail(
      'INVALID_INPUT',
      `"${lost.slice(0, 100)}" cannot be sensitive: it is removed, a quasi-identifier, or not there.`,
      {
        field: 'model.sensitive_columns',
      },
    );
  if ((model.l !== null || model.t !== null) && model.sensitive_columns.length === 0)
    fail('INVALID_INPUT', 'Expected sensitive columns, since l or t was given.', {
      field: 'model.sensitive_columns',
    });
}
