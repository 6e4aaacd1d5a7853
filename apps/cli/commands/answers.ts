import type { Answer } from '@stroma/contracts';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, findServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { ingestOptions } from '../ingest-options.ts';
import { type AnswerLimits, answerQuestion, answerSql, withSandbox } from '../local/local-answers.ts';
import { readTables } from '../local/local-table.ts';
import { resolveDatasets } from '../remote/remote-datasets.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { isFile, openSourceFiles, refuseMissingFile } from '../source-files.ts';
import { answerView } from '../views/answer-view.ts';
import { csvText } from '../views/table-view.ts';

type Kind = 'natural' | 'sql';

export const ask: CommandRun = (running) => answerCommand('natural', running);
export const sql: CommandRun = (running) => answerCommand('sql', running);

async function answerCommand(kind: Kind, running: RunningCommand): Promise<number> {
  const { invocation, output } = running;
  const { name } = invocation.command;
  const text = (invocation.words.at(-1) ?? '').trim();
  const refs = invocation.words.slice(0, -1);
  const what = kind === 'sql' ? 'the SQL' : 'the question';
  if (text === '') throw new UsageError(`Expected ${what} as the last word, given an empty one.`, name);
  if (isFile(text))
    throw new UsageError(`Expected ${what} as the last word, after the files; "${text}" is a file.`, name);
  if (invocation.flag('csv') && output.json)
    throw new UsageError('Expected --csv or --json, given both.', name);
  const answer = await withScratchFolder((folder) => findAnswer(kind, refs, text, folder, running));
  if (answer.sql === null) {
    const { unanswerable } = answer;
    await output.result({ sql: null, unanswerable }, () => answerView(answer, output));
    return exitStatus.unanswerable;
  }
  if (invocation.flag('csv')) await output.raw(csvText(answer.columns, answer.rows));
  else await output.result(answer, () => answerView(answer, output));
  return exitStatus.ok;
}

async function findAnswer(
  kind: Kind,
  refs: string[],
  text: string,
  folder: string,
  running: RunningCommand,
): Promise<Answer> {
  const { invocation } = running;
  const overrides = ingestOptions(invocation);
  const maxRows = invocation.number('limit', { least: 1 });
  const timeout = invocation.number('timeout', { whole: false, least: 0.001 });
  const server = await findServer(running);
  if (server !== null) {
    const open = (words: string[]) => openSourceFiles(words, folder, running);
    const datasets = await resolveDatasets(server, refs, open, overrides, running);
    const ids = datasets.map((dataset) => dataset.dataset_id);
    return answerThere(server, kind, ids, text, { maxRows, timeout }, running);
  }
  for (const ref of refs) if (!isFile(ref)) refuseMissingFile(ref, false);
  const limits: AnswerLimits = {
    maxRows: maxRows ?? 10_000,
    timeoutMs: Math.round((timeout ?? 30) * 1000),
  };
  return withSandbox(folder, limits, async (sandbox) => {
    const files = await openSourceFiles(refs, folder, running);
    const tables = await readTables(files, overrides, folder, running);
    const bench = { tables, sandbox, limits, folder, running };
    return kind === 'sql' ? answerSql(bench, text) : answerQuestion(bench, text, new Date());
  });
}

async function answerThere(
  { client }: Connection,
  kind: Kind,
  dataset_ids: string[],
  text: string,
  { maxRows, timeout }: { maxRows: number | null; timeout: number | null },
  { signal, output }: RunningCommand,
): Promise<Answer> {
  output.progress(null, 'asking the server');
  const within = timeout === null ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]);
  if (kind === 'sql') {
    const max_rows = maxRows === null ? undefined : Math.min(maxRows, 100_000);
    return client.queries.sql({ body: { sql: text, dataset_ids, max_rows }, signal: within });
  }
  const answer = await client.queries.natural({ body: { question: text, dataset_ids }, signal: within });
  if (maxRows === null || answer.rows.length <= maxRows) return answer;
  return { ...answer, rows: answer.rows.slice(0, maxRows), truncated: true };
}
