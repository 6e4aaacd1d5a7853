import { StromaError } from '@stroma/kernel';
import type { SqlLimits, SqlSandbox, SqlSource } from '@stroma/lake';
import {
  buildSchemaPrompt,
  type Correction,
  parseMetricQuestion,
  parseQuestion,
  suggestQuestions,
} from '@stroma/text';
import type { Audit, QuestionScreen } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from '../datasets/dataset-reads.ts';
import type { DatasetVisibility, SeenDataset } from '../datasets/dataset-visibility.ts';
import { findDatasets } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import type { SeenDatasetDocuments } from '../datasets/seen-documents.ts';
import { metricUse, metricWords } from '../metrics/metric-use.ts';
import type { Metrics } from '../metrics/metrics.service.ts';
import type { AnswerDraft, Answers } from './answers.ts';
import { datasetSources } from './dataset-sources.ts';
import { firstRows } from './first-rows.ts';
import { askModel, explainByModel, explainedRows } from './model-question.ts';
import { listQueries, type QueryRow } from './queries.store.ts';
import type { QueryRecords, QueryTexts } from './query-records.ts';
import type { QueryPlan, QueryRunner, Ran } from './query-runner.ts';
import type { QuestionTables } from './question-tables.ts';

export interface QueryTools {
  platform: Platform;
  audit: Audit;
  sandbox: SqlSandbox;
  runner: QueryRunner;
  records: QueryRecords;
  answers: Answers;
  documents: LakeDocuments;
  seenDocuments: SeenDatasetDocuments;
  visibility: DatasetVisibility;
  questionTables: QuestionTables;
  reads: DatasetReads;
  screen: QuestionScreen;
  metrics: Pick<Metrics, 'approvedOf'>;
  texts: QueryTexts;
}

export class Queries {
  readonly #tools: QueryTools;

  constructor(tools: QueryTools) {
    this.#tools = tools;
  }

