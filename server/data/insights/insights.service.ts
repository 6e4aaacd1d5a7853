import { hash } from 'node:crypto';
import type { Finding, InsightHead, InsightReport } from '@stroma/contracts';
import type { JsonValue, TableProfile } from '@stroma/kernel';
import type { SqlSandbox } from '@stroma/lake';
import type { Audit, QuestionScreen } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SeenDataset } from '../datasets/dataset-visibility.ts';
import type { Datasets, Page } from '../datasets/datasets.service.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import type { SeenDatasetDocuments } from '../datasets/seen-documents.ts';
import { stableJson } from '../datasets/version-identity.ts';
import { software } from '../software.ts';
import type { Analysis, AnalysisInput, Kept } from './analysis/analyse.ts';
import { level } from './analysis/significance-level.ts';
import { type InsightsJobInput, insightsKind } from './insights.input.ts';
import { type InsightPlan, planInsights } from './insights.plan.ts';
import { familyAlpha, type Reader, readRows, readTable } from './insights.reading.ts';
import { behind } from './insights.sql.ts';
import { findInsights, type InsightRow, listInsights, replaceInsights } from './insights.store.ts';
import { modelOverview, promptOf, templateOverview } from './insights.words.ts';

const worker = new URL('./insights.worker.ts', import.meta.url);

export interface InsightTools {
  platform: Platform;
  audit: Audit;
  datasets: Pick<Datasets, 'resolve'>;
  documents: LakeDocuments;
  seenDocuments: SeenDatasetDocuments;
  sandbox: () => SqlSandbox;
  screen: QuestionScreen;
}

interface Wanted {
  dataset_id: string;
  version_id?: string | undefined;
  measure?: string | undefined;
  time_column?: string | undefined;
  seed: number;
  background: boolean;
}

export interface Made {
  report: InsightReport;
  /** Keeps it, with where it came from and who asked, in one transaction. */
  commit(tx: Sql): Promise<void>;
}

/** Beyond so many cells nobody waits for the answer. */
const cellsAtOnce = 50_000_000;
const sealedFor = 'insights';

/** What a dataset tells by itself, as its reader sees it. */
export class Insights {
  readonly #tools: InsightTools;

  constructor(tools: InsightTools) {
    this.#tools = tools;
  }

  async generate(
    ctx: Context,
    wanted: Wanted,
  ): Promise<{ report: InsightReport | null; job_id: string | null }> {
    const seen = await this.#tools.datasets.resolve(ctx, wanted.dataset_id, wanted.version_id);
    const input: InsightsJobInput = {
      dataset_id: seen.dataset.id,
      version_id: seen.version.id,
      name: seen.dataset.name,
      measure: wanted.measure ?? null,
      time_column: wanted.time_column ?? null,
      seed: wanted.seed,
    };
    if (wanted.background || seen.version.rows * seen.version.columns.length > cellsAtOnce) {
      await this.#plan(seen, input);
      return { report: null, job_id: await this.#tools.platform.jobs.send(ctx, insightsKind, input) };
    }
    const { report, commit } = await this.make(ctx, input);
    await this.#tools.platform.db.transaction(commit);
    return { report, job_id: null };
  }

  async list(
    ctx: Context,
    query: {
      dataset_id: string;
      version_id?: string | undefined;
      limit: number;
      cursor?: string | undefined;
    },
  ): Promise<Page<InsightHead>> {
    const { view } = await this.#tools.datasets.resolve(ctx, query.dataset_id, query.version_id);
    const rows = await listInsights(this.#tools.platform.db.sql, ctx, {
      datasetId: query.dataset_id,
      versionId: query.version_id,
      view,
      limit: query.limit + 1,
      cursor: readCursor(query.cursor),
    });
    return toPage(rows, query.limit, (row) => [row.createdAt.toISOString(), row.id], headOf);
  }

