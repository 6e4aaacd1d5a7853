import { hash } from 'node:crypto';
import type { api, BiasReport, ModelRecord, ModelRecordSummary, RiskRecord } from '@stroma/contracts';
import { riskLevelOf } from '@stroma/contracts';
import type { z } from 'zod';
import type { Access, SignableKind } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import type { EntityReference } from '../../platform/provenance/provenance-types.ts';
import { type ModelParts, type Named, RunDocuments } from '../experiments/run-documents.ts';
import { type FoundVersion, findVersions } from '../registry/model-versions.store.ts';
import { lockModel } from '../registry/models.store.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ReportRow } from '../reports/model-reports.store.ts';
import { engine } from '../training/engine.ts';
import { biasDocument, type TestedReport } from './bias-document.ts';
import { fairnessReport, reportBefore, testedReports } from './bias-sources.ts';
import { type FactSources, knownFacts } from './known-facts.ts';
import {
  approveRecord,
  findRecord,
  insertRecord,
  listRecords,
  type RecordRow,
} from './model-records.store.ts';
import { type RecordSight, refuseSight, seesAllAlike } from './record-sight.ts';
import { classifyRisk } from './risk-classification.ts';
import { riskFacts } from './risk-facts.ts';
import { riskGaps } from './risk-gaps.ts';

type Of = typeof api.modelGovernance;
type RiskBody = z.output<Of['makeRiskRecord']['body']>;
type BiasBody = z.output<Of['makeBiasReport']['body']>;
type ListQuery = z.output<Of['records']['query']>;
type Document = RiskRecord | BiasReport;
type Common = 'record_id' | 'number' | 'previous_sha256' | 'made_by' | 'made_at' | 'system' | 'comment';
type Said = Omit<RiskRecord, Common> | Omit<BiasReport, Common>;

export interface RecordParts extends FactSources {
  certifier: Access['certifier'];
  models: RegisteredModels;
}

export const recordKind = 'model_record';

/** Risk records and bias reports: each is made once, sealed, and stays as it was. */
export class ModelRecords {
  readonly #parts: RecordParts;
  readonly #own: ModelParts;

  constructor(parts: RecordParts) {
    this.#parts = parts;
    this.#own = parts.parts;
  }

  async list(ctx: Context, modelId: string, query: ListQuery) {
    await this.#parts.models.requireAny(ctx, 'models:read', modelId);
    const rows = await listRecords(this.#own.platform.db.sql, ctx, modelId, {
      kind: query.kind,
      before: readIdCursor('modelRecord', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ id }) => id);
    const named = await this.#names(page);
    return { items: page.map((row) => summaryOf(row, named)), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<ModelRecord> {
    return this.#document(await this.#require(ctx, id));
  }

  async makeRiskRecord(
    ctx: Context,
    modelId: string,
    number: number,
    { comment, ...said }: RiskBody,
  ): Promise<ModelRecord> {
    const found = await this.#parts.versions.require(ctx, 'models:write', modelId, number);
    const { known, sights } = await knownFacts(this.#parts, ctx, found);
    const { risk_class, basis } = classifyRisk(said.classification);
    const { fairness, drift } = known;
    return this.#keep(ctx, found, comment, {
      sights,
      inputs: [fairness, drift].filter((row) => row !== null),
      riskClass: risk_class,
      said: {
        format: 'stroma risk record 1',
        kind: 'risk_record',
        regulation: 'Regulation (EU) 2024/1689',
        risk_class,
        basis,
        classification: said.classification,
        answers: said.answers,
        facts: riskFacts(known),
        hazards: said.hazards.map((each) => ({
          ...each,
          level: riskLevelOf(each.likelihood, each.severity),
          residual_level: riskLevelOf(each.residual_likelihood, each.residual_severity),
        })),
        missing: riskGaps(known, said, risk_class),
      },
    });
  }

