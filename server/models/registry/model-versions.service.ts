import type { api, ModelVersion, Permission } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import { folderPath, type VersionsWith } from '../experiments/artifacts.service.ts';
import type { LoggedModels } from '../experiments/logged-models.service.ts';
import { withTags } from '../experiments/named-things.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { Runs } from '../experiments/runs.service.ts';
import { compareVersions } from './model-comparison.ts';
import {
  type FoundVersion,
  findVersion,
  insertVersion,
  listVersions,
  searchVersions,
  updateVersion,
  type VersionRow,
  versionsOfRun,
} from './model-versions.store.ts';
import {
  deleteAliases,
  findModel,
  lockModel,
  type ModelRow,
  type SearchQuery,
  updateModel,
} from './models.store.ts';
import type { RegisteredModels } from './registered-models.service.ts';
import { RegistryDocuments } from './registry-documents.ts';
import { factsHash, noFacts, placeOfSource, readFacts, type VersionFacts } from './version-facts.ts';

type ListQuery = z.output<typeof api.models.versions.query>;

export interface NewVersion {
  source: string;
  /** Null: as the source says, if it does. */
  runId: string | null;
  runLink: string | null;
  description: string;
  tags: Record<string, string>;
}

/** What is to be registered, and what is true of it. */
export interface KnownVersion extends Omit<NewVersion, 'runId'> {
  id: string;
  folder: string;
  facts: VersionFacts;
  training: { software: string; startedAt: Date; endedAt: Date; parameters: Record<string, unknown> };
}

/** Versions of registered models: what was true of them is written down once and stays. */
export class ModelVersions {
  readonly #parts: ModelParts;
  readonly #models: RegisteredModels;
  readonly #runs: Runs;
  readonly #logged: LoggedModels;
  readonly #documents: RegistryDocuments;

  constructor(parts: ModelParts, models: RegisteredModels, runs: Runs, logged: LoggedModels) {
    this.#parts = parts;
    this.#models = models;
    this.#runs = runs;
    this.#logged = logged;
    this.#documents = new RegistryDocuments(parts);
  }

