import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { SettingsOf, SourceSecrets } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { folderSource, type RemoteFile } from './file-folder.ts';
import { authorisation, call, hostOf } from './http-access.ts';
import { type About, sourceError } from './source-failures.ts';
import { type Means, mostTables, type OpenSource } from './source-kind.ts';

const indexBytes = 5 * 1024 * 1024;

/** Files that an index page links to, or a manifest names. */
export async function openHttpFiles(
  settings: SettingsOf<'http_files'>,
  secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  const base = new URL(settings.url);
  const about: About = { where: hostOf(settings.url) };
  const headers = authorisation(settings, secrets);
  const maxRedirects = settings.auth === 'header' ? 0 : 3;
  const list = async (): Promise<Map<string, URL>> => {
    const limits = { timeoutMs: Math.min(means.timeoutMs, 30_000), maxBytes: indexBytes, maxRedirects };
    const answer = await call(means, { url: base, headers, limits, about, patient: true });
    const type = answer.headers.get('content-type') ?? '';
    const found = linksOf(await answer.text(), type);
    // Credentials are for the host that was given, so only its files are read with them.
    const links = found
      .map((link) => (URL.canParse(link, base.href) ? new URL(link, base) : null))
      .filter((url) => url !== null)
      .filter((url) => url.origin === base.origin || settings.auth === 'none');
    return new Map(links.slice(0, mostTables).map((url) => [nameOf(url, base), url]));
  };
  const files = await list();
  if (files.size === 0)
    throw sourceError(
      'SOURCE_ANSWER',
      `${about.where} answers, but names no files there. Expected a page with links, or a manifest.`,
    );
  return folderSource(
    {
      server: `HTTP ${about.where}`,
      encrypted: base.protocol === 'https:',
      about,
      async list(): Promise<RemoteFile[]> {
        return [...files.keys()].map((name) => ({ name, bytes: null, tag: null }));
      },
      async open(name, maxBytes) {
        const url = files.get(name);
        if (url === undefined)
          throw sourceError('SOURCE_TABLE_MISSING', `${about.where} has no file "${name}".`);
        const limits = { timeoutMs: means.timeoutMs, maxBytes, maxRedirects, streamed: true };
        const answer = await call(means, { url, headers, limits, about, patient: true });
        const content =
          answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body as ReadableStream);
        return { content, tag: tagIn(answer.headers) };
      },
      async tagOf(name) {
        const url = files.get(name);
        if (url === undefined) return null;
        const limits = { timeoutMs: Math.min(means.timeoutMs, 30_000), maxBytes: indexBytes, maxRedirects };
        try {
          return tagIn((await call(means, { url, method: 'HEAD', headers, limits, about })).headers);
        } catch (error) {
          means.signal.throwIfAborted();
          // A server that does not answer this way is asked for the file itself.
          if (error instanceof StromaError) return null;
          throw error;
        }
      },
    },
    means,
  );
}

/** RFC 9110, 8.8: what is another after each change. */
function tagIn(headers: Headers): string | null {
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')];
  return etag === null && modified === null
    ? null
    : [etag, modified, headers.get('content-length')].map((each) => each ?? '').join(' ');
}

/** Of a manifest in JSON (a list of addresses, or of objects with `url` or `path`), one address a line, or a page. */
function linksOf(text: string, type: string): string[] {
  const trimmed = text.trim();
  if (type.includes('json') || /^[[{]/.test(trimmed)) {
    try {
      return named(JSON.parse(trimmed));
    } catch {
      return [];
    }
  }
  if (type.includes('html') || trimmed.startsWith('<'))
    return [...trimmed.matchAll(/<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi)].map(
      ([, double, single, plain]) => (double ?? single ?? plain ?? '').replaceAll('&amp;', '&'),
    );
  return trimmed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function named(document: unknown): string[] {
  if (Array.isArray(document)) return document.flatMap(named);
  if (typeof document === 'string') return [document];
  if (typeof document !== 'object' || document === null) return [];
  const { url, path, href, files } = document as Record<string, unknown>;
  const own = [url, path, href].find((each) => typeof each === 'string');
  return [...(own === undefined ? [] : [String(own)]), ...(files === undefined ? [] : named(files))];
}

function nameOf(url: URL, base: URL): string {
  const folder = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1);
  const path = url.pathname.startsWith(folder) ? url.pathname.slice(folder.length) : url.pathname.slice(1);
  const name = safely(path);
  return url.origin === base.origin ? name : `${url.host}/${name}`;
}

function safely(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
