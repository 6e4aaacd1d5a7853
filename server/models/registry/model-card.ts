import { hash } from 'node:crypto';
import type { ModelCard, RiskRecord, Run } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import type { Runs } from '../experiments/runs.service.ts';
import { listRecords } from '../governance/model-records.store.ts';
import { seesAllAlike } from '../governance/record-sight.ts';
import { newestReports } from '../reports/model-reports.store.ts';
import type { ModelVersions } from './model-versions.service.ts';
import type { Promotions } from './promotions.service.ts';
import { signedKind } from './signable-model.ts';

interface CardParts {
  parts: ModelParts;
  runs: Runs;
  versions: ModelVersions;
  promotions: Promotions;
}

/**
 * The card of a version, written from what is on record and nothing else: what nobody stated is listed as such. Throws
 * NOT_FOUND.
 */
export async function modelCard(
  { parts, runs, versions, promotions }: CardParts,
  ctx: Context,
  modelId: string,
  number: number,
): Promise<ModelCard> {
  const found = await versions.requireAny(ctx, 'models:read', modelId, number);
  const { model } = found;
  const version = await versions.document(ctx, found);
  const [run = null] =
    version.run_id === null
      ? []
      : await runs.get(ctx, version.run_id).then(
          (each) => [each],
          () => [],
        );
  const isDeleted = version.deleted_at !== null;
  const { signatures } = isDeleted
    ? { signatures: [] }
    : await parts.access.signatures.subject(ctx, { kind: signedKind, id: version.version_id });
  const reports = await reportsOf(parts, ctx, version.version_id);
  const risk = await riskOf(parts, ctx, model.id);
  const card: Omit<ModelCard, 'card_sha256'> = {
    format: 'stroma model card 1',
    model: { model_id: model.id, name: model.name, description: model.description, tags: model.tags },
    version: {
      version_id: version.version_id,
      number,
      description: version.description,
      tags: version.tags,
      stage: version.stage,
      aliases: version.aliases,
      registered_by: version.created_by,
      registered_at: version.created_at,
    },
    training: {
      run_id: version.run_id,
      experiment_id: found.version.facts.experiment_id,
      name: run?.name ?? null,
      status: run?.status ?? null,
      started_at: run?.started_at ?? null,
      ended_at: run?.ended_at ?? null,
      run_by: run?.created_by ?? null,
      code_version: version.code_version,
      software: softwareOf(run),
      params: version.params,
    },
    data: { data_sha256: version.data_sha256, inputs: version.inputs },
    metrics: version.metrics,
    artifacts: version.artifacts,
    reports,
    risk,
    promotions: await promotions.ofVersion(ctx, version.version_id),
    signatures: signatures.map(({ signature_id, rendering, state }) => ({ signature_id, rendering, state })),
    erasures: version.erasures,
    not_stated: [
      ...notStated(`${model.description}${risk?.intended_purpose ?? ''}`, version),
      ...(risk?.limits == null ? ['what its limits are'] : []),
      ...(risk === null ? ['its risks: there is no risk record, or none that you may read'] : []),
      ...(reports.some(({ kind }) => kind === 'fairness') ? [] : ['how it serves groups of people']),
    ],
    facts_sha256: version.facts_sha256,
  };
  return { ...card, card_sha256: hash('sha256', canonicalJson(card)) };
}

async function reportsOf(parts: ModelParts, ctx: Context, versionId: string): Promise<ModelCard['reports']> {
  const rows = await newestReports(parts.platform.db.sql, ctx, versionId);
  const named = await new RunDocuments(parts).names(rows.map(({ createdBy }) => createdBy));
  return rows.map(({ id, kind, figures, createdBy, createdAt, provenanceId }) => ({
    report_id: id,
    kind,
    figures,
    made_by: named(createdBy),
    made_at: createdAt.toISOString(),
    provenance_id: provenanceId,
  }));
}

async function riskOf(parts: ModelParts, ctx: Context, modelId: string): Promise<ModelCard['risk']> {
  const [row] = await listRecords(parts.platform.db.sql, ctx, modelId, { kind: 'risk_record', limit: 1 });
  if (row === undefined || !(await seesAllAlike(parts.data, ctx, row.sights))) return null;
  const { answers, risk_class, missing, system } = JSON.parse(row.document) as RiskRecord;
  const stated = (text: string | undefined): string | null =>
    text === undefined || text === '' ? null : text;
  const named = await new RunDocuments(parts).names(row.approvedBy === null ? [] : [row.approvedBy]);
  return {
    record_id: row.id,
    number: row.number,
    version_number: system.number,
    risk_class,
    intended_purpose: stated(answers.intended_purpose),
    limits: stated(answers.limits),
    missing: missing.length,
    approved_by: row.approvedBy === null ? null : named(row.approvedBy),
    sha256: row.sha256,
  };
}

/** As the client that logged the run says. */
const softwareOf = (run: Run | null): string | null => {
  const name = run?.tags['mlflow.source.name'];
  return name === undefined ? null : `${run?.tags['mlflow.source.type'] ?? 'source'} ${name}`;
};

function notStated(purpose: string, version: Awaited<ReturnType<ModelVersions['document']>>): string[] {
  const facts: [string, boolean][] = [
    ['what the model is for', purpose.trim() === ''],
    ['what changed in this version', version.description.trim() === ''],
    ['the run it came from', version.run_id === null],
    ['the version of the code', version.code_version === null],
    ['the data it was trained on', version.inputs.length === 0],
    ['the content of that data', version.inputs.length > 0 && version.data_sha256 === null],
    ['metrics', Object.keys(version.metrics).length === 0],
    ['parameters', Object.keys(version.params).length === 0],
    ['files', version.artifacts.length === 0],
  ];
  return facts.flatMap(([fact, isMissing]) => (isMissing ? [fact] : []));
}
