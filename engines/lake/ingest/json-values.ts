/** A number of a JSON text that a double would round: kept as it is written. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonCell =
  | string
  | number
  | boolean
  | null
  | ExactNumber
  | JsonCell[]
  | { [key: string]: JsonCell };

const longDigits = /[0-9]{16}/;
const looseToken = /(?<=[[{,:\s]|^)(-?Infinity|-?NaN|nan)(?=[\]},\s]|$)/g;

export interface ParsedJson {
  value: JsonCell;
  /** `NaN` and infinities that were read as missing: JSON has no such values. */
  loose: number;
}

/** Parses one value; integers past 2^53 keep all digits. Throws SyntaxError. */
export function parseJson(text: string): ParsedJson {
  let source = text;
  let loose = 0;
  if (/NaN|nan|Infinity/.test(text)) {
    source = outsideStrings(text, (part) =>
      part.replace(looseToken, () => {
        loose++;
        return 'null';
      }),
    );
  }
  if (!longDigits.test(source)) return { value: JSON.parse(source) as JsonCell, loose };
  const value = JSON.parse(source, function (
    this: unknown,
    _key: string,
    each: unknown,
    context?: { source?: string },
  ) {
    if (typeof each !== 'number' || context?.source === undefined) return each;
    return longDigits.test(context.source) && /^-?[0-9]+$/.test(context.source)
      ? new ExactNumber(context.source)
      : each;
  } as (this: unknown, key: string, value: unknown) => unknown) as JsonCell;
  return { value, loose };
}

function outsideStrings(text: string, change: (part: string) => string): string {
  return text
    .split(/("(?:[^"\\]|\\.)*")/s)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}

export const isRecord = (value: JsonCell): value is { [key: string]: JsonCell } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** The text of a value in a cell: scalars bare, lists and objects as JSON. Null for missing. */
export function cellText(value: JsonCell | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === 'object') return writeJson(value);
  return String(value);
}

/** JSON text in which exact numbers stay exact. */
export function writeJson(value: JsonCell): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}:${writeJson(each)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

/** How often a JSON text names the keys of its outermost object, to tell duplicates. */
export function countKeys(text: string): number {
  let depth = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === ':' && depth === 1) count++;
  }
  return count;
}
