import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';
import type { StagedColumn } from './column-typing.ts';
import { defaultDialect } from './csv-dialect.ts';
import { GridWriter } from './grid-writer.ts';
import { nameColumns } from './header-detection.ts';
import type { IngestContext } from './ingest-context.ts';
import { type StagedText, stageDelimited } from './ingest-csv.ts';
import { type JsonLayout, readJsonValues } from './json-layout.ts';
import {
  cellText,
  countKeys,
  ExactNumber,
  isRecord,
  type JsonCell,
  parseJson,
  writeJson,
} from './json-values.ts';
import { cleanRelation, type StagedTable } from './staged-table.ts';

const maxNesting = 8;

/**
 * Reads JSON values as a table. Objects become rows; objects inside them become columns named `outer.inner`;
 * lists become nested columns. Lists of lists are read as a grid whose first list may be a header; plain values
 * become one column. What is no row is rejected with its line.
 */
export async function stageJson(
  context: IngestContext,
  given: string,
  found: JsonLayout,
): Promise<StagedText> {
  const { path, layout } =
    found.walk === 'whole' ? await expandColumns(context, given, found) : { path: given, layout: found };
  if (layout.rows === 'lists') return stageLists(context, path, layout);
  const keys = await collectKeys(context, path, layout);
  const names = [...keys.keys()];
  if (names.length === 0) {
    throw new StromaError(
      'NO_TABLE',
      'Expected JSON records with at least one field, got none. Give a list of objects.',
    );
  }
  if (names.length > context.limits.maxColumns) {
    throw new StromaError(
      'TOO_MANY_COLUMNS',
      `Expected at most ${context.limits.maxColumns} fields over all records, got ${names.length}. Turn keys that are values into a field.`,
      { columns: names.length, limit: context.limits.maxColumns },
    );
  }
  context.progress(0.3, 'rewriting');
  const target = join(context.workFolder, 'records.csv');
  const writer = new GridWriter(target);
  const sample: string[][] = [];
  await readJsonValues(context, path, layout, { afterBlock: () => writer.flush() }, (text, line) => {
    const record = parseRecord(text, layout);
    if (typeof record === 'string') return;
    const fields = flatten(record.fields, layout);
    const cells = names.map((name) => cellText(fields.get(name)));
    writer.add(cells, line);
    if (sample.length < 2000 || writer.rows % 97 === 0) {
      if (sample.length * names.length < 400_000) sample.push(cells.map((cell) => cell ?? ''));
    }
  });
  await writer.close();
  return {
    staged: stagedRecords(target, keys, writer, sample),
    decisions: jsonDecisions(names, writer.rows, layout),
  };
}

function stagedRecords(
  path: string,
  keys: Map<string, KeyKinds>,
  writer: GridWriter,
  sample: string[][],
): StagedTable {
  const kinds = [...keys.values()];
  const columns = nameColumns([[...keys.keys()]], keys.size).map((name, index): StagedColumn => {
    const { strings, lists, others } = kinds[index] as KeyKinds;
    if (lists > 0 && strings === 0 && others === 0) return { ...name, source: 'nested' };
    return strings > 0 && others === 0 ? { ...name, source: 'strings' } : name;
  });
  return {
    columns,
    sample,
    records: writer.rows,
    relation: cleanRelation(path, columns.length, writer.longest),
    hasLines: true,
    raw: {
      path,
      range: { start: 0, line: 1 },
      dialect: defaultDialect,
      skip: 0,
      lineInFront: true,
      linesAreRecords: true,
    },
  };
}

interface KeyKinds {
  strings: number;
  lists: number;
  others: number;
}

/** The fields of all records in order of appearance; records that are none go to the rejects here, once. */
async function collectKeys(
  context: IngestContext,
  path: string,
  layout: JsonLayout,
): Promise<Map<string, KeyKinds>> {
  const keys = new Map<string, KeyKinds>();
  let good = 0;
  let loose = 0;
  let duplicates = 0;
  let firstError = '';
  await readJsonValues(context, path, layout, {}, (text, line) => {
    const record = parseRecord(text, layout);
    if (typeof record === 'string') {
      firstError ||= `line ${line}: ${record}`;
      context.rejects.add(line, record, text);
      return;
    }
    good++;
    loose += record.loose;
    if (layout.rows === 'objects' && countKeys(text) > Object.keys(record.fields).length) duplicates++;
    for (const [name, value] of flatten(record.fields, layout)) {
      const kinds = keys.get(name) ?? { strings: 0, lists: 0, others: 0 };
      if (typeof value === 'string') kinds.strings++;
      else if (Array.isArray(value)) kinds.lists++;
      else if (value !== null) kinds.others++;
      keys.set(name, kinds);
    }
  });
  if (good === 0 && context.rejects.count > 0) {
    throw new StromaError('MALFORMED_FILE', `Expected JSON records, but none could be read; ${firstError}`, {
      error: firstError,
    });
  }
  if (good === 0) throw new StromaError('NO_TABLE', 'Expected at least one JSON record, got an empty list.');
  context.warn('duplicate-keys', 'Objects name a key twice; the last value was taken.', duplicates);
  context.warn(
    'non-json-numbers',
    'NaN and infinities, which JSON does not have, were read as missing.',
    loose,
  );
  return keys;
}