  async sql(
    ctx: Context,
    input: { sql: string; dataset_ids: string[]; max_rows?: number | undefined },
  ): Promise<AnswerDraft> {
    const startedAt = new Date();
    await this.#tools.records.prepare(ctx);
    const datasets = await this.#datasets(ctx, input.dataset_ids);
    const ran = await this.#run(ctx, input.sql, datasets, input.max_rows);
    return this.#tools.answers.give(ctx, datasets, startedAt, ran, {
      kind: 'sql',
      question: null,
      sql: input.sql,
      ...this.#tools.answers.describe(datasets, ran, null),
      confidence: 1,
      interpretation: null,
      answered_by: 'person',
      note: null,
    });
  }

  async natural(
    ctx: Context,
    input: { question: string; dataset_ids: string[]; corrections?: Correction[] | undefined },
  ): Promise<AnswerDraft> {
    const startedAt = new Date();
    await this.#tools.records.prepare(ctx);
    const datasets = await this.#datasets(ctx, input.dataset_ids);
    const { llm } = this.#tools.platform;
    const mayAsk = await this.#tools.screen.question(ctx, input.question);
    const governed = await this.#byMetric(ctx, datasets, input, startedAt);
    if (governed !== null) return governed;
    if (!mayAsk) return this.#byGrammar(ctx, datasets, input, startedAt, llm.configured ? notShown : null);
    // A correction speaks about the grammar's own reading, so the grammar answers it.
    if (!llm.configured || input.corrections?.length)
      return this.#byGrammar(ctx, datasets, input, startedAt, null);
    try {
      const answer = await this.#byModel(ctx, datasets, input.question, startedAt);
      return answer ?? this.#byGrammar(ctx, datasets, input, startedAt, notShown);
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      ctx.log.warn({ err: error }, 'the language model did not answer the question');
      return this.#byGrammar(ctx, datasets, input, startedAt, noteOf(error));
    }
  }

  async validate(ctx: Context, input: { sql: string; dataset_ids: string[] }) {
    const datasets = await this.#datasets(ctx, input.dataset_ids);
    return this.#tools.sandbox.validate(input.sql, await this.#sources(datasets));
  }

  async suggestions(ctx: Context, datasetIds: string[], limit: number): Promise<string[]> {
    const datasets = await this.#datasets(ctx, datasetIds);
    const { tables } = await this.#tools.questionTables.of(ctx, datasets);
    return suggestQuestions(tables, limit);
  }

  async history(
    ctx: Context,
    query: { limit: number; cursor?: string | undefined; dataset_id?: string | undefined },
  ) {
    await this.#tools.records.settled();
    const rows = await listQueries(this.#tools.platform.db.sql, ctx, {
      datasetId: query.dataset_id,
      limit: query.limit + 1,
      cursor: readCursor(query.cursor),
    });
    const opened = await this.#tools.texts.openAll(ctx.actor.tenantId, rows, ({ id }) => id);
    return toPage(opened, query.limit, (row) => [row.createdAt.toISOString(), row.id], historyItem);
  }

  /** Null where the question names no approved metric of these datasets. */
  async #byMetric(
    ctx: Context,
    datasets: SeenDataset[],
    input: { question: string; corrections?: Correction[] | undefined },
    startedAt: Date,
  ): Promise<AnswerDraft | null> {
    const { metrics, questionTables, answers } = this.#tools;
    const rows = await metrics.approvedOf(
      ctx,
      datasets.map(({ dataset }) => dataset.id),
    );
    if (rows.length === 0) return null;
    const tableOf = new Map(datasets.map(({ dataset }) => [dataset.id, dataset.tableName]));
    const known = rows.map(({ id, name, synonyms, expression, unit, datasetId }) => ({
      ...{ id, name, synonyms, unit },
      sql: expression,
      table: tableOf.get(datasetId) ?? '',
    }));
    const { prepared } = await questionTables.of(ctx, datasets);
    const options = { now: startedAt, corrections: input.corrections ?? [] };
    const read = parseMetricQuestion(input.question, prepared, known, options);
    const metric = rows.find(({ id }) => id === read?.metric.id);
    if (read === null || metric === undefined) return null;
    const { parsed } = read;
    const ran = await this.#run(ctx, parsed.sql, datasets);
    const { chart, explanation } = answers.describe(datasets, ran, parsed);
    return answers.give(ctx, datasets, startedAt, ran, {
      kind: 'natural',
      question: input.question,
      sql: parsed.sql,
      chart,
      explanation: `${explanation} ${metricWords(metric)}`,
      confidence: parsed.confidence,
      interpretation: parsed.interpretation,
      answered_by: 'grammar',
      note: null,
      metrics: [metricUse(metric, metric.name)],
    });
  }

  async #byGrammar(
    ctx: Context,
    datasets: SeenDataset[],
    input: { question: string; corrections?: Correction[] | undefined },
    startedAt: Date,
    note: string | null,
  ): Promise<AnswerDraft> {
    const { prepared } = await this.#tools.questionTables.of(ctx, datasets);
    const parsed = parseQuestion(input.question, prepared, {
      now: startedAt,
      corrections: input.corrections ?? [],
    });
    if (!parsed.answerable)
      return this.#tools.answers.refuse(ctx, datasets, startedAt, input.question, parsed, note);
    const ran = await this.#run(ctx, parsed.sql, datasets);
    return this.#tools.answers.give(ctx, datasets, startedAt, ran, {
      kind: 'natural',
      question: input.question,
      sql: parsed.sql,
      ...this.#tools.answers.describe(datasets, ran, parsed),
      confidence: parsed.confidence,
      interpretation: parsed.interpretation,
      answered_by: 'grammar',
      note,
    });
  }

  /** Null where the data holds what a model should not be shown. */
  async #byModel(
    ctx: Context,
    datasets: SeenDataset[],
    question: string,
    startedAt: Date,
  ): Promise<AnswerDraft | null> {
    const { platform, sandbox, screen } = this.#tools;
    const ids = datasets.map(({ dataset }) => dataset.id);
    const { tables } = await this.#tools.questionTables.of(ctx, datasets);
    if (!(await screen.data(ctx, buildSchemaPrompt(tables, question), ids))) return null;
    const sources = await this.#sources(datasets);
    const { proposal, ran } = await askModel(
      { llm: platform.llm, sandbox },
      ctx,
      question,
      tables,
      sources,
      (sql) => this.#run(ctx, sql, datasets),
    );
    const described = this.#tools.answers.describe(datasets, ran, null);
    const mayExplain = await screen.data(
      ctx,
      JSON.stringify(firstRows(ran.result.rowsJson, explainedRows)),
      ids,
    );
    const explanation = mayExplain
      ? await explainByModel(platform.llm, ctx, question, proposal.sql, ran.result).catch(
          (error: unknown) => {
            ctx.log.warn({ err: error }, 'the language model did not explain the answer');
            return described.explanation;
          },
        )
      : described.explanation;
    return this.#tools.answers.give(ctx, datasets, startedAt, ran, {
      kind: 'natural',
      question,
      sql: proposal.sql,
      chart: described.chart,
      explanation,
      confidence: Math.min(proposal.confidence, 0.95),
      interpretation: { sentence: proposal.interpretation, words: [] },
      answered_by: 'language_model',
      note: null,
    });
  }

  async #run(ctx: Context, sql: string, datasets: SeenDataset[], maxRows?: number | undefined): Promise<Ran> {
    try {
      return await this.#tools.runner.run(ctx, this.#plan(sql, datasets, maxRows));
    } catch (error) {
      await this.#tools.audit.append(ctx, {
        action: 'query.run',
        object: null,
        outcome: error instanceof StromaError && error.code === 'SQL_NOT_ALLOWED' ? 'refused' : 'failure',
        texts: { sql },
        details: {
          code: error instanceof StromaError ? error.code : 'INTERNAL',
          dataset_id: datasets[0]?.dataset.id ?? null,
        },
      });
      throw error;
    }
  }

  #plan(sql: string, datasets: SeenDataset[], maxRows?: number): QueryPlan {
    const { config } = this.#tools.platform;
    const limits: Partial<SqlLimits> = {
      timeoutMs: config.STROMA_SQL_TIMEOUT_MS,
      memoryMb: config.STROMA_SQL_MEMORY_MB,
      maxRows: Math.min(maxRows ?? config.STROMA_SQL_MAX_ROWS, config.STROMA_SQL_MAX_ROWS),
      maxBytes: config.STROMA_SQL_MAX_BYTES,
    };
    const tables = datasets.map(({ dataset, version, view }) => ({
      name: dataset.tableName,
      versionId: version.id,
      view,
    }));
    return { sql, tables, sources: () => this.#sources(datasets), limits };
  }

  #sources(datasets: SeenDataset[]): Promise<SqlSource[]> {
    return datasetSources(this.#tools.documents, datasets);
  }

  /** In the order asked for, as the asker sees them. Throws NOT_FOUND for the first that is not there. */
  async #datasets(ctx: Context, ids: string[]): Promise<SeenDataset[]> {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return [];
    const found = await this.#tools.reads.get(ctx, `some ${wanted.join(' ')}`, () =>
      findDatasets(this.#tools.platform.db.sql, ctx, wanted),
    );
    const byId = new Map(found.map((item) => [item.dataset.id, item]));
    const datasets = wanted.map(
      (id) => byId.get(id) ?? fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: id }),
    );
    const seen = await this.#tools.visibility.seeAll(ctx, datasets);
    return Promise.all(seen.map((each) => this.#tools.seenDocuments.counted(each)));
  }
}

const notShown =
  'The question or its data reads like instructions to a language model, so none was asked. The built-in reader of questions answered instead.';

function noteOf(error: unknown): string {
  const reason =
    error instanceof StromaError && error.code !== 'LLM_UNAVAILABLE'
      ? error.message
      : 'The language model could not be asked.';
  return `${reason} The built-in reader of questions answered instead.`;
}

function historyItem(row: QueryRow) {
  return {
    query_id: row.id,
    kind: row.kind,
    question: row.question,
    sql: row.sql,
    dataset_ids: row.datasetIds,
    answered: row.answered,
    row_count: row.rowCount,
    execution_ms: row.executionMs,
    created_at: row.createdAt.toISOString(),
  };
}