  /** Throws NOT_FOUND also where it was worked out from more, or other, than the asker sees. */
  async get(ctx: Context, id: string): Promise<InsightReport> {
    const row = await findInsights(this.#tools.platform.db.sql, ctx, id);
    if (row === null) return notThere(id);
    const { view } = await this.#tools.datasets.resolve(ctx, row.datasetId, row.versionId);
    if (view !== row.view) return notThere(id);
    return JSON.parse(await this.#tools.platform.keys.decryptText(row.report, sealedFor, row.datasetId));
  }

  async make(
    ctx: Context,
    input: InsightsJobInput,
    progress: (fraction: number, phase: string) => void = () => undefined,
  ): Promise<Made> {
    const startedAt = new Date();
    const { platform, datasets } = this.#tools;
    const seen = await datasets.resolve(ctx, input.dataset_id, input.version_id);
    const { plan, profile } = await this.#plan(seen, input);
    progress(0.05, 'reading');
    const reader = this.#reader(ctx, seen);
    const reading = await readTable(reader, plan);
    progress(0.6, 'looking');
    const analysis = await platform.threads.run<AnalysisInput, Analysis>(
      worker,
      { plan, reading, profile },
      { signal: ctx.signal },
    );
    progress(0.85, 'reading rows');
    const findings = await withRows(reader, analysis.findings);
    const overview = await this.#overview(ctx, seen, findings, plan.rows);
    const made = { seen, plan, findings, analysis, overview, startedAt, sampled: reading.sample.rows.length };
    return this.#finish(ctx, made);
  }

  async #plan(
    seen: SeenDataset,
    { measure, time_column, seed }: InsightsJobInput,
  ): Promise<{ plan: InsightPlan; profile: TableProfile }> {
    const profile = await this.#tools.seenDocuments.get(seen, 'profile.json');
    return { plan: planInsights(profile, { measure, timeColumn: time_column, seed }), profile };
  }

  #reader(ctx: Context, { version, restriction }: SeenDataset): Reader {
    const { platform, documents, sandbox } = this.#tools;
    const { config } = platform;
    return {
      ctx,
      sandbox: sandbox(),
      sources: async () => [
        {
          name: 'dataset',
          path: await documents.path(version, 'data.parquet'),
          ...(restriction === null ? {} : { restriction }),
        },
      ],
      limits: { timeoutMs: config.STROMA_SQL_TIMEOUT_MS, memoryMb: config.STROMA_SQL_MEMORY_MB },
    };
  }