  /** Deleted or not. Throws NOT_FOUND, FORBIDDEN. */
  async requireAny(
    ctx: Context,
    permission: Permission,
    modelId: string,
    number: number,
  ): Promise<FoundVersion> {
    await this.#models.requireAny(ctx, permission, modelId);
    return (
      (await findVersion(this.#parts.platform.db.sql, ctx, modelId, number)) ??
      fail('NOT_FOUND', `The model has no version ${number}.`, { model_id: modelId, number })
    );
  }

  async require(
    ctx: Context,
    permission: Permission,
    modelId: string,
    number: number,
  ): Promise<FoundVersion> {
    const found = await this.requireAny(ctx, permission, modelId, number);
    if (found.version.deletedAt !== null || found.model.deletedAt !== null)
      fail('NOT_FOUND', `The model has no version ${number}.`, { model_id: modelId, number });
    return found;
  }

  /** Throws NOT_FOUND, FORBIDDEN. */
  async requireModel(ctx: Context, modelId: string): Promise<void> {
    await this.#models.requireAny(ctx, 'models:read', modelId);
  }

  async list(ctx: Context, modelId: string, query: ListQuery) {
    await this.#models.requireAny(ctx, 'models:read', modelId);
    const before = query.cursor === undefined ? null : Number(query.cursor);
    if (before !== null && !(Number.isSafeInteger(before) && before > 0 && before < 2 ** 31))
      fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', { field: 'cursor' });
    const found = await listVersions(this.#parts.platform.db.sql, ctx, modelId, {
      stage: query.stage,
      deleted: query.deleted === 'true',
      before,
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(found, query.limit, ({ version }) => String(version.number));
    return { items: await this.#documents.versions(ctx, page), next_cursor };
  }

  async search(ctx: Context, query: Omit<SearchQuery, 'reached'>): Promise<FoundVersion[]> {
    const reached = await this.#models.reached(ctx);
    return searchVersions(this.#parts.platform.db.sql, ctx, { ...query, reached });
  }

  async get(ctx: Context, modelId: string, number: number): Promise<ModelVersion> {
    return this.document(ctx, await this.requireAny(ctx, 'models:read', modelId, number));
  }

  async document(ctx: Context, found: FoundVersion): Promise<ModelVersion> {
    const [document] = await this.#documents.versions(ctx, [found]);
    return document as ModelVersion;
  }

  documents(ctx: Context, found: readonly FoundVersion[]): Promise<ModelVersion[]> {
    return this.#documents.versions(ctx, found);
  }

  async registerFromRun(
    ctx: Context,
    modelId: string,
    given: { run_id: string; path: string; description: string; tags: Record<string, string> },
  ): Promise<ModelVersion> {
    const folder = folderPath(given.path);
    const found = await this.register(ctx, await this.#models.require(ctx, 'models:write', modelId), {
      source: `runs:/${given.run_id}${folder === '' ? '' : `/${folder}`}`,
      runId: given.run_id,
      runLink: null,
      description: given.description,
      tags: given.tags,
    });
    return this.document(ctx, found);
  }

  /** Throws NOT_FOUND for a run that may not be read, CONFLICT for one that is deleted or has no file there. */
  async register(ctx: Context, model: ModelRow, given: NewVersion): Promise<FoundVersion> {
    const { folder, facts, found } = await this.#factsOf(ctx, given);
    const { platform } = this.#parts;
    await platform.provenance.prepare(model.tenantId);
    const { source, runLink, description, tags } = given;
    const now = new Date();
    return platform.db.transaction((tx) =>
      this.registerIn(tx, ctx, model, {
        id: newId('modelVersion'),
        source,
        runLink,
        description,
        tags,
        folder,
        facts,
        training: {
          software: facts.code_version === null ? 'code not stated' : `code ${facts.code_version}`,
          startedAt: found?.run.startedAt ?? now,
          endedAt: found?.run.endedAt ?? now,
          parameters: { run_id: facts.run_id, code_version: facts.code_version, params: facts.params },
        },
      }),
    );
  }

  /** In a transaction of the caller's, who has prepared provenance for it. Throws NOT_FOUND for a deleted model. */
  async registerIn(tx: Sql, ctx: Context, model: ModelRow, given: KnownVersion): Promise<FoundVersion> {
    const { platform, access } = this.#parts;
    const { id, facts, source, runLink, description, tags, folder } = given;
    const now = new Date();
    const factsSha256 = factsHash(facts);
    await lockModel(tx, model.id);
    const present = await findModel(tx, model.tenantId, model.id);
    if (present === null || present.deletedAt !== null)
      return fail('NOT_FOUND', 'There is no such model.', { model_id: model.id });
    const number = present.lastNumber + 1;
    const provenanceId = await this.#recordProvenance(tx, ctx, { ...given, number, model, factsSha256 });
    const version: VersionRow = {
      id,
      tenantId: model.tenantId,
      modelId: model.id,
      number,
      description,
      tags,
      stage: 'none',
      source,
      runLink,
      runId: facts.run_id,
      folder,
      facts,
      factsSha256,
      provenanceId,
      erasures: [],
      createdBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    await insertVersion(tx, version);
    await updateModel(tx, ctx, model.id, { lastNumber: number, updatedAt: now });
    await access.audit.record(tx, ctx, {
      action: 'model-version.registered',
      object: { kind: 'model_version', id },
      outcome: 'success',
      after: { model_id: model.id, number, source, facts_sha256: factsSha256 },
      details: { name: model.name, number, run_id: facts.run_id, facts_sha256: factsSha256 },
    });
    await platform.events.publish(tx, ctx, 'model.version.registered', id, {
      model_id: model.id,
      version_id: id,
      number,
    });
    return { version, model: { ...present, lastNumber: number, updatedAt: now } };
  }

  async #factsOf(ctx: Context, { source, runId }: NewVersion) {
    const place = placeOfSource(source);
    const logged = place.loggedModelId === null ? null : await this.#logged.get(ctx, place.loggedModelId);
    const ofRun = place.runId ?? logged?.model.runId ?? null;
    if (runId !== null && ofRun !== null && runId !== ofRun)
      fail('INVALID_INPUT', 'The source lies in another run than the one that is named.', {
        field: 'run_id',
      });
    const wanted = ofRun ?? runId;
    if (wanted === null) return { folder: '', facts: noFacts, found: null };
    const found = await this.#runs.require(ctx, 'models:read', wanted);
    if (found.run.deletedAt !== null || found.experiment.deletedAt !== null)
      fail('CONFLICT', 'The run is deleted. Restore it first.', { run_id: wanted });
    const isHere = ofRun !== null;
    const folder = isHere ? folderPath(place.folder) : '';
    const facts = await readFacts(this.#parts.platform, ctx, found, folder);
    if (!isHere) return { folder, facts: { ...facts, artifacts: [] }, found };
    if (facts.artifacts.length === 0)
      fail(
        'CONFLICT',
        `The run has no file ${folder === '' ? 'yet' : `in "${folder}"`}. Log the files of the model first.`,
        {
          run_id: wanted,
        },
      );
    const params = logged === null ? facts.params : { ...facts.params, ...logged.model.params };
    return { folder, facts: { ...facts, params }, found };
  }

  #recordProvenance(
    tx: Sql,
    ctx: Context,
    given: KnownVersion & { number: number; model: ModelRow; factsSha256: string },
  ): Promise<string> {
    const { id, number, model, facts, factsSha256, training } = given;
    const seed = Number(Object.hasOwn(facts.params, 'seed') ? facts.params.seed : Number.NaN);
    return this.#parts.platform.provenance.record(tx, ctx, {
      ...training,
      kind: 'training',
      label: `Training of ${model.name}, version ${number}`,
      seed: Number.isSafeInteger(seed) ? seed : null,
      inputs: facts.inputs.flatMap(({ versionId, name, contentSha256, datasetId }) =>
        versionId === null
          ? []
          : [
              {
                id: versionId,
                kind: 'dataset_version' as const,
                label: name,
                sha256: contentSha256,
                link: `/data/datasets/${datasetId}?version_id=${versionId}`,
              },
            ],
      ),
      outputs: [
        {
          id,
          kind: 'model_version',
          label: `${model.name}, version ${number}`,
          sha256: factsSha256,
          link: `/ml/models/${model.id}/versions/${number}`,
        },
      ],
    });
  }

  async update(
    ctx: Context,
    modelId: string,
    number: number,
    change: { description?: string | undefined; tags?: Record<string, string | null> | undefined },
  ): Promise<FoundVersion> {
    const { version, model } = await this.require(ctx, 'models:write', modelId, number);
    const after = {
      description: change.description ?? version.description,
      tags: withTags(version.tags, change.tags ?? {}),
    };
    return this.#change(ctx, { version, model }, after, 'model-version.changed');
  }

  async remove(ctx: Context, modelId: string, number: number): Promise<void> {
    const found = await this.require(ctx, 'models:write', modelId, number);
    if (found.version.stage === 'production')
      fail('CONFLICT', `Version ${number} is in production. Archive it first.`, { number });
    await this.#change(ctx, found, { deletedAt: new Date() }, 'model-version.deleted');
  }

  async restore(ctx: Context, modelId: string, number: number): Promise<ModelVersion> {
    const found = await this.requireAny(ctx, 'models:write', modelId, number);
    if (found.version.deletedAt === null) return this.document(ctx, found);
    return this.document(ctx, await this.#change(ctx, found, { deletedAt: null }, 'model-version.restored'));
  }

  async #change(
    ctx: Context,
    { version, model }: FoundVersion,
    change: Partial<Pick<VersionRow, 'description' | 'tags' | 'deletedAt'>>,
    action: 'model-version.changed' | 'model-version.deleted' | 'model-version.restored',
  ): Promise<FoundVersion> {
    const { platform, access } = this.#parts;
    const updatedAt = new Date();
    await platform.db.transaction(async (tx) => {
      await lockModel(tx, model.id);
      await updateVersion(tx, ctx, version.id, { ...change, updatedAt });
      if (change.deletedAt != null) await deleteAliases(tx, ctx, model.id, { number: version.number });
      await access.audit.record(tx, ctx, {
        action,
        object: { kind: 'model_version', id: version.id },
        outcome: 'success',
        before: { description: version.description, tags: version.tags },
        after: { description: change.description, tags: change.tags },
        details: { name: model.name, number: version.number },
      });
    });
    return { version: { ...version, ...change, updatedAt }, model };
  }

  async compare(ctx: Context, modelId: string, from: number, to: number) {
    const [a, b] = [
      await this.requireAny(ctx, 'models:read', modelId, from),
      await this.requireAny(ctx, 'models:read', modelId, to),
    ];
    return compareVersions(a.version, b.version);
  }

  /** Which versions a file of a run belongs to; deleted ones may be restored and count. */
  readonly with: VersionsWith = async (ctx, runId, path) => {
    const found = await versionsOfRun(this.#parts.platform.db.sql, ctx, runId);
    return found
      .filter(({ version: { facts } }) =>
        facts.artifacts.some((file) => file.path === path || file.path.startsWith(`${path}/`)),
      )
      .map(({ version, model }) => `${model.name} ${version.number}`);
  };
}
