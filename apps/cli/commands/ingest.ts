import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileStem, StromaError, tableNameOf } from '@stroma/kernel';
import type { IngestOverrides } from '@stroma/lake';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, findServer } from '../connection.ts';
import { exitStatus, type Failure, failureOf, UsageError } from '../failure.ts';
import { ingestOptions } from '../ingest-options.ts';
import { readTable } from '../local/local-table.ts';
import { registerFile } from '../remote/remote-datasets.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { isFile, openSourceFiles, refuseMissingFile, type SourceFile } from '../source-files.ts';
import { type IngestDocument, ingestView } from '../views/ingest-view.ts';

type Read = (file: SourceFile, index: number) => Promise<IngestDocument>;

/**
 * One file: its document, or its error. Several: `{ datasets: [...] }` in their order, where a file that failed
 * has `{ name, error }`; the exit status is then 1.
 */
export const ingest: CommandRun = async (running) => {
  const { invocation, output } = running;
  const overrides = ingestOptions(invocation);
  const kept = invocation.text('output');
  const datasetId = invocation.text('dataset');
  if (datasetId !== null && invocation.words.length > 1)
    throw new UsageError('Expected one file with --dataset: it becomes its new version.', 'ingest');
  for (const word of invocation.words) if (!isFile(word)) refuseMissingFile(word, true);
  const server = await findServer(running);
  if (server !== null && kept !== null)
    throw new UsageError('--output keeps the files of a run in this process: add --local.', 'ingest');
  if (server === null && datasetId !== null)
    throw new UsageError('--dataset names a dataset of a server, and none is known.', 'ingest');
  return withScratchFolder(async (folder) => {
    const files = await openSourceFiles(invocation.words, folder, running);
    const read: Read =
      server === null
        ? (file, index) => readHere(file, outputFolder(kept, files, index, folder), running, overrides)
        : (file) => readThere(server, file, datasetId, running, overrides);
    const [only] = files;
    if (files.length > 1 || !only) return readAll(files, read, running);
    const document = await read(only, 0);
    await output.result(document, () => ingestView(document, output));
    return exitStatus.ok;
  });
};

async function readAll(files: SourceFile[], read: Read, { output, signal }: RunningCommand): Promise<number> {
  const datasets: (IngestDocument | { name: string; error: Failure })[] = [];
  for (const [index, file] of files.entries()) {
    try {
      datasets.push(await read(file, index));
    } catch (error) {
      if (signal.aborted || error instanceof UsageError) throw error;
      const failure = failureOf(error);
      datasets.push({ name: fileStem(file.fileName), error: failure });
      output.note(`${file.given}: ${failure.message}`);
    }
  }
  const good = datasets.filter((each): each is IngestDocument => !('error' in each));
  await output.result({ datasets }, () =>
    good.map((document) => ingestView(document, output)).join('\n\n\n'),
  );
  return good.length === datasets.length ? exitStatus.ok : exitStatus.failed;
}

/** Several files get a folder each, named after them; a name that is taken is numbered. */
function outputFolder(kept: string | null, files: SourceFile[], index: number, scratch: string): string {
  if (kept === null) return join(scratch, String(index));
  const names = files.map((file) => tableNameOf(file.fileName));
  const name = names[index] ?? '';
  const earlier = names.slice(0, index).filter((each) => each === name).length;
  const path =
    files.length === 1 ? resolve(kept) : resolve(kept, earlier === 0 ? name : `${name}_${earlier + 1}`);
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new StromaError(
      'INVALID_INPUT',
      `Expected --output to be a folder that can be written, given "${kept}".`,
      { path },
      { cause },
    );
  }
  return path;
}

async function readHere(
  file: SourceFile,
  folder: string,
  running: RunningCommand,
  overrides: IngestOverrides,
): Promise<IngestDocument> {
  const { datasetId, label, report, ms } = await readTable(file, overrides, folder, running);
  return {
    dataset_id: datasetId,
    version: report.content_sha256,
    name: label,
    rows: report.rows,
    columns: report.columns,
    rejected_rows: report.rejected_rows,
    rejects: report.rejects,
    decisions: report.decisions,
    warnings: report.warnings,
    ms,
  };
}

async function readThere(
  server: Connection,
  file: SourceFile,
  datasetId: string | null,
  running: RunningCommand,
  overrides: IngestOverrides,
): Promise<IngestDocument> {
  const began = performance.now();
  const { client } = server;
  const { dataset, version } = await registerFile(server, file, overrides, datasetId, running);
  const params = { id: dataset.dataset_id };
  const query = { version_id: version.version_id };
  const { signal } = running;
  const [{ decisions, warnings }, rejects] = await Promise.all([
    client.datasets.decisions({ params, query, signal }),
    client.datasets.rejects({ params, query: { ...query, limit: 1000 }, signal }),
  ]);
  return {
    dataset_id: dataset.dataset_id,
    version: version.content_sha256,
    name: dataset.name,
    rows: version.rows,
    columns: version.columns,
    rejected_rows: version.rejected_rows,
    rejects: rejects.items,
    decisions,
    warnings,
    ms: Math.round(performance.now() - began),
  };
}
