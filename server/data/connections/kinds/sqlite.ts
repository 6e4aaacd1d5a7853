import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import type { SettingsOf, SourceSecrets } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { sourceError } from './source-failures.ts';
import type { Means, OpenSource } from './source-kind.ts';
import type { SqliteAnswer, SqliteOrder } from './sqlite.worker.ts';

const worker = new URL('./sqlite.worker.ts', import.meta.url);

/** An SQLite file, opened read-only in a thread of its own. */
export async function openSqlite(
  settings: SettingsOf<'sqlite'>,
  _secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  const path = await fileOf(settings, means);
  const ask = async <K extends SqliteOrder['kind']>(
    order: Extract<SqliteOrder, { kind: K }>,
    onRows?: (rows: number) => void,
  ): Promise<SqliteAnswer[K]> => {
    const late = AbortSignal.timeout(means.timeoutMs);
    try {
      return await means.threads.run<{ path: string; order: SqliteOrder }, SqliteAnswer[K]>(
        worker,
        { path, order },
        {
          signal: AbortSignal.any([means.signal, late]),
          onProgress: (_fraction, rows) => onRows?.(Number(rows)),
        },
      );
    } catch (error) {
      means.signal.throwIfAborted();
      if (late.aborted)
        throw sourceError(
          'SOURCE_TIMEOUT',
          'The query took longer than it may. Choose fewer rows, or add an index.',
          error,
        );
      throw error;
    }
  };
  const { version } = await ask({ kind: 'test' });
  return {
    server: `SQLite ${version}`,
    encrypted: false,
    schemas: async () => ['main'],
    tables: () => ask({ kind: 'tables' }),
    preview: (selection, limit) => ask({ kind: 'preview', selection, limit }),
    async fetch({ selection, window, folder, onRows }) {
      const rows = join(folder, 'rows.ndjson');
      const maxBytes = means.config.STROMA_UPLOAD_LIMIT_BYTES;
      const staged = await ask({ kind: 'fetch', selection, window, target: rows, maxBytes }, onRows);
      return { kind: 'grid', path: rows, ...staged };
    },
    close: async () => undefined,
  };
}

/** The file that was sent, or one in a folder an operator allows, wherever links may lead. */
async function fileOf({ file_id, path }: SettingsOf<'sqlite'>, means: Means): Promise<string> {
  if ((file_id === undefined) === (path === undefined))
    throw new StromaError(
      'INVALID_INPUT',
      'Expected either the file_id of a file that was sent, or a path.',
      {
        field: 'settings.path',
      },
    );
  if (file_id !== undefined) return await means.sentFile(file_id);
  const folders = (means.config.STROMA_SQLITE_FOLDERS ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const refused = () =>
    sourceError(
      'SOURCE_PERMISSION',
      folders.length === 0
        ? 'No folder is allowed for SQLite files. Send the file, or have an operator set STROMA_SQLITE_FOLDERS.'
        : 'The path does not lie in a folder of STROMA_SQLITE_FOLDERS.',
    );
  const given = path ?? '';
  if (!isAbsolute(given)) throw refused();
  const allowed = async (candidate: string, followed: boolean): Promise<boolean> => {
    for (const folder of folders) {
      const base = followed ? await realpath(folder).catch(() => null) : resolve(folder);
      if (base !== null && candidate.startsWith(base + sep)) return true;
    }
    return false;
  };
  if (!(await allowed(resolve(given), false))) throw refused();
  const real = await realpath(given).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EACCES'
      ? sourceError('SOURCE_PERMISSION', 'Stroma may not read this file.', error)
      : sourceError('SOURCE_DATABASE_MISSING', 'There is no file at this path.', error);
  });
  if (!(await allowed(real, true))) throw refused();
  return real;
}
