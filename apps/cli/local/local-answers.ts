import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Answer } from '@stroma/contracts';
import type { SqlResult, SqlSandbox } from '@stroma/lake';
import type { QuestionTable } from '@stroma/text';
import type { RunningCommand } from '../commands.ts';
import { joinsOf, type LocalTable, type ProfiledTable, profileTable } from './local-table.ts';

export interface AnswerLimits {
  maxRows: number;
  timeoutMs: number;
}

/** What is needed to answer: the tables, and warm processes for the SQL. */
export interface Workbench {
  tables: LocalTable[];
  sandbox: SqlSandbox;
  limits: AnswerLimits;
  folder: string;
  running: RunningCommand;
}

/** Starts the query process beside the reading of the files; `work` gets both. */
export async function withSandbox<T>(
  folder: string,
  limits: AnswerLimits,
  work: (sandbox: SqlSandbox) => Promise<T>,
): Promise<T> {
  const { SqlSandbox } = await import('@stroma/lake');
  const sandbox = new SqlSandbox({ processes: 1, scratchFolder: join(folder, 'queries'), limits });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

export async function answerSql(bench: Workbench, sql: string): Promise<Answer> {
  const { chooseChart, explainResult } = await import('@stroma/text');
  const result = await query(bench, sql);
  return {
    ...answerBase(bench, result),
    kind: 'sql',
    question: null,
    sql,
    chart: chooseChart(result, null),
    explanation: explainResult(result, null, factsOf(bench, result)),
    confidence: 1,
    interpretation: null,
    answered_by: 'person',
  };
}

/** An answer with `sql: null` and `unanswerable` when the question is not understood. */
export async function answerQuestion(bench: Workbench, question: string, now: Date): Promise<Answer> {
  const { chooseChart, explainResult, parseQuestion } = await import('@stroma/text');
  const parsed = parseQuestion(question, await questionTables(bench), { now });
  if (!parsed.answerable) {
    const { reason, not_understood, suggestions, interpretation } = parsed;
    return {
      ...answerBase(bench, { columns: [], rows: [], truncated: false, execution_ms: 0 }),
      kind: 'natural',
      question,
      sql: null,
      chart: null,
      explanation: reason,
      confidence: 0,
      interpretation,
      unanswerable: { reason, not_understood, suggestions },
      answered_by: 'grammar',
    };
  }
  const result = await query(bench, parsed.sql);
  return {
    ...answerBase(bench, result),
    kind: 'natural',
    question,
    sql: parsed.sql,
    chart: chooseChart(result, parsed.shape),
    explanation: explainResult(result, parsed, factsOf(bench, result)),
    confidence: parsed.confidence,
    interpretation: parsed.interpretation,
    answered_by: 'grammar',
  };
}

async function questionTables({ tables, folder, running }: Workbench): Promise<QuestionTable[]> {
  const { collectValues } = await import('@stroma/lake');
  const profiled: ProfiledTable[] = [];
  for (const table of tables)
    profiled.push({ ...table, profile: await profileTable(table, folder, running) });
  const joins = await joinsOf(profiled);
  const described: QuestionTable[] = [];
  for (const table of profiled) {
    described.push({
      name: table.name,
      label: table.label,
      profile: table.profile,
      values: await collectValues(table.parquet),
      joins: (joins.get(table) ?? []).map(({ column, other, other_column, kind }) => ({
        column,
        other_table: other.name,
        other_column,
        kind,
      })),
    });
  }
  return described;
}

function query({ tables, sandbox, limits, running }: Workbench, sql: string): Promise<SqlResult> {
  running.output.progress(null, 'running the query');
  const sources = tables.flatMap(({ names, parquet }) => names.map((name) => ({ name, path: parquet })));
  return sandbox.query(sql, sources, { limits, signal: running.signal });
}

const factsOf = ({ tables }: Workbench, result: SqlResult) => ({
  tables: tables.map(({ name, report }) => ({ name, rows: report.rows })),
  row_count: result.rows.length,
  truncated: result.truncated,
});

function answerBase({ tables }: Workbench, result: SqlResult) {
  return {
    query_id: `qry_${randomUUID()}`,
    dataset_ids: tables.map((table) => table.datasetId),
    columns: result.columns,
    rows: result.rows,
    truncated: result.truncated,
    unanswerable: null,
    note: null,
    execution_ms: result.execution_ms,
    cached: false,
    stale: false,
    created_at: new Date().toISOString(),
    provenance_id: null,
  };
}
