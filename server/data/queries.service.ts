import type { Answer } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { SqlLimits, SqlSandbox, SqlSource } from '@stroma/lake';
import {
  type Correction,
  chooseChart,
  explainResult,
  type ParsedQuestion,
  parseQuestion,
  type ResultFacts,
  suggestQuestions,
} from '@stroma/text';
import type { Context } from '../platform/context.ts';
import { fail } from '../platform/failure.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatasetReads } from './dataset-reads.ts';
import { type DatasetWithVersion, findDatasets } from './datasets.store.ts';
import { firstRows } from './first-rows.ts';
import type { LakeDocuments } from './lake-documents.ts';
import { askModel, explainByModel } from './model-question.ts';
import { readCursor, toPage } from './paging.ts';
import { listQueries, type QueryRow } from './queries.store.ts';
import type { QueryRecords } from './query-records.ts';
import type { QueryPlan, QueryResult, QueryRunner, Ran } from './query-runner.ts';
import type { QuestionTables } from './question-tables.ts';

/** An answer whose rows are still JSON text. */
export type AnswerDraft = Omit<Answer, 'rows'> & { rowsJson: string };

export interface QueryTools {
  platform: Platform;
  sandbox: SqlSandbox;
  runner: QueryRunner;
  records: QueryRecords;
  documents: LakeDocuments;
  questionTables: QuestionTables;
  reads: DatasetReads;
}

type Answerable = Extract<ParsedQuestion, { answerable: true }>;

/** What a run adds to the parts every answer has. */
type Outcome = Pick<
  AnswerDraft,
  | 'kind'
  | 'question'
  | 'sql'
  | 'chart'
  | 'explanation'
  | 'confidence'
  | 'interpretation'
  | 'answered_by'
  | 'note'
>;

type Described = Pick<AnswerDraft, 'chart' | 'explanation'>;

/** Rows that charts and explanations are made from; more than a page shows. */
const describedRows = 5000;
const rememberedRuns = 5000;

export class Queries {
  readonly #tools: QueryTools;
  readonly #descriptions = new WeakMap<QueryResult, Described>();
  /** Runs that were recorded, by person, question and answer: the same asked again soon is the same run. */
  readonly #recorded = new Map<string, { id: string; createdAt: Date }>();

  constructor(tools: QueryTools) {
    this.#tools = tools;
  }

