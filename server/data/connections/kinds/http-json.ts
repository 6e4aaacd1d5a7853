import { join } from 'node:path';
import type { SettingsOf, SourceSecrets } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { authorisation, call, hostOf } from './http-access.ts';
import { exactJson, followPointer, shownValue } from './json-pointer.ts';
import { JsonLines } from './line-file.ts';
import { type About, sourceError } from './source-failures.ts';
import type { Means, OpenSource, StagedColumn, Window } from './source-kind.ts';

/** Of one page, which is held in memory. */
const pageBytes = 16 * 1024 * 1024;

/** What these hold is kept as a secret, or not at all. */
const secretHeaders = new Set(['authorization', 'proxy-authorization', 'cookie']);

type Settings = SettingsOf<'http_json'>;

/** Rows of any API that answers JSON: where they stand in it, and how the next page is asked for, is told. */
export async function openHttpJson(
  settings: Settings,
  secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  const about: About = { where: hostOf(settings.url) };
  const secret = Object.keys(settings.headers).find((name) => secretHeaders.has(name.toLowerCase()));
  if (secret !== undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `Expected ${secret} as a secret: choose how to sign in, and give the token.`,
      {
        field: 'settings.headers',
      },
    );
  const headers = { accept: 'application/json', ...settings.headers, ...authorisation(settings, secrets) };
  const page = (url: URL): Promise<{ document: unknown; link: string | null }> =>
    readPage(means, url, headers, about, settings.auth === 'header' ? 0 : 3);
  const name = tableName(settings.url);
  const only = (table: string): void => {
    if (table !== name) throw sourceError('SOURCE_TABLE_MISSING', `${about.where} has only "${name}".`);
  };
  const first = await page(firstUrl(settings, null));
  rowsOf(settings, first.document, about);
  return {
    server: `HTTP ${about.where}`,
    encrypted: settings.url.startsWith('https:'),
    schemas: async () => [''],
    tables: async () => [{ schema: '', table: name, kind: 'rows', rows_estimate: null, bytes: null }],
    close: async () => undefined,
    async preview(selection, limit) {
      if (selection.kind === 'query') throw noQueries();
      only(selection.table);
      const rows = rowsOf(settings, first.document, about).slice(0, limit);
      const columns = columnsOf(rows);
      return {
        columns,
        rows: rows.map((row) =>
          columns.map(({ name: key }) => shownValue((row as Record<string, unknown>)[key])),
        ),
      };
    },
    async fetch({ selection, window, folder, onRows }) {
      if (selection.kind === 'query') throw noQueries();
      only(selection.table);
      const path = join(folder, 'rows.ndjson');
      const file = new JsonLines(path, means.config.STROMA_UPLOAD_LIMIT_BYTES);
      try {
        for await (const rows of pages(settings, window, page, about)) {
          means.signal.throwIfAborted();
          await file.write(rows);
          onRows(file.rows);
        }
        await file.end();
      } finally {
        file.destroy();
      }
      return { kind: 'files', files: [{ path, name: 'rows.ndjson' }], rows: file.rows };
    },
  };
}

type Page = (url: URL) => Promise<{ document: unknown; link: string | null }>;

async function* pages(
  settings: Settings,
  window: Window | null,
  page: Page,
  about: About,
): AsyncGenerator<object[]> {
  const { max_pages, max_rows } = settings;
  let url: URL | null = firstUrl(settings, window);
  let given = 0;
  for (let number = 0; url !== null; number += 1) {
    if (number >= max_pages)
      throw sourceError(
        'FILE_TOO_LARGE',
        `${about.where} still names a next page after ${max_pages}. Raise max_pages if that is right.`,
      );
    const { document, link }: Awaited<ReturnType<Page>> = await page(url);
    const rows = rowsOf(settings, document, about);
    given += rows.length;
    if (given > max_rows)
      throw sourceError(
        'FILE_TOO_LARGE',
        `${about.where} gave more than ${max_rows} rows. Raise max_rows if that is right.`,
      );
    if (rows.length > 0) yield rows;
    const next: URL | null = nextUrl(
      settings,
      url,
      document,
      link,
      { number, given, rows: rows.length },
      about,
    );
    if (next !== null && next.href === url.href)
      throw sourceError('SOURCE_ANSWER', `${about.where} names the page itself as the next one.`);
    url = next;
  }
}

function firstUrl({ url: address, paging, since_parameter }: Settings, window: Window | null): URL {
  const url = new URL(address);
  if (since_parameter !== undefined && window !== null && window.from !== null)
    url.searchParams.set(since_parameter, asIso(window.from));
  if (paging.kind === 'page') url.searchParams.set(paging.parameter, String(paging.first));
  if (paging.kind === 'offset') url.searchParams.set(paging.parameter, '0');
  if (
    (paging.kind === 'page' || paging.kind === 'offset') &&
    paging.size_parameter !== undefined &&
    paging.size !== undefined
  )
    url.searchParams.set(paging.size_parameter, String(paging.size));
  return url;
}

