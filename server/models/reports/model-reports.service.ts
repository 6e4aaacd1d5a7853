import type { api, DriftReport, FairnessReport, ModelDrift, ModelFairness } from '@stroma/contracts';
import { nearestName } from '@stroma/lake';
import type { z } from 'zod';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import type { ModelVersions } from '../registry/model-versions.service.ts';
import type { ServedModels, ServedVersion, Use } from '../serving/served-models.ts';
import { listReports, newestReport, type ReportRow } from './model-reports.store.ts';
import { toldHash } from './report-figures.ts';
import { type ReportInput, reportKind } from './reports.input.ts';

type Bodies = typeof api.modelReports;
export type FairnessBody = z.output<Bodies['requestFairness']['body']>;
export type DriftBody = z.output<Bodies['requestDrift']['body']>;

/** Drift tells of the rows a version learned from; fairness of others. */
export const useOf = (kind: ReportRow['kind']): Use => (kind === 'drift' ? 'tell' : 'predict');

/** What is found of a version on a dataset, as whoever asks sees it. */
export class ModelReports {
  readonly #parts: ModelParts;
  readonly #versions: ModelVersions;
  readonly #served: ServedModels;
  readonly #documents: RunDocuments;

  constructor(parts: ModelParts, versions: ModelVersions, served: ServedModels) {
    this.#parts = parts;
    this.#versions = versions;
    this.#served = served;
    this.#documents = new RunDocuments(parts);
  }

