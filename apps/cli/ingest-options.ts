import { readFileSync } from 'node:fs';
import { columnTypes } from '@stroma/kernel';
import type { IngestOverrides } from '@stroma/lake';
import type { Invocation } from './command-line.ts';
import { UsageError } from './failure.ts';

const spelled: Record<string, string> = {
  tab: '\t',
  '\\t': '\t',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  space: ' ',
};

/** What the options say about how files are read; --overrides first, single options over it. */
export function ingestOptions(invocation: Invocation): IngestOverrides {
  const { text, number } = invocation;
  const file = text('overrides');
  const overrides: Record<string, unknown> = file === null ? {} : readOverridesFile(file, invocation);
  const set = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) overrides[name] = value;
  };
  const delimiter = text('delimiter');
  set('delimiter', delimiter === null ? null : (spelled[delimiter] ?? delimiter));
  for (const name of ['format', 'quote', 'escape', 'encoding', 'sheet', 'decimal', 'thousands'])
    set(name, text(name));
  set('date_order', text('date-order'));
  set('table', number('table'));
  set('skip_lines', number('skip-lines'));
  set('header_lines', number('header-lines'));
  set('footer_lines', number('footer-lines'));
  const order = text('row-order');
  if (order !== null) overrides.row_order = order === '' ? null : order;
  const nulls = invocation.texts('null');
  if (nulls.length > 0) overrides.null_values = nulls;
  const types = invocation.texts('type').map((each) => columnType(each, invocation));
  if (types.length > 0)
    overrides.column_types = { ...(overrides.column_types as object), ...Object.fromEntries(types) };
  return overrides as IngestOverrides;
}

function columnType(given: string, invocation: Invocation): [string, string] {
  const at = given.lastIndexOf('=');
  const type = given.slice(at + 1);
  if (at > 0 && (columnTypes as readonly string[]).includes(type)) return [given.slice(0, at), type];
  throw new UsageError(
    `Expected --type column=type with one of ${columnTypes.join(', ')}, given "${given}".`,
    invocation.command.name,
  );
}

function readOverridesFile(path: string, invocation: Invocation): Record<string, unknown> {
  const refuse = (why: string) =>
    new UsageError(
      `Expected --overrides with a JSON file holding one object: ${path} ${why}.`,
      invocation.command.name,
    );
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse(`could not be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('holds something else');
  const unknown = Object.keys(value).find((key) => !overrideKeys.has(key));
  if (unknown !== undefined) throw refuse(`holds "${unknown}"; known are ${[...overrideKeys].join(', ')}`);
  return value as Record<string, unknown>;
}

const overrideKeys: ReadonlySet<string> = new Set<keyof IngestOverrides>([
  'format',
  'encoding',
  'delimiter',
  'quote',
  'escape',
  'skip_lines',
  'header_lines',
  'footer_lines',
  'decimal',
  'thousands',
  'date_order',
  'null_values',
  'sheet',
  'table',
  'row_order',
  'column_types',
]);
