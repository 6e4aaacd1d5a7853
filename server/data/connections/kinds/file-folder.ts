import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SourceTable } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FilePreviewInput } from './file-preview.worker.ts';
import { type About, reachFailure, sourceError } from './source-failures.ts';
import { type Means, mostTables, type OpenSource, type Preview, type ReadBefore } from './source-kind.ts';

const worker = new URL('./file-preview.worker.ts', import.meta.url);
/** A file is read whole to show its first rows. */
const previewBytes = 64 * 1024 * 1024;
const readable = /\.(parquet|csv|tsv|txt|json|ndjson|jsonl|arrow|xlsx)(\.gz|\.zst)?$/i;
/** Files of one folder that are read as one table. */
const mostFiles = 10_000;

export interface RemoteFile {
  /** From where the folder begins, `/` between: `2026/trial-01.parquet`. */
  name: string;
  bytes: number | null;
  /** Another after each change; null where a list does not tell. */
  tag: string | null;
}

export interface OpenedFile {
  content: Readable;
  /** As it is told with the content; null where it is not. */
  tag: string | null;
}

export interface RemoteFolder {
  server: string;
  encrypted: boolean;
  about: About;
  /** Everything there, at most 10,000. */
  list(): Promise<RemoteFile[]>;
  open(name: string, maxBytes: number): Promise<OpenedFile>;
  /** What a file is known by now, without reading it; for folders whose list does not tell. */
  tagOf?(name: string): Promise<string | null>;
}

/** A folder of files as a source: each file is a table, and so are all files of one kind in a folder: `2026/*.csv`. */
export function folderSource(folder: RemoteFolder, means: Means): OpenSource {
  const { about } = folder;
  const listed = async () => (await folder.list()).filter(({ name }) => readable.test(name));
  const download = async (name: string, path: string, maxBytes: number) => {
    let bytes = 0;
    try {
      const { content, tag } = await folder.open(name, maxBytes);
      content.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes)
          content.destroy(
            new StromaError(
              'FILE_TOO_LARGE',
              `Expected a file of at most ${maxBytes} bytes, "${name}" is larger.`,
              {
                limit: maxBytes,
              },
            ),
          );
      });
      await pipeline(content, createWriteStream(path, { mode: 0o600 }), { signal: means.signal });
      return { bytes, tag };
    } catch (error) {
      means.signal.throwIfAborted();
      throw reachFailure(error, about) ?? error;
    }
  };
  const filesOf = async (table: string): Promise<RemoteFile[]> => {
    const files = await listed();
    const found = files.filter(({ name }) =>
      table.includes('*') ? groupOf(name) === table : name === table,
    );
    if (found.length === 0)
      throw sourceError('SOURCE_TABLE_MISSING', `${about.where} has no file "${table}".`);
    if (found.length > mostFiles)
      throw sourceError(
        'SOURCE_QUERY_INVALID',
        `"${table}" is more than ${mostFiles} files. Choose a folder in it.`,
      );
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    server: folder.server,
    encrypted: folder.encrypted,
    schemas: async () => [''],
    close: async () => undefined,
    async tables() {
      const files = await listed();
      const groups = Map.groupBy(files, ({ name }) => groupOf(name));
      const folders = [...groups].filter(([, members]) => members.length > 1);
      const tables: SourceTable[] = [
        ...folders.map(([table, members]) => ({
          schema: '',
          table,
          kind: 'folder' as const,
          rows_estimate: null,
          bytes: members.some(({ bytes }) => bytes === null)
            ? null
            : members.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
        })),
        ...files.map(({ name, bytes }) => ({
          schema: '',
          table: name,
          kind: 'file' as const,
          rows_estimate: null,
          bytes,
        })),
      ];
      return tables.slice(0, mostTables);
    },
    async preview(selection, limit): Promise<Preview> {
      if (selection.kind === 'query') throw noQueries();
      const [first] = await filesOf(selection.table);
      const { name } = first as RemoteFile;
      const scratch = await means.scratch();
      const path = join(scratch, 'preview');
      await download(name, path, previewBytes);
      return await means.threads.run<FilePreviewInput, Preview>(
        worker,
        { path, name: baseName(name), folder: scratch, limit },
        { signal: means.signal },
      );
    },
    async fetch({ selection, folder: target, before = null }) {
      if (selection.kind === 'query') throw noQueries();
      const found = await filesOf(selection.table);
      const wanted = before === null ? found : await changedFiles(folder, found, before);
      const seen = Object.fromEntries(
        found.map(({ name, tag }) => [name, tag ?? before?.files[name] ?? null]),
      );
      const files: { path: string; name: string }[] = [];
      let left = means.config.STROMA_UPLOAD_LIMIT_BYTES;
      for (const [index, { name, tag }] of wanted.entries()) {
        const path = join(target, `file-${index}`);
        const read = await download(name, path, left);
        left -= read.bytes;
        seen[name] = tag ?? read.tag;
        files.push({ path, name: baseName(name) });
      }
      const partial = wanted.length < found.length;
      return { kind: 'files', files, rows: files.length === 0 ? 0 : null, seen, partial };
    },
  };
}

const askedAtOnce = 8;

/** Those to read: what is new and what has changed; all of them where rows of one that was read are to go. */
async function changedFiles(
  folder: RemoteFolder,
  found: readonly RemoteFile[],
  { files: known, adding }: ReadBefore,
): Promise<readonly RemoteFile[]> {
  const changed: RemoteFile[] = [];
  for (let at = 0; at < found.length; at += askedAtOnce) {
    const some = found.slice(at, at + askedAtOnce);
    const tags = await Promise.all(
      some.map(({ name, tag }) => (known[name] == null ? null : (tag ?? folder.tagOf?.(name) ?? null))),
    );
    changed.push(...some.filter(({ name }, index) => tags[index] === null || tags[index] !== known[name]));
  }
  if (adding) return changed;
  const present = new Set(found.map(({ name }) => name));
  const taken =
    Object.keys(known).some((name) => !present.has(name)) || changed.some(({ name }) => name in known);
  return taken ? found : changed;
}

const baseName = (name: string): string => name.split('/').at(-1) ?? name;

/** `2026/a.csv.gz` belongs to `2026/*.csv.gz`. */
function groupOf(name: string): string {
  const slash = name.lastIndexOf('/') + 1;
  return `${name.slice(0, slash)}*${readable.exec(name)?.[0] ?? ''}`;
}

const noQueries = (): StromaError =>
  new StromaError('INVALID_INPUT', 'Expected a file or folder: a source of this kind takes no queries.', {
    field: 'selection',
  });