  /** Which there are; what they tell is for who sees their data. */
  async list(ctx: Context, modelId: string, query: z.output<Bodies['list']['query']>) {
    await this.#versions.requireModel(ctx, modelId);
    const found = await listReports(this.#parts.platform.db.sql, ctx, modelId, {
      kind: query.kind,
      before: readIdCursor('modelReport', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(found, query.limit, ({ report }) => report.id);
    const named = await this.#documents.names(page.map(({ report }) => report.createdBy));
    const items = page.map(({ report, number }) => ({
      report_id: report.id,
      kind: report.kind,
      number,
      told_sha256: toldHash(report),
      created_by: named(report.createdBy),
      created_at: report.createdAt.toISOString(),
    }));
    return { items, next_cursor };
  }

  async requestFairness(ctx: Context, modelId: string, number: number, body: FairnessBody) {
    const found = await this.#writable(ctx, modelId, number, 'fairness');
    const { trained } = found;
    const table = await this.#parts.data.openTable(ctx, body.dataset_id, body.version_id);
    if (table.version_id === trained.datasetVersionId)
      fail(
        'UNPROCESSABLE',
        'The version learned from these rows and is better on them than on others. Give a dataset it has not learned from.',
        { dataset_id: table.dataset_id, version_id: table.version_id },
      );
    checkSeen(table, [...trained.columns, ...body.protected]);
    checkClass((await this.#served.evaluation(ctx, found)).labels, body);
    const { dataset_id: _, version_id: __, positive = null, threshold = null, ...rest } = body;
    return this.#send(ctx, modelId, number, table, { kind: 'fairness', ...rest, positive, threshold });
  }

  async requestDrift(ctx: Context, modelId: string, number: number, body: DriftBody) {
    const found = await this.#writable(ctx, modelId, number, 'drift');
    const { target } = await this.#served.evaluation(ctx, found);
    const table = await this.#parts.data.openTable(ctx, body.dataset_id, body.version_id);
    // What comes in new may not know the truth yet.
    const isKnown = table.columns.some(({ name }) => name === target);
    checkSeen(
      table,
      found.trained.columns.filter((name) => isKnown || name !== target),
    );
    return this.#send(ctx, modelId, number, table, { kind: 'drift', seed: body.seed });
  }

  async #writable(ctx: Context, modelId: string, number: number, kind: ReportRow['kind']) {
    await this.#versions.require(ctx, 'models:write', modelId, number);
    return this.#served.find(ctx, modelId, String(number), useOf(kind));
  }

  async #send(
    ctx: Context,
    modelId: string,
    number: number,
    table: ReadableTable,
    ask: ReportInput['ask'],
  ): Promise<{ job_id: string }> {
    const { platform } = this.#parts;
    await platform.jobs.open();
    const input: ReportInput = {
      model_id: modelId,
      number,
      dataset_id: table.dataset_id,
      version_id: table.version_id,
      ask,
    };
    return { job_id: await platform.jobs.send(ctx, reportKind, input) };
  }

  async fairness(ctx: Context, modelId: string, number: number): Promise<ModelFairness> {
    const { about, row } = await this.#newest(ctx, modelId, number, 'fairness');
    return { ...about, report: row.document as FairnessReport };
  }

  async drift(ctx: Context, modelId: string, number: number): Promise<ModelDrift> {
    const { about, row } = await this.#newest(ctx, modelId, number, 'drift');
    return { ...about, report: row.document as DriftReport };
  }

  async #newest(ctx: Context, modelId: string, number: number, kind: ReportRow['kind']) {
    const found = await this.#served.find(ctx, modelId, String(number), useOf(kind));
    const row = await newestReport(this.#parts.platform.db.sql, ctx, found.version.id, kind);
    if (row === null)
      return fail('NOT_FOUND', `Version ${number} has no report on ${kind} yet. Ask for one.`, { kind });
    await this.#requireSight(ctx, row);
    return { about: await this.#about(found, row), row };
  }

  /** A report tells of groups and values of its dataset: to who sees as much of it as its maker did. */
  async #requireSight(ctx: Context, { datasetId, view }: ReportRow): Promise<void> {
    const sight = await this.#parts.data.sightOf(ctx, datasetId);
    if (sight === null || (sight.view !== view && (sight.masked.size > 0 || sight.rowsWithheld)))
      fail('FORBIDDEN', 'This report tells of data that you are not shown as its maker was.', {
        restricted: true,
      });
  }

  async #about({ model, version }: ServedVersion, row: ReportRow) {
    const named = await this.#documents.names([row.createdBy]);
    return {
      report_id: row.id,
      model_id: model.id,
      version_id: version.id,
      number: version.number,
      dataset_id: row.datasetId,
      dataset_version_id: row.datasetVersionId,
      parameters: row.parameters,
      provenance_id: row.provenanceId,
      created_by: named(row.createdBy),
      created_at: row.createdAt.toISOString(),
    };
  }
}

/** Of two classes the second is meant where none is named. */
function checkClass(labels: readonly string[], { positive, threshold }: FairnessBody): void {
  if (labels.length === 0 && (positive !== undefined || threshold !== undefined))
    fail(
      'INVALID_INPUT',
      'The version predicts numbers: no class is selected for, and there is no threshold.',
      {
        field: positive === undefined ? 'threshold' : 'positive',
      },
    );
  const isMissing = positive === undefined ? labels.length > 2 : !labels.includes(positive);
  if (labels.length > 0 && isMissing)
    fail(
      'INVALID_INPUT',
      `The class that is selected for was expected, one of ${labels.slice(0, 12).join(', ')}; ${positive === undefined ? 'none' : `"${positive}"`} was given.`,
      { field: 'positive', labels: labels.slice(0, 50) },
    );
}

/** Throws INVALID_INPUT for a column that is not there, with the nearest name, FORBIDDEN for one that is masked. */
function checkSeen({ columns, masked }: ReadableTable, wanted: readonly string[]): void {
  const names = columns.map(({ name }) => name);
  for (const column of wanted) {
    const nearest = names.includes(column) ? null : nearestName(column, names);
    if (!names.includes(column))
      fail(
        'INVALID_INPUT',
        `The dataset has no column "${column}".${nearest === null ? '' : ` Did you mean "${nearest}"?`}`,
        { column, nearest },
      );
    if (masked.has(column))
      fail('FORBIDDEN', `You are not shown "${column}" as it is, so nothing can be told of it.`, {
        column,
      });
  }
}
