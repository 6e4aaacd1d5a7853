import type { SqlError } from './sql-engine.ts';
import { Refusal } from './sql-gate.ts';

interface EngineError {
  exception_type?: string;
  exception_message?: string;
  position?: string;
}

/** 1-based line and column, in characters, of a byte offset into the UTF-8 of `sql`. */
function placeOf(sql: string, byteOffset: number | null): { line: number | null; column: number | null } {
  if (byteOffset === null) return { line: null, column: null };
  const before = Buffer.from(sql).subarray(0, byteOffset).toString();
  const lines = before.split('\n');
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 };
}

/** The engine writes its errors as JSON, the parser with its type before it. */
function parseEngineError(message: string): EngineError {
  const start = message.indexOf('{');
  if (start >= 0) {
    try {
      const parsed: unknown = JSON.parse(message.slice(start));
      if (typeof parsed === 'object' && parsed !== null) return parsed as EngineError;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const type = /^(?:Failed to \w+ statements?: )?([A-Z][A-Za-z ]+?) Error: /.exec(message);
  return { exception_type: type?.[1], exception_message: type ? message.slice(type[0].length) : message };
}

const invalid = new Set([
  'Parser',
  'Syntax',
  'Binder',
  'Catalog',
  'Parameter Not Resolved',
  'Parameter Not Allowed',
]);

function codeOf(type: string, planning: boolean): string {
  if (invalid.has(type)) return 'SQL_INVALID';
  if (type === 'Permission') return 'SQL_NOT_ALLOWED';
  if (type === 'Out of Memory') return 'QUERY_OUT_OF_MEMORY';
  if (planning && (type === 'Not implemented' || type === 'Invalid Input')) return 'SQL_INVALID';
  return 'QUERY_FAILED';
}

/** Takes out what tells of the machine: file names and advice about settings nobody here can change. */
function cleaned(message: string, tables: readonly { name: string; file: string }[]): string {
  let text = message.split(/\n+(?:Possible solutions|See also|LINE \d+:)/)[0] ?? message;
  for (const { name, file } of tables) text = text.replaceAll(file, name);
  return text
    .replace(/(?<![\w.])(?:\/[\w.@+-]+){2,}/g, '…')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
    .slice(0, 2000);
}

/** What the engine or the gate threw, as an error a person can act on. */
export function describeFailure(
  thrown: unknown,
  sql: string,
  tables: readonly { name: string; file: string }[],
  planning: boolean,
): SqlError {
  if (thrown instanceof Refusal) {
    return { message: thrown.message, ...placeOf(sql, thrown.offset), code: thrown.code };
  }
  const raw = thrown instanceof Error ? thrown.message : String(thrown);
  const error = parseEngineError(raw);
  const code = codeOf(error.exception_type ?? '', planning);
  const offset = error.position === undefined ? null : Number(error.position);
  if (code === 'QUERY_OUT_OF_MEMORY') {
    const message =
      'The query needed more memory than its limit. Read fewer columns or rows, or aggregate first.';
    return { message, line: null, column: null, code };
  }
  return { message: cleaned(error.exception_message ?? raw, tables), ...placeOf(sql, offset), code };
}
