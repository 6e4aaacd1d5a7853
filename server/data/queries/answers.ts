import type { Answer } from '@stroma/contracts';
import { chooseChart, explainResult, type ParsedQuestion, type ResultFacts } from '@stroma/text';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import { firstRows } from './first-rows.ts';
import type { QueryRecords } from './query-records.ts';
import type { QueryResult, Ran } from './query-runner.ts';

/** An answer whose rows are still JSON text. */
export type AnswerDraft = Omit<Answer, 'rows'> & { rowsJson: string };

export type Answerable = Extract<ParsedQuestion, { answerable: true }>;

/** What a run adds to the parts every answer has. */
export type Outcome = Pick<
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
  | 'metrics'
>;

type Described = Pick<AnswerDraft, 'chart' | 'explanation'>;

/** Rows that charts and explanations are made from; more than a page shows. */
const describedRows = 5000;
const rememberedRuns = 5000;

/** Makes answers of runs: chart, words, identity, record. */
export class Answers {
  readonly #records: QueryRecords;
  readonly #descriptions = new WeakMap<QueryResult, Described>();
  /** Runs that were recorded, by person, question and answer: the same asked again soon is the same run. */
  readonly #recorded = new Map<string, { id: string; createdAt: Date }>();

  constructor(records: QueryRecords) {
    this.#records = records;
  }

  /** Chart and words of a result; for SQL nobody asked in words they depend on the result alone. */
  describe(datasets: DatasetWithVersion[], ran: Ran, parsed: Answerable | null): Described {
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

  /** The answer of a run, recorded unless the same person was given the same one a moment ago. */
  give(
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

  /** The answer that says what was not understood. */
  refuse(
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
    this.#records.add({
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
        dashboardId: null,
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
