import type { Model, ModelVersion, Promotion } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import type { InputRow } from '../experiments/runs.store.ts';
import { findSignOffs } from '../governance/critical-policies.store.ts';
import type { FoundPromotion, FoundVersion, VersionRow } from './model-versions.store.ts';
import { countVersions, findAliases, type ModelRow, newestVersions } from './models.store.ts';

/** How models, versions and promotions are told to somebody. */
export class RegistryDocuments {
  readonly #parts: ModelParts;
  readonly #runs: RunDocuments;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#runs = new RunDocuments(parts);
  }

  async models(ctx: Context, rows: readonly ModelRow[]): Promise<Model[]> {
    const { sql } = this.#parts.platform.db;
    const ids = rows.map(({ id }) => id);
    const counts = await countVersions(sql, ctx, ids);
    const aliases = Map.groupBy(await findAliases(sql, ctx, ids), ({ modelId }) => modelId);
    const newest = await newestVersions(sql, ctx, ids);
    const named = await this.#runs.names([...rows, ...newest.values()].map(({ createdBy }) => createdBy));
    const shown = (version: VersionRow | undefined): Model['newest'] =>
      version === undefined
        ? null
        : {
            number: version.number,
            stage: version.stage,
            metrics: version.facts.metrics,
            created_by: named(version.createdBy),
            created_at: version.createdAt.toISOString(),
          };
    return rows.map((row) => ({
      model_id: row.id,
      name: row.name,
      description: row.description,
      tags: row.tags,
      aliases: Object.fromEntries((aliases.get(row.id) ?? []).map(({ alias, number }) => [alias, number])),
      stages: counts.get(row.id)?.stages ?? {},
      policy: row.policy,
      version_count: counts.get(row.id)?.count ?? 0,
      newest: shown(newest.get(row.id)),
      created_by: named(row.createdBy),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      deleted_at: row.deletedAt?.toISOString() ?? null,
    }));
  }

  async versions(ctx: Context, found: readonly FoundVersion[]): Promise<ModelVersion[]> {
    const { sql } = this.#parts.platform.db;
    const aliases = await findAliases(sql, ctx, [...new Set(found.map(({ model }) => model.id))]);
    const named = await this.#runs.names(found.map(({ version }) => version.createdBy));
    const told = await this.#runs.inputs(
      ctx,
      found.flatMap(({ version }) => version.facts.inputs),
    );
    return found.map(({ version, model }) => ({
      version_id: version.id,
      model_id: model.id,
      model_name: model.name,
      number: version.number,
      description: version.description,
      tags: version.tags,
      aliases: aliases
        .filter(({ modelId, number }) => modelId === model.id && number === version.number)
        .map(({ alias }) => alias),
      stage: version.stage,
      source: version.source,
      run_id: version.runId,
      code_version: version.facts.code_version,
      data_sha256: version.facts.data_sha256,
      inputs: version.facts.inputs.map((input) => told(input as InputRow)),
      params: version.facts.params,
      metrics: version.facts.metrics,
      artifacts: version.facts.artifacts,
      facts_sha256: version.factsSha256,
      provenance_id: version.provenanceId,
      erasures: version.erasures,
      created_by: named(version.createdBy),
      created_at: version.createdAt.toISOString(),
      updated_at: version.updatedAt.toISOString(),
      deleted_at: (version.deletedAt ?? model.deletedAt)?.toISOString() ?? null,
    }));
  }

  async promotions(ctx: Context, found: readonly FoundPromotion[]): Promise<Promotion[]> {
    const ids = found.flatMap(({ promotion: { id, critical } }) => (critical === null ? [] : [id]));
    const signOffs = await findSignOffs(this.#parts.platform.db.sql, ctx, ids);
    const people = found.flatMap(({ promotion }) =>
      [promotion.requestedBy, promotion.decidedBy ?? []].flat(),
    );
    const named = await this.#runs.names([...people, ...signOffs.map(({ userId }) => userId)]);
    return found.map(({ promotion, version }) => ({
      promotion_id: promotion.id,
      model_id: version.modelId,
      version_id: version.id,
      number: version.number,
      kind: promotion.kind,
      from_stage: promotion.fromStage,
      to_stage: promotion.toStage,
      state: promotion.state,
      archive_existing: promotion.archiveExisting,
      checks: promotion.checks,
      comment: promotion.comment,
      requested_by: named(promotion.requestedBy),
      requested_at: promotion.requestedAt.toISOString(),
      decided_by: promotion.decidedBy === null ? null : named(promotion.decidedBy),
      decided_at: promotion.decidedAt?.toISOString() ?? null,
      decision_comment: promotion.decisionComment,
      signature_id: promotion.signatureId,
      critical: promotion.critical,
      sign_offs: signOffs
        .filter(({ promotionId }) => promotionId === promotion.id)
        .map(({ userId, createdAt, comment, signatureId }) => ({
          by: named(userId),
          at: createdAt.toISOString(),
          comment,
          signature_id: signatureId,
        })),
    }));
  }
}