/** A time as JSON has it, in UTC; anything else as it is. */
const asIso = (cursor: string): string =>
  /^\d{4}-\d\d-\d\d \d\d:/.test(cursor) ? `${cursor.replace(' ', 'T').replace(/\+00$/, '')}Z` : cursor;

function nextUrl(
  { paging }: Settings,
  present: URL,
  document: unknown,
  link: string | null,
  { number, given, rows }: { number: number; given: number; rows: number },
  about: About,
): URL | null {
  const with_ = (parameter: string, value: string): URL => {
    const url = new URL(present);
    url.searchParams.set(parameter, value);
    return url;
  };
  switch (paging.kind) {
    case 'none':
      return null;
    case 'page':
      return rows === 0 || (paging.size !== undefined && rows < paging.size)
        ? null
        : with_(paging.parameter, String(paging.first + number + 1));
    case 'offset':
      return rows === 0 || rows < paging.size ? null : with_(paging.parameter, String(given));
    case 'cursor': {
      const cursor = followPointer(document, paging.pointer);
      return cursor === undefined || cursor === null || cursor === '' || cursor === false
        ? null
        : with_(paging.parameter, String(cursor));
    }
    case 'next_link': {
      const next = paging.pointer === undefined ? nextOfLink(link) : followPointer(document, paging.pointer);
      if (typeof next !== 'string' || next === '') return null;
      if (!URL.canParse(next, present.href))
        throw sourceError('SOURCE_ANSWER', `${about.where} names a next page that is no address.`);
      const url = new URL(next, present);
      // What proves who asks is meant for the first host alone.
      if (url.origin !== present.origin)
        throw sourceError(
          'OUTGOING_REFUSED',
          `${about.where} names a next page on another host, ${url.host}; it is not followed.`,
        );
      return url;
    }
  }
}

/** RFC 8288: `<https://…>; rel="next"`. */
function nextOfLink(header: string | null): string | null {
  for (const part of (header ?? '').split(/,\s*(?=<)/)) {
    const found = /^<([^>]*)>(.*)$/.exec(part.trim());
    if (found !== null && /;\s*rel\s*=\s*"?([^";]*\s)?next(\s[^";]*)?"?/i.test(found[2] ?? ''))
      return found[1] ?? null;
  }
  return null;
}

async function readPage(
  means: Means,
  url: URL,
  headers: Record<string, string>,
  about: About,
  maxRedirects: number,
): Promise<{ document: unknown; link: string | null }> {
  const limits = { timeoutMs: Math.min(means.timeoutMs, 60_000), maxBytes: pageBytes, maxRedirects };
  const answer = await call(means, { url, headers, limits, about, patient: true });
  const text = await answer.text();
  try {
    return { document: exactJson(text), link: answer.headers.get('link') };
  } catch (error) {
    const kind = answer.headers.get('content-type')?.split(';')[0] ?? 'nothing';
    throw sourceError(
      'SOURCE_ANSWER',
      `${about.where} answered with something other than JSON (${kind.slice(0, 80)}).`,
      error,
    );
  }
}

function rowsOf({ rows: pointer }: Settings, document: unknown, { where }: About): object[] {
  const found = followPointer(document, pointer);
  if (!Array.isArray(found))
    throw sourceError(
      'SOURCE_ANSWER',
      found === undefined
        ? `The answer of ${where} has nothing at "${pointer}".`
        : `Expected a list of rows at "${pointer}" in the answer of ${where}. Say where the rows are by a JSON pointer.`,
      undefined,
      {
        keys:
          typeof document === 'object' && document !== null && !Array.isArray(document)
            ? Object.keys(document).slice(0, 30)
            : [],
      },
    );
  return found.map((row: unknown) =>
    typeof row === 'object' && row !== null && !Array.isArray(row) ? row : { value: row },
  );
}

/** Of the rows that are shown; what becomes of them is decided over all rows. */
function columnsOf(rows: readonly object[]): StagedColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 2000);
  return names.map((name) => {
    const kinds = new Set(
      rows
        .map((row) => kindOf(shownValue((row as Record<string, unknown>)[name])))
        .filter((kind) => kind !== null),
    );
    const [only = 'text'] = kinds;
    const type =
      kinds.size === 1
        ? only
        : kinds.size === 2 && kinds.has('integer') && kinds.has('number')
          ? 'number'
          : 'text';
    return { name, source_type: type === 'nested' ? 'object' : type, type, sqlTypes: [] };
  });
}

function kindOf(value: unknown): StagedColumn['type'] | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'object') return 'nested';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(String(value))) return 'timestamp';
  return /^\d{4}-\d\d-\d\d$/.test(String(value)) ? 'date' : 'text';
}

const noQueries = (): StromaError =>
  new StromaError('INVALID_INPUT', 'Expected a table: a source of this kind takes no queries.', {
    field: 'selection',
  });

/** The last part of the path, as people call what is there. */
function tableName(url: string): string {
  const { hostname, pathname } = new URL(url);
  const last = pathname
    .split('/')
    .filter((part) => part !== '')
    .at(-1);
  return last === undefined ? hostname : decodeURIComponent(last);
}
