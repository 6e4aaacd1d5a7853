import type { TopicColumn } from '@stroma/contracts';

/** The event as it is kept: JSON with its columns in their order, none missing; or why it does not fit. */
export type Fitted = { line: string } | { reason: string };

const longestText = 65_536;
const longestEvent = 262_144;

type Read = (value: unknown) => string | null;

/** Each answers the value as JSON, or null for one that is not of the type. */
const readers: Record<TopicColumn['type'], Read> = {
  text: (value) => (typeof value === 'string' && value.length <= longestText ? JSON.stringify(value) : null),
  integer: (value) => (Number.isSafeInteger(value) ? String(value) : null),
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : null),
  boolean: (value) => (typeof value === 'boolean' ? String(value) : null),
  date: (value) => (typeof value === 'string' && isDate(value) ? `"${value}"` : null),
  timestamp: readTimestamp,
};

const wanted: Record<TopicColumn['type'], string> = {
  text: `a text of at most ${longestText} characters`,
  integer: 'a whole number within ±(2^53 - 1)',
  number: 'a finite number',
  boolean: 'true or false',
  date: 'a date as YYYY-MM-DD',
  timestamp: 'a time as ISO 8601 with its offset, or milliseconds since 1970',
};

/** Makes what holds events against the columns of their topic. */
export function eventFitter(columns: readonly TopicColumn[]): (event: unknown) => Fitted {
  const fields = columns.map(({ name, type, required }, index) => ({
    name,
    type,
    required,
    read: readers[type],
    before: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  }));
  const known = new Set(columns.map(({ name }) => name));
  return (event) => {
    if (event === null || typeof event !== 'object' || Array.isArray(event))
      return { reason: 'Expected a JSON object.' };
    const given = event as Record<string, unknown>;
    let line = '';
    let found = 0;
    for (const { name, type, required, read, before } of fields) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value !== undefined) found += 1;
      if (value === undefined || value === null) {
        if (required) return { reason: `Column "${name}" is required.` };
        line += `${before}null`;
        continue;
      }
      const text = read(value);
      if (text === null) return { reason: `Column "${name}": expected ${wanted[type]}.` };
      line += before + text;
    }
    if (found < Object.keys(given).length) {
      const unknown = Object.keys(given).find((name) => !known.has(name)) ?? '';
      return { reason: `The topic has no column "${unknown.slice(0, 100)}".` };
    }
    if (line.length > longestEvent)
      return { reason: `Expected an event of at most ${longestEvent} characters.` };
    return { line: `${line}}` };
  };
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const isoTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Kept to the millisecond, in UTC. */
function readTimestamp(value: unknown): string | null {
  if (typeof value === 'string' && (!isoTime.test(value) || !isDate(value.slice(0, 10)))) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const time = new Date(value);
  const year = time.getUTCFullYear();
  // Four digits, as the lake reads them back.
  return year >= 1 && year <= 9999 ? `"${time.toISOString()}"` : null;
}
