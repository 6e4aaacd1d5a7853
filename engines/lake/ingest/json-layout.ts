import { StromaError } from '@stroma/kernel';
import { defaultDialect } from './csv-dialect.ts';
import type { IngestContext } from './ingest-context.ts';
import { splitJson } from './json-splitter.ts';
import { parseJson } from './json-values.ts';
import { readRecords } from './record-reader.ts';

/** Where the rows of a JSON file are. */
export interface JsonLayout {
  format: 'json' | 'ndjson';
  /** How the file is walked: line by line, value after value, or the children of the list at `start`. */
  walk: 'lines' | 'sequence' | 'list' | 'whole';
  rows: 'objects' | 'lists' | 'values';
  start: number;
  line: number;
  lastLine: number;
  /** Key of the list inside an object, or null. */
  name: string | null;
  /** Column names given beside the rows. */
  header: string[] | null;
  geoJson: boolean;
  reason: string;
}

const maxChildren = 100_000;
/** An object without a list of rows is read at once. */
const wholeObjectBytes = 256 * 2 ** 20;
const openBracket = 91;
const openBrace = 123;
const quoteByte = 34;

const rowsOf = (first: number): JsonLayout['rows'] =>
  first === openBrace ? 'objects' : first === openBracket ? 'lists' : 'values';

/** Looks through a JSON file for its rows. Throws what `splitJson` throws. */
export async function findJsonRows(context: IngestContext, path: string, start: number): Promise<JsonLayout> {
  const options = {
    start,
    keep: 'none' as const,
    maxValueBytes: context.limits.maxCellBytes,
    signal: context.signal,
  };
  const base = { start, line: 1, lastLine: 1, name: null, header: null, geoJson: false };
  if (await firstLineIsWhole(context, path, start)) {
    const first = await firstByte(path, start);
    return {
      ...base,
      format: 'ndjson',
      walk: 'lines',
      rows: rowsOf(first),
      reason: 'One JSON value a line.',
    };
  }
  const roots: { first: number; end: number; line: number }[] = [];
  await splitJson(path, { ...options, level: 0 }, (span) => {
    roots.push({ first: span.first, end: span.end, line: span.line });
    return roots.length < 3;
  });
  const root = roots[0];
  if (!root) throw new StromaError('EMPTY_FILE', 'Expected JSON, but the file holds only blank space.');
  if (roots.length > 1) {
    return {
      ...base,
      format: 'ndjson',
      walk: 'sequence',
      rows: rowsOf(root.first),
      reason: 'JSON values one after the other.',
    };
  }
  if (root.first === openBracket) {
    const rows = await rowsOfList(path, start, options);
    return { ...base, format: 'json', walk: 'list', rows, reason: 'The file is one list.' };
  }
  if (root.first === openBrace) return findList(context, path, start);
  throw new StromaError('NO_TABLE', 'Expected a JSON list or object, got a single value.');
}

async function firstByte(path: string, start: number): Promise<number> {
  let first = 0;
  await splitJson(path, { start, level: 0, keep: 'none', maxValueBytes: 2 ** 30 }, (span) => {
    first = span.first;
    return false;
  });
  return first;
}

/** NDJSON shows in its first lines: each is a value by itself. */
async function firstLineIsWhole(context: IngestContext, path: string, start: number): Promise<boolean> {
  let lines = 0;
  let whole = 0;
  await readLines(context, path, start, (text) => {
    if (text.trim() === '') return true;
    lines++;
    try {
      const { value } = parseJson(text);
      if (typeof value === 'object' && value !== null) whole++;
    } catch {
      // A line that is no JSON by itself is the answer looked for, not a fault.
    }
    return lines < 20;
  });
  return lines > 1 && whole > lines / 2;
}

async function rowsOfList(
  path: string,
  start: number,
  options: Omit<Parameters<typeof splitJson>[1], 'level'>,
): Promise<JsonLayout['rows']> {
  const counts = { objects: 0, lists: 0, values: 0 };
  let seen = 0;
  await splitJson(path, { ...options, start, level: 1 }, (span) => {
    counts[rowsOf(span.first)]++;
    return ++seen < 100;
  });
  if (counts.objects >= counts.lists && counts.objects >= counts.values) return 'objects';
  return counts.lists >= counts.values ? 'lists' : 'values';
}

interface Child {
  key: string;
  start: number;
  size: number;
  line: number;
  first: number;
  rows: JsonLayout['rows'];
}

