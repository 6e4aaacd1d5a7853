import type { BoardState, BoardVariable, FilterValue } from '@stroma/contracts';
import { type JsonValue, StromaError } from '@stroma/kernel';
import { quoteLiteral } from '@stroma/lake';

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;
/** Quoted text and names, and comments, in which no value can stand. */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

export interface FilledSql {
  /** With `$1`, `$2` for the values. */
  sql: string;
  params: JsonValue[];
  /** With the values written out, for people. */
  shown: string;
}

/**
 * Puts the values of variables into SQL as parameters: the engine never reads what they hold as code. Throws
 * UNPROCESSABLE with what to write instead.
 */
export function fillVariables(
  sql: string,
  variables: readonly BoardVariable[],
  chosen: BoardState['variables'],
): FilledSql {
  const misplaced = [...sql.matchAll(quoted)].flatMap(([text]) => text.match(placeholder) ?? [])[0];
  if (misplaced !== undefined)
    impossible(`Write ${misplaced} without quotes around it, and not in a comment: it is a value.`);
  const params: JsonValue[] = [];
  const written = new Map<string, { sql: string; shown: string }>();
  const valueFor = (name: string) => {
    const known = written.get(name);
    if (known !== undefined) return known;
    const variable =
      variables.find((each) => each.name === name) ??
      impossible(`The SQL speaks of {{${name}}}, and the dashboard has no such variable.`);
    const given = Object.hasOwn(chosen, name)
      ? (chosen[name] as FilterValue | FilterValue[])
      : variable.value;
    const values = checked(variable, given);
    const one = (value: FilterValue) => {
      if (value === null) return { sql: 'NULL', shown: 'NULL' };
      params.push(value);
      const type = typeOf(variable, value);
      return { sql: `CAST($${params.length} AS ${type})`, shown: shownValue(value, type) };
    };
    const parts = values.map(one);
    const made =
      variable.type === 'list'
        ? {
            sql: parts.length === 0 ? '(NULL)' : `(${parts.map((part) => part.sql).join(', ')})`,
            shown: parts.length === 0 ? '(NULL)' : `(${parts.map((part) => part.shown).join(', ')})`,
          }
        : (parts[0] ?? { sql: 'NULL', shown: 'NULL' });
    written.set(name, made);
    return made;
  };
  return {
    sql: sql.replaceAll(placeholder, (_, name: string) => valueFor(name).sql),
    params,
    shown: sql.replaceAll(placeholder, (_, name: string) => valueFor(name).shown),
  };
}

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

function checked({ name, type, choices }: BoardVariable, given: FilterValue | FilterValue[]): FilterValue[] {
  if (Array.isArray(given) !== (type === 'list'))
    impossible(`{{${name}}} is ${type === 'list' ? 'a list of values' : `one ${type}`}.`);
  const values = Array.isArray(given) ? given : [given];
  for (const value of values) {
    const fits =
      value === null ||
      (type === 'list' && typeof value !== 'boolean') ||
      (type === 'number' && typeof value === 'number' && Number.isFinite(value)) ||
      (type === 'text' && typeof value === 'string') ||
      (type === 'date' && typeof value === 'string' && isMoment(value));
    if (!fits) impossible(`{{${name}}} is ${type}; ${JSON.stringify(value)?.slice(0, 100)} is not.`);
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      impossible(`{{${name}}} holds a character that no text has.`);
    if (choices.length > 0 && value !== null && !choices.includes(value))
      impossible(
        `{{${name}}} can be ${choices.slice(0, 10).map(String).join(', ')}; not ${String(value).slice(0, 100)}.`,
      );
  }
  return values;
}

const isMoment = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text) &&
  !Number.isNaN(Date.parse(text));

function typeOf({ type }: BoardVariable, value: string | number | boolean): string {
  if (type === 'date') return dayPattern.test(String(value)) ? 'DATE' : 'TIMESTAMP';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'BIGINT' : 'DOUBLE';
  return 'VARCHAR';
}

const shownValue = (value: string | number | boolean, type: string): string =>
  typeof value === 'number'
    ? String(value)
    : type === 'VARCHAR'
      ? quoteLiteral(String(value))
      : `${type} ${quoteLiteral(String(value))}`;

function impossible(message: string): never {
  throw new StromaError('UNPROCESSABLE', message);
}