function parseRecord(
  text: string,
  layout: JsonLayout,
): { fields: { [key: string]: JsonCell }; loose: number } | string {
  try {
    const { value, loose } = parseJson(text);
    if (layout.rows === 'values') return { fields: { value }, loose };
    if (isRecord(value)) return { fields: value, loose };
    return `Expected an object, got ${Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value}.`;
  } catch (error) {
    return `Not valid JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function flatten(record: { [key: string]: JsonCell }, layout: JsonLayout): Map<string, JsonCell> {
  const fields = new Map<string, JsonCell>();
  if (layout.geoJson) flattenFeature(record, fields);
  else flattenInto(record, '', 0, fields);
  return fields;
}

function flattenInto(
  record: { [key: string]: JsonCell },
  prefix: string,
  depth: number,
  fields: Map<string, JsonCell>,
): void {
  for (const [key, value] of Object.entries(record)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (isRecord(value) && depth < maxNesting && Object.keys(value).length > 0)
      flattenInto(value, name, depth + 1, fields);
    else fields.set(name, isRecord(value) && Object.keys(value).length === 0 ? null : value);
  }
}

/** A GeoJSON feature (RFC 7946): its properties, and its geometry as type, longitude and latitude or JSON text. */
function flattenFeature(feature: { [key: string]: JsonCell }, fields: Map<string, JsonCell>): void {
  if (feature.id !== undefined) fields.set('id', feature.id);
  if (isRecord(feature.properties ?? null))
    flattenInto(feature.properties as { [key: string]: JsonCell }, '', 0, fields);
  const geometry = feature.geometry ?? null;
  if (!isRecord(geometry)) return;
  const { coordinates } = geometry;
  fields.set(
    'geometry',
    JSON.stringify(geometry, (_, value) => (value instanceof ExactNumber ? Number(value.text) : value)),
  );
  fields.set('geometry_type', geometry.type ?? null);
  const isPoint = geometry.type === 'Point' && Array.isArray(coordinates);
  fields.set('longitude', isPoint ? (coordinates[0] ?? null) : null);
  fields.set('latitude', isPoint ? (coordinates[1] ?? null) : null);
}

/** An object of columns (`{"a": [1, 2], "b": [3, 4]}`, or objects with the same keys) is turned into rows. */
async function expandColumns(
  context: IngestContext,
  path: string,
  layout: JsonLayout,
): Promise<{ path: string; layout: JsonLayout }> {
  let rows: { [key: string]: JsonCell }[] | null = null;
  await readJsonValues(context, path, layout, {}, (text) => {
    const record = parseRecord(text, layout);
    if (typeof record === 'string') throw new StromaError('MALFORMED_FILE', `Expected valid JSON. ${record}`);
    rows = rowsOfColumns(record.fields);
  });
  const found = rows as { [key: string]: JsonCell }[] | null;
  if (!found) return { path, layout };
  const target = join(context.workFolder, 'rows.ndjson');
  await writeFile(target, found.map((row) => writeJson(row)).join('\n'));
  return {
    path: target,
    layout: { ...layout, walk: 'lines', start: 0, reason: 'The file is one object of columns.' },
  };
}

function rowsOfColumns(fields: { [key: string]: JsonCell }): { [key: string]: JsonCell }[] | null {
  const entries = Object.entries(fields);
  const [, first] = entries[0] ?? [];
  if (first === undefined || first === null || typeof first !== 'object' || first instanceof ExactNumber)
    return null;
  const keys = Object.keys(first);
  if (keys.length < 2) return null;
  const alike = entries.every(([, value]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(first))
      return false;
    const own = Object.entries(value);
    return (
      own.length === keys.length &&
      own.every(([key, each], i) => key === keys[i] && (typeof each !== 'object' || each === null))
    );
  });
  if (!alike || (entries.length === 1 && !Array.isArray(first))) return null;
  return keys.map((key) =>
    Object.fromEntries(
      entries.map(([name, value]) => [name, (value as { [key: string]: JsonCell })[key] ?? null]),
    ),
  );
}

async function stageLists(context: IngestContext, path: string, layout: JsonLayout): Promise<StagedText> {
  const target = join(context.workFolder, 'lists.csv');
  const writer = new GridWriter(target);
  if (layout.header) writer.add(layout.header);
  await readJsonValues(context, path, layout, { afterBlock: () => writer.flush() }, (text, line) => {
    try {
      const { value } = parseJson(text);
      if (Array.isArray(value)) writer.add(value.map(cellText));
      else context.rejects.add(line, 'Expected a list like the others.', text);
    } catch (error) {
      context.rejects.add(
        line,
        `Not valid JSON: ${error instanceof Error ? error.message : String(error)}.`,
        text,
      );
    }
  });
  await writer.close();
  const { staged, decisions } = await stageDelimited(context, target, 0, defaultDialect, {
    name: null,
    linesAreRecords: true,
  });
  return { staged, decisions: { ...decisions, line_end: null } };
}

function jsonDecisions(names: string[], rows: number, layout: JsonLayout): StagedText['decisions'] {
  return {
    encoding: null,
    delimiter: null,
    quote: null,
    escape: null,
    line_end: null,
    skip_lines: null,
    header_lines: null,
    footer_lines: null,
    table: { value: 0, reason: layout.reason, given: false },
    tables: [
      {
        index: 0,
        name: layout.name,
        first_line: layout.line,
        last_line: layout.lastLine,
        columns: names,
        rows,
      },
    ],
  };
}