/** The list of rows inside an object: GeoJSON features, or the largest list of objects or lists among its children. */
async function findList(context: IngestContext, path: string, start: number): Promise<JsonLayout> {
  const options = {
    start,
    keep: 'strings' as const,
    maxValueBytes: context.limits.maxCellBytes,
    signal: context.signal,
  };
  const children: Child[] = [];
  let key: string | null = null;
  await splitJson(path, { ...options, level: 1 }, (span) => {
    if (key === null) {
      if (span.first !== quoteByte) throw malformedKey(span.line);
      key = String(JSON.parse(Buffer.from(span.bytes).toString('utf8')));
    } else {
      children.push({
        key,
        start: span.start,
        size: span.end - span.start,
        line: span.line,
        first: span.first,
        rows: 'values',
      });
      key = null;
    }
    return children.length < maxChildren;
  });
  for (const child of children) {
    if (child.first === openBracket) child.rows = await rowsOfList(path, child.start, options);
  }
  const lists = children.filter((child) => child.first === openBracket && child.rows !== 'values');
  const chosen = lists.find((child) => child.key === 'features') ?? lists.sort((a, b) => b.size - a.size)[0];
  const base = { format: 'json', line: 1, lastLine: 1, header: null, geoJson: false } as const;
  if (!chosen) {
    return {
      ...base,
      walk: 'whole',
      rows: 'objects',
      start,
      name: null,
      reason: 'The file is one object: a table of one row.',
    };
  }
  const header = chosen.rows === 'lists' ? await readHeader(path, children, context) : null;
  return {
    ...base,
    walk: 'list',
    rows: chosen.rows,
    start: chosen.start,
    line: chosen.line,
    name: chosen.key,
    header,
    geoJson: chosen.key === 'features' && chosen.rows === 'objects',
    reason: `The list "${chosen.key}" inside the object holds the rows.`,
  };
}

function malformedKey(line: number): StromaError {
  return new StromaError(
    'MALFORMED_FILE',
    `Expected a key in quotes at line ${line}. Check the JSON there.`,
    { line },
  );
}

/** Column names beside a list of lists, as `{"columns": [...], "data": [[...]]}` has them. */
async function readHeader(path: string, children: Child[], context: IngestContext): Promise<string[] | null> {
  const child = children.find(
    (each) => /^(columns|header|headers|fields|names)$/i.test(each.key) && each.first === openBracket,
  );
  if (child?.rows !== 'values') return null;
  const header: string[] = [];
  await splitJson(
    path,
    { start: child.start, level: 1, keep: 'all', maxValueBytes: context.limits.maxCellBytes },
    (span) => {
      header.push(String(JSON.parse(Buffer.from(span.bytes).toString('utf8'))));
      return header.length <= context.limits.maxColumns;
    },
  );
  return header;
}

/** Gives the text of every row value and its line, in order. */
export async function readJsonValues(
  context: IngestContext,
  path: string,
  layout: JsonLayout,
  options: { afterBlock?: () => Promise<void> },
  visit: (text: string, line: number) => void,
): Promise<void> {
  if (layout.walk === 'lines') {
    await readLines(
      context,
      path,
      layout.start,
      (text, line) => {
        if (text.trim() !== '') visit(text, line);
        return true;
      },
      options.afterBlock,
    );
    return;
  }
  const level = layout.walk === 'list' ? 1 : 0;
  const split = {
    start: layout.start,
    level,
    keep: 'all',
    maxValueBytes: layout.walk === 'whole' ? wholeObjectBytes : context.limits.maxCellBytes,
    signal: context.signal,
    ...options,
  } as const;
  const lineOffset = layout.line - 1;
  await splitJson(path, split, (span) => {
    visit(
      Buffer.from(span.bytes.buffer, span.bytes.byteOffset, span.bytes.length).toString('utf8'),
      span.line + lineOffset,
    );
    return true;
  });
}

async function readLines(
  context: IngestContext,
  path: string,
  start: number,
  visit: (text: string, line: number) => boolean,
  afterBlock?: () => Promise<void>,
): Promise<void> {
  const dialect = { ...defaultDialect, delimiter: '\0', quote: '' };
  const { maxCellBytes } = context.limits;
  const options = {
    maxCellBytes,
    maxColumns: 1,
    signal: context.signal,
    ...(afterBlock ? { afterBlock } : {}),
  };
  await readRecords(path, { start, line: 1 }, dialect, options, ({ bytes, from, scanner, line }) =>
    visit(
      Buffer.from(bytes.buffer, bytes.byteOffset + from, scanner.recordEnd - from).toString('utf8'),
      line,
    ),
  );
}