  async sql(
    ctx: Context,
    input: { sql: string; dataset_ids: string[]; max_rows?: number | undefined },
  ): Promise<AnswerDraft> {
    const startedAt = new Date();
    const datasets = await this.#datasets(ctx, input.dataset_ids);
    const ran = await this.#run(ctx, input.sql, datasets, input.max_rows);
    return this.#answer(ctx, datasets, startedAt, ran, {
      kind: 'sql',
      question: null,
      sql: input.sql,
      ...this.#described(datasets, ran, null),
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
    const datasets = await this.#datasets(ctx, input.dataset_ids);
    const { llm } = this.#tools.platform;
    // A correction speaks about the grammar's own reading, so the grammar answers it.
    if (!llm.configured || input.corrections?.length)
      return this.#byGrammar(ctx, datasets, input, startedAt, null);
    try {
      return await this.#byModel(ctx, datasets, input.question, startedAt);
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
    return toPage(rows, query.limit, (row) => [row.createdAt.toISOString(), row.id], historyItem);
  }

  async #byGrammar(
    ctx: Context,
    datasets: DatasetWithVersion[],
    input: { question: string; corrections?: Correction[] | undefined },
    startedAt: Date,
    note: string | null,
  ): Promise<AnswerDraft> {
    const { prepared } = await this.#tools.questionTables.of(ctx, datasets);
    const parsed = parseQuestion(input.question, prepared, {
      now: startedAt,
      corrections: input.corrections ?? [],
    });
    if (!parsed.answerable) return this.#unanswered(ctx, datasets, startedAt, input.question, parsed, note);
    const ran = await this.#run(ctx, parsed.sql, datasets);
    return this.#answer(ctx, datasets, startedAt, ran, {
      kind: 'natural',
      question: input.question,
      sql: parsed.sql,
      ...this.#described(datasets, ran, parsed),
      confidence: parsed.confidence,
      interpretation: parsed.interpretation,
      answered_by: 'grammar',
      note,
    });
  }

  async #byModel(
    ctx: Context,
    datasets: DatasetWithVersion[],
    question: string,
    startedAt: Date,
  ): Promise<AnswerDraft> {
    const { platform, sandbox } = this.#tools;
    const { tables } = await this.#tools.questionTables.of(ctx, datasets);
    const sources = await this.#sources(datasets);
    const { proposal, ran } = await askModel(
      { llm: platform.llm, sandbox },
      ctx,
      question,
      tables,
      sources,
      (sql) => this.#run(ctx, sql, datasets),
    );
    const described = this.#described(datasets, ran, null);
    const explanation = await explainByModel(platform.llm, ctx, question, proposal.sql, ran.result).catch(
      (error: unknown) => {
        ctx.log.warn({ err: error }, 'the language model did not explain the answer');
        return described.explanation;
      },
    );
    return this.#answer(ctx, datasets, startedAt, ran, {
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

  /** Chart and words of a result; for SQL nobody asked in words they depend on the result alone. */
  #described(datasets: DatasetWithVersion[], ran: Ran, parsed: Answerable | null): Described {
    const kept = parsed === null ? this.#descriptions.get(ran.result) : undefined;
    if (kept) return kept;
    const rows = { columns: ran.result.columns, rows: firstRows(ran.result.rowsJson, describedRows) };
    const read = parsed
      ? datasets.filter(({ dataset }) => parsed.tables.includes(dataset.tableName))
      : datasets;
    const described = {
      chart: chooseChart(rows, parsed?.shape ?? null),
      explanation: explainResult(rows, parsed, factsOf(read, ran)),
    };
    if (parsed === null) this.#descriptions.set(ran.result, described);
    return described;
  }

  async #run(
    ctx: Context,
    sql: string,
    datasets: DatasetWithVersion[],
    maxRows?: number | undefined,
  ): Promise<Ran> {
    return this.#tools.runner.run(ctx, this.#plan(sql, datasets, maxRows));
  }

  #plan(sql: string, datasets: DatasetWithVersion[], maxRows?: number): QueryPlan {
    const { config } = this.#tools.platform;
    const limits: Partial<SqlLimits> = {
      timeoutMs: config.STROMA_SQL_TIMEOUT_MS,
      memoryMb: config.STROMA_SQL_MEMORY_MB,
      maxRows: Math.min(maxRows ?? config.STROMA_SQL_MAX_ROWS, config.STROMA_SQL_MAX_ROWS),
      maxBytes: config.STROMA_SQL_MAX_BYTES,
    };
    const tables = datasets.map(({ dataset, version }) => ({
      name: dataset.tableName,
      versionId: version.id,
    }));
    return { sql, tables, sources: () => this.#sources(datasets), limits };
  }

  async #sources(datasets: DatasetWithVersion[]): Promise<SqlSource[]> {
    const sources = await Promise.all(
      datasets.map(async ({ dataset, version }) => ({
        name: dataset.tableName,
        path: await this.#tools.documents.path(version, 'data.parquet'),
      })),
    );
    const [only] = sources;
    return only && sources.length === 1 ? [only, { ...only, name: 'dataset' }] : sources;
  }

  /** In the order asked for. Throws NOT_FOUND for the first that is not there. */
  async #datasets(ctx: Context, ids: string[]): Promise<DatasetWithVersion[]> {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return [];
    const found = await this.#tools.reads.get(ctx, `some ${wanted.join(' ')}`, () =>
      findDatasets(this.#tools.platform.db.sql, ctx, wanted),
    );
    const byId = new Map(found.map((item) => [item.dataset.id, item]));
    return wanted.map(
      (id) => byId.get(id) ?? fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: id }),
    );
  }

  #answer(
    ctx: Context,
    datasets: DatasetWithVersion[],
    startedAt: Date,
    ran: Ran,
    outcome: Outcome,
  ): AnswerDraft {
    const { result, cached, stale } = ran;
    const { id, createdAt } = this.#identify(ctx, datasets, startedAt, ran, outcome);
    return {
      query_id: id,
      ...outcome,
      dataset_ids: datasets.map(({ dataset }) => dataset.id),
      columns: result.columns,
      rowsJson: result.rowsJson,
      truncated: result.truncated,
      unanswerable: null,
      execution_ms: result.execution_ms,
      cached,
      stale,
      created_at: createdAt.toISOString(),
      // The record is written behind the answer; its id leads to the derivation.
      provenance_id: id,
    };
  }

  #identify(
    ctx: Context,
    datasets: DatasetWithVersion[],
    startedAt: Date,
    ran: Ran,
    outcome: Outcome,
  ): { id: string; createdAt: Date } {
    const key = [ctx.actor.id, ran.key, outcome.answered_by, outcome.question, outcome.note].join('\n');
    const known = ran.cached ? this.#recorded.get(key) : undefined;
    if (known) return known;
    const made = { id: newId('query'), createdAt: new Date() };
    this.#record(ctx, datasets, { ...made, startedAt, ...outcome }, ran);
    this.#recorded.set(key, made);
    const [oldest] = this.#recorded.keys();
    if (this.#recorded.size > rememberedRuns && oldest !== undefined) this.#recorded.delete(oldest);
    return made;
  }

  #unanswered(
    ctx: Context,
    datasets: DatasetWithVersion[],
    startedAt: Date,
    question: string,
    parsed: Extract<ParsedQuestion, { answerable: false }>,
    note: string | null,
  ): AnswerDraft {
    const id = newId('query');
    const createdAt = new Date();
    const outcome: Outcome = {
      kind: 'natural',
      question,
      sql: null,
      chart: null,
      explanation: parsed.reason,
      confidence: 0,
      interpretation: parsed.interpretation,
      answered_by: 'grammar',
      note,
    };
    this.#record(ctx, datasets, { id, createdAt, startedAt, ...outcome }, null);
    return {
      query_id: id,
      ...outcome,
      dataset_ids: datasets.map(({ dataset }) => dataset.id),
      columns: [],
      rowsJson: '[]',
      truncated: false,
      unanswerable: {
        reason: parsed.reason,
        not_understood: parsed.not_understood,
        suggestions: parsed.suggestions,
      },
      execution_ms: 0,
      cached: false,
      stale: false,
      created_at: createdAt.toISOString(),
      provenance_id: null,
    };
  }

  #record(
    ctx: Context,
    datasets: DatasetWithVersion[],
    about: Outcome & { id: string; createdAt: Date; startedAt: Date },
    ran: Ran | null,
  ): void {
    this.#tools.records.add({
      ctx,
      datasets,
      result: ran?.result ?? null,
      startedAt: about.startedAt,
      endedAt: about.createdAt,
      row: {
        id: about.id,
        kind: about.kind,
        question: about.question,
        sql: about.sql,
        datasetIds: datasets.map(({ dataset }) => dataset.id),
        versionIds: datasets.map(({ version }) => version.id),
        answered: ran !== null,
        answeredBy: about.answered_by,
        note: about.note,
        rowCount: ran?.result.rowCount ?? null,
        executionMs: ran?.result.execution_ms ?? null,
        cached: ran?.cached ?? false,
        createdAt: about.createdAt,
      },
    });
  }
}

function factsOf(datasets: DatasetWithVersion[], { result }: Ran): ResultFacts {
  return {
    tables: datasets.map(({ dataset, version }) => ({ name: dataset.tableName, rows: version.rows })),
    row_count: result.rowCount,
    truncated: result.truncated,
  };
}

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