  async #overview(ctx: Context, { dataset }: SeenDataset, findings: readonly Finding[], rows: number) {
    const { platform, screen } = this.#tools;
    const template = templateOverview(findings, rows);
    if (!platform.llm.configured || findings.length === 0) return template;
    if (!(await screen.data(ctx, promptOf(findings), [dataset.id])))
      return {
        ...template,
        note: 'The data reads like instructions to a language model, so none was asked.',
      };
    try {
      return await modelOverview(platform.llm, ctx, findings, template);
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      ctx.log.warn({ err: error }, 'the language model did not sum up the findings');
      return { ...template, note: 'The language model could not be asked.' };
    }
  }

  async #finish(
    ctx: Context,
    {
      seen,
      plan,
      findings,
      analysis,
      overview,
      startedAt,
      sampled,
    }: {
      seen: SeenDataset;
      plan: InsightPlan;
      findings: Finding[];
      analysis: Analysis;
      overview: InsightReport['overview'];
      startedAt: Date;
      sampled: number;
    },
  ): Promise<Made> {
    const { platform, audit } = this.#tools;
    const { dataset, version, restriction, view } = seen;
    const endedAt = new Date();
    const id = newId('insight');
    const parameters = {
      level,
      family_alpha: familyAlpha,
      bucket: plan.time === null ? null : plan.time.width,
      sample_every: plan.sampleEvery,
      numbers: plan.numbers.map(({ name }) => name),
      categories: plan.categories.map(({ name }) => name),
    };
    const told = { findings, not_found: analysis.notFound };
    const sha256 = hash('sha256', stableJson(told));
    const report: InsightReport = {
      insight_id: id,
      dataset_id: dataset.id,
      version_id: version.id,
      content_sha256: version.contentSha256,
      measure: plan.measure,
      time_column: plan.time?.column ?? null,
      seed: plan.seed,
      finding_count: findings.length,
      created_by: ctx.actor.id,
      created_at: endedAt.toISOString(),
      provenance_id: id,
      engine: software,
      parameters,
      rows: plan.rows,
      sampled_rows: sampled,
      restricted: restriction !== null,
      measures: plan.measures,
      tests: analysis.tests,
      correction: 'Benjamini-Hochberg',
      level,
      overview,
      ...told,
      result_sha256: sha256,
      execution_ms: endedAt.getTime() - startedAt.getTime(),
    };
    const commit = async (tx: Sql): Promise<void> => {
      report.provenance_id = await platform.provenance.record(tx, ctx, {
        kind: 'insights',
        label: `Insights into ${dataset.name}`,
        parameters: { ...parameters, measure: plan.measure, time_column: plan.time?.column ?? null, view },
        seed: plan.seed,
        software,
        startedAt,
        endedAt,
        inputs: [
          {
            id: version.id,
            kind: 'dataset_version',
            label: `${dataset.name}, version ${version.number}`,
            sha256: version.contentSha256,
            link: `/api/v1/data/datasets/${dataset.id}/versions`,
          },
        ],
        outputs: [
          {
            id,
            kind: 'insights',
            label: `Insights into ${dataset.name}`,
            sha256,
            link: `/api/v1/insights/${id}`,
          },
        ],
      });
      await replaceInsights(tx, ctx, await this.#row(ctx, seen, report));
      await audit.record(tx, ctx, {
        action: 'insights.generated',
        object: { kind: 'dataset', id: dataset.id },
        outcome: 'success',
        details: {
          insight_id: id,
          version_id: version.id,
          findings: findings.length,
          seed: plan.seed,
          result_sha256: sha256,
        },
      });
    };
    return { report, commit };
  }

  async #row(ctx: Context, { view }: SeenDataset, report: InsightReport): Promise<InsightRow> {
    return {
      id: report.insight_id,
      tenantId: ctx.actor.tenantId,
      datasetId: report.dataset_id,
      versionId: report.version_id,
      view,
      measure: report.measure,
      timeColumn: report.time_column,
      seed: report.seed,
      findingCount: report.finding_count,
      contentSha256: report.content_sha256,
      report: await this.#tools.platform.keys.encryptText(
        JSON.stringify(report),
        sealedFor,
        report.dataset_id,
      ),
      provenanceId: report.provenance_id,
      createdBy: report.created_by,
      createdAt: new Date(report.created_at),
    };
  }
}

const notThere = (id: string): never => fail('NOT_FOUND', 'There are no such insights.', { insight_id: id });

function headOf(row: Omit<InsightRow, 'report'>): InsightHead {
  return {
    insight_id: row.id,
    dataset_id: row.datasetId,
    version_id: row.versionId,
    content_sha256: row.contentSha256,
    measure: row.measure,
    time_column: row.timeColumn,
    seed: row.seed,
    finding_count: row.findingCount,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    provenance_id: row.provenanceId,
  };
}

/** Puts to each finding the rows it names, read in one go. */
async function withRows(reader: Reader, findings: readonly Kept[]): Promise<Finding[]> {
  const rows = [...new Set(findings.flatMap(({ row_numbers }) => row_numbers))].sort((a, b) => a - b);
  const columns = [...new Set(findings.flatMap(({ row_columns }) => row_columns))];
  const read = rows.length === 0 ? [] : await readRows(reader, behind.rows(rows, columns));
  const byRow = new Map(read.map(([row, ...values]) => [Number(row), values]));
  return findings.map(({ row_numbers, row_columns, ...finding }) => ({
    ...finding,
    rows: row_numbers.map((row) => ({
      row,
      values: Object.fromEntries(
        row_columns.map((column): [string, JsonValue] => [
          column,
          byRow.get(row)?.[columns.indexOf(column)] ?? null,
        ]),
      ),
    })),
  }));
}