  /** Throws UNPROCESSABLE where there is no fairness report, or the one before it tells of other rows or groups. */
  async makeBiasReport(
    ctx: Context,
    modelId: string,
    number: number,
    { comment, report_id, before_report_id, ...said }: BiasBody,
  ): Promise<ModelRecord> {
    const found = await this.#parts.versions.require(ctx, 'models:write', modelId, number);
    const row = await fairnessReport(this.#own, ctx, found, report_id);
    const before =
      before_report_id === undefined
        ? null
        : await reportBefore(this.#own, ctx, found, row, before_report_id);
    const rows = before === null ? [row] : [row, before];
    const [tested, compared = null] = await testedReports(this.#own, ctx, rows);
    return this.#keep(ctx, found, comment, {
      sights: rows.map(({ datasetId, view }) => ({ dataset_id: datasetId, view })),
      inputs: rows,
      riskClass: null,
      said: {
        format: 'stroma bias report 1',
        kind: 'bias_report',
        ...biasDocument(tested as TestedReport, compared, said),
      },
    });
  }

  /**
   * Throws FORBIDDEN for its maker and for what is no person, UNPROCESSABLE without a signature of one's own, CONFLICT
   * where somebody stands for it already.
   */
  async approve(ctx: Context, id: string): Promise<ModelRecordSummary> {
    const row = await this.#require(ctx, id);
    await this.#parts.models.require(ctx, 'models:promote', row.modelId);
    if (ctx.actor.kind !== 'person')
      fail('FORBIDDEN', 'A person stands for a record; a key or Stroma itself cannot.', { rule: 'human' });
    if (row.createdBy === ctx.actor.id)
      fail('FORBIDDEN', 'You made this record; somebody else stands for it.', { rule: 'four_eyes' });
    const { platform, access } = this.#own;
    const { signatures } = await access.signatures.subject(ctx, { kind: recordKind, id });
    const own = signatures.find(
      ({ signer, meaning, state }) =>
        signer.id === ctx.actor.id && meaning === 'approved' && state === 'valid',
    );
    if (own === undefined)
      return fail('UNPROCESSABLE', 'Sign the record as approved first, then stand for it.', {
        object: { kind: recordKind, id },
        meaning: 'approved',
      });
    const kept = {
      approvedBy: ctx.actor.id,
      approvedAt: new Date(),
      approvalSignatureId: own.signature_id,
    };
    await platform.db.transaction(async (tx) => {
      await lockModel(tx, row.modelId);
      const present = await findRecord(tx, ctx, id);
      if (present?.approvedBy !== null) fail('CONFLICT', 'Somebody stands for this record already.', { id });
      await approveRecord(tx, ctx, id, kept);
      await access.audit.record(tx, ctx, {
        action: 'model-record.approved',
        object: { kind: recordKind, id },
        outcome: 'success',
        after: { approved_by: ctx.actor.id, signature_id: own.signature_id },
        details: { model_id: row.modelId, kind: row.kind, number: row.number, risk_class: row.riskClass },
      });
    });
    this.#parts.uses.forget(ctx.actor.tenantId);
    const after = { ...row, ...kept };
    return summaryOf(after, await this.#names([after]));
  }

  /** A record as people sign it: all that it says. */
  signable(): SignableKind {
    return {
      kind: recordKind,
      find: async (ctx, id) => {
        const row = await findRecord(this.#own.platform.db.sql, ctx, id);
        if (row === null) return null;
        const found = await this.#found(ctx, row);
        if (found === null) return null;
        const owned = { id: row.modelId, ownerId: found.model.createdBy };
        const { allowed } = await this.#own.access.resources.decide(
          ctx.actor,
          'models:read',
          owned,
          ctx.purpose,
        );
        if (!allowed || !(await seesAllAlike(this.#own.data, ctx, row.sights))) return 'hidden';
        const words = row.kind === 'risk_record' ? 'Risk record' : 'Bias report';
        return { label: `${words} ${row.number} of ${found.model.name}`, content: read(row) };
      },
    };
  }

  async #require(ctx: Context, id: string): Promise<RecordRow> {
    const row =
      (await findRecord(this.#own.platform.db.sql, ctx, id)) ??
      fail('NOT_FOUND', 'There is no such record.', { record_id: id });
    await this.#parts.models.requireAny(ctx, 'models:read', row.modelId);
    if (!(await seesAllAlike(this.#own.data, ctx, row.sights))) refuseSight();
    return row;
  }

  async #found(ctx: Context, { versionId }: Pick<RecordRow, 'versionId'>): Promise<FoundVersion | null> {
    const [found] = await findVersions(this.#own.platform.db.sql, ctx.actor.tenantId, [versionId]);
    return found ?? null;
  }

  async #keep(
    ctx: Context,
    found: FoundVersion,
    comment: string,
    made: {
      sights: RecordSight[];
      inputs: readonly ReportRow[];
      riskClass: RecordRow['riskClass'];
      said: Said;
    },
  ): Promise<ModelRecord> {
    const { platform } = this.#own;
    const { model, version } = found;
    const startedAt = new Date();
    await platform.provenance.prepare(ctx.actor.tenantId);
    const { name } = (await this.#runs().names([ctx.actor.id]))(ctx.actor.id);
    const row = await platform.db.transaction(async (tx) => {
      await lockModel(tx, model.id);
      const { kind } = made.said;
      const [last] = await listRecords(tx, ctx, model.id, { kind, limit: 1 });
      const document = {
        ...made.said,
        record_id: newId('modelRecord'),
        number: (last?.number ?? 0) + 1,
        previous_sha256: last?.sha256 ?? null,
        made_by: { user_id: ctx.actor.id, name },
        made_at: startedAt.toISOString(),
        system: {
          model_id: model.id,
          name: model.name,
          version_id: version.id,
          number: version.number,
          facts_sha256: version.factsSha256,
          provenance_id: version.provenanceId,
        },
        comment,
      } as Document;
      return this.#insert(tx, ctx, found, document, made);
    });
    this.#parts.uses.forget(ctx.actor.tenantId);
    return this.#document(row);
  }

  async #insert(
    tx: Sql,
    ctx: Context,
    { model, version }: FoundVersion,
    document: Document,
    made: { sights: RecordSight[]; inputs: readonly ReportRow[]; riskClass: RecordRow['riskClass'] },
  ): Promise<RecordRow> {
    const { platform, access } = this.#own;
    const { record_id: id, kind, number } = document;
    const text = canonicalJson(document);
    const sha256 = hash('sha256', text);
    const link = `/ml/models/${model.id}/versions/${version.number}`;
    const label = `${kind === 'risk_record' ? 'Risk record' : 'Bias report'} ${number} of ${model.name}`;
    const now = new Date();
    const provenanceId = await platform.provenance.record(tx, ctx, {
      kind: 'evaluation',
      label,
      parameters: { kind, number, previous_sha256: document.previous_sha256 },
      seed: null,
      software: engine,
      startedAt: new Date(document.made_at),
      endedAt: now,
      inputs: [
        entity(
          'model_version',
          version.id,
          `${model.name}, version ${version.number}`,
          version.factsSha256,
          link,
        ),
        ...made.inputs.map((row) =>
          entity('model_report', row.id, `${row.kind} of ${model.name}`, null, `${link}/${row.kind}`),
        ),
      ],
      outputs: [entity('model_record', id, label, sha256, `/ml/model-records/${id}`)],
    });
    const row: RecordRow = {
      id,
      tenantId: ctx.actor.tenantId,
      modelId: model.id,
      versionId: version.id,
      kind,
      number,
      riskClass: made.riskClass,
      document: text,
      sha256,
      seal: this.#parts.certifier.sign(sealMessage(sha256)),
      keyId: this.#parts.certifier.keyId,
      sights: [...new Map(made.sights.map((sight) => [`${sight.dataset_id} ${sight.view}`, sight])).values()],
      provenanceId,
      createdBy: ctx.actor.id,
      createdAt: now,
      approvedBy: null,
      approvedAt: null,
      approvalSignatureId: null,
    };
    await insertRecord(tx, row);
    await access.audit.record(tx, ctx, {
      action: 'model-record.made',
      object: { kind: recordKind, id },
      outcome: 'success',
      after: document,
      details: {
        name: model.name,
        model_id: model.id,
        version: version.number,
        kind,
        number,
        sha256,
        risk_class: made.riskClass,
        missing: document.missing.length,
      },
    });
    return row;
  }

  async #document(row: RecordRow): Promise<ModelRecord> {
    const { certifier } = this.#parts;
    return {
      ...summaryOf(row, await this.#names([row])),
      document: read(row),
      key_id: row.keyId,
      seal: row.seal,
      seal_valid:
        hash('sha256', row.document) === row.sha256 &&
        certifier.verify(sealMessage(row.sha256), row.seal, row.keyId),
    };
  }

  #runs(): RunDocuments {
    return new RunDocuments(this.#own);
  }

  #names(rows: readonly RecordRow[]): Promise<Named> {
    return this.#runs().names(
      rows.flatMap(({ createdBy, approvedBy }) => [createdBy, approvedBy ?? []].flat()),
    );
  }
}

const read = (row: RecordRow): Document => JSON.parse(row.document) as Document;

const sealMessage = (sha256: string): string => `model record ${sha256}`;

const entity = (
  kind: EntityReference['kind'],
  id: string,
  label: string,
  sha256: string | null,
  link: string,
): EntityReference => ({ id, kind, label, sha256, link });

function summaryOf(row: RecordRow, named: Named): ModelRecordSummary {
  const document = read(row);
  return {
    record_id: row.id,
    kind: row.kind,
    number: row.number,
    model_id: row.modelId,
    version_id: row.versionId,
    version_number: document.system.number,
    risk_class: row.riskClass,
    verdict: document.kind === 'bias_report' ? document.report.verdict : null,
    missing: document.missing.length,
    made_by: named(row.createdBy),
    made_at: row.createdAt.toISOString(),
    approved_by: row.approvedBy === null ? null : named(row.approvedBy),
    approved_at: row.approvedAt?.toISOString() ?? null,
    sha256: row.sha256,
    provenance_id: row.provenanceId,
  };
}
