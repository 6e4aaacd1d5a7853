import { openAsBlob } from 'node:fs';
import type { Dataset, DatasetVersion } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { IngestOverrides } from '@stroma/lake';
import type { RunningCommand } from '../commands.ts';
import type { Connection } from '../connection.ts';
import { isFile, refuseMissingFile, type SourceFile } from '../source-files.ts';
import { untilDone } from './remote-jobs.ts';

export interface RegisteredFile {
  dataset: Dataset;
  version: DatasetVersion;
}

/** Sends a file and waits until its dataset version is there. Throws the job's error when it fails. */
export async function registerFile(
  { client }: Connection,
  file: SourceFile,
  overrides: IngestOverrides,
  datasetId: string | null,
  running: RunningCommand,
): Promise<RegisteredFile> {
  const jobId = await sendFile(client, file, overrides, datasetId, running);
  const job = await untilDone({ client }, jobId, running);
  const { signal } = running;
  const made = String(job.result?.dataset_id);
  const params = { id: made };
  const [dataset, versions] = await Promise.all([
    client.datasets.get({ params, signal }),
    client.datasets.versions({ params, query: { limit: 200 }, signal }),
  ]);
  const version =
    versions.items.find((each) => each.version_id === job.result?.version_id) ?? dataset.version;
  return { dataset, version };
}

async function sendFile(
  client: Connection['client'],
  file: SourceFile,
  overrides: IngestOverrides,
  datasetId: string | null,
  { output, signal }: RunningCommand,
): Promise<string> {
  const data = await openAsBlob(file.path);
  const sent = await client.uploadFile(
    { name: file.fileName, data },
    {
      signal,
      overrides,
      ...(datasetId !== null && { datasetId }),
      onProgress: ({ sentBytes, totalBytes }) =>
        output.progress(totalBytes ? sentBytes / totalBytes : null, `${file.fileName}: sending`),
    },
  );
  return queuedJob(sent.job_id);
}

function queuedJob(jobId: string | null): string {
  if (jobId !== null) return jobId;
  throw new StromaError('INTERNAL', 'Expected a job id after the last byte, but the server gave none.');
}

/** The ids of what the words name: existing files are sent, everything else is a dataset's id, table or name. */
export async function resolveDatasets(
  connection: Connection,
  words: readonly string[],
  open: (words: string[]) => Promise<SourceFile[]>,
  overrides: IngestOverrides,
  running: RunningCommand,
): Promise<Dataset[]> {
  const found: Dataset[] = [];
  for (const word of words) {
    if (isFile(word)) {
      const [file] = await open([word]);
      if (file) found.push((await registerFile(connection, file, overrides, null, running)).dataset);
    } else {
      found.push(await findDataset(connection, word, running));
    }
  }
  return found;
}

export async function findDataset(
  { client, url }: Connection,
  word: string,
  { signal }: RunningCommand,
): Promise<Dataset> {
  if (/^ds_[0-9a-f-]{36}$/.test(word)) return client.datasets.get({ params: { id: word }, signal });
  if (/[/\\]/.test(word)) return refuseMissingFile(word, true);
  const wanted = word.toLowerCase();
  const exact: Dataset[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Dataset[]; next_cursor: string | null } = await client.datasets.list({
      query: { limit: 200, ...(cursor !== null && { cursor }) },
      signal,
    });
    for (const each of page.items) {
      if (each.table_name.toLowerCase() === wanted) return each;
      if (each.name.toLowerCase() === wanted || each.file_name.toLowerCase() === wanted) exact.push(each);
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  const [only, ...others] = exact;
  if (only && others.length === 0) return only;
  if (only)
    throw new StromaError(
      'CONFLICT',
      `"${word}" is the name of ${exact.length} datasets. Use a table name: ${exact.map((each) => each.table_name).join(', ')}.`,
      { dataset_ids: exact.map((each) => each.dataset_id) },
    );
  throw new StromaError(
    'NOT_FOUND',
    `There is no file "${word}" here and no dataset of that name at ${url}. "stroma datasets" lists them.`,
    { name: word },
  );
}
