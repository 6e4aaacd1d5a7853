import type { JsonValue } from '@stroma/kernel';
import type { ParsedQuestion, QuestionTable } from '../index.ts';
import type { QuestionTables } from './question-tables.ts';

export interface Verdict {
  verdict: 'right' | 'wrong' | 'unanswered';
  got: string;
  want: string;
}

const rounded = (value: JsonValue): JsonValue => {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : Number.NaN;
  if (Number.isFinite(number)) return Number(number.toPrecision(9));
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d[ T]00:00:00/.test(value) ? value.slice(0, 10) : value;
};

/** Every expected row must be found once, all its values among those of one answered row; no row may be over. */
export function sameAnswer(got: JsonValue[][], want: JsonValue[][]): boolean {
  if (got.length !== want.length) return false;
  const rest = got.map((row) => row.map((value) => JSON.stringify(rounded(value))));
  for (const row of want) {
    const values = row.map((value) => JSON.stringify(rounded(value)));
    const place = rest.findIndex((other) => {
      const left = [...other];
      return values.every((value) => {
        const at = left.indexOf(value);
        if (at < 0) return false;
        left.splice(at, 1);
        return true;
      });
    });
    if (place < 0) return false;
    rest.splice(place, 1);
  }
  return true;
}

export async function judge(
  parsed: ParsedQuestion,
  reference: string | null,
  table: QuestionTable,
  tables: QuestionTables,
): Promise<Verdict> {
  if (!parsed.answerable) return { verdict: reference === null ? 'right' : 'unanswered', got: '', want: '' };
  const got = (await tables.run(parsed.sql, parsed.tables)).rows;
  const shown = JSON.stringify(got.slice(0, 4));
  if (reference === null) return { verdict: 'wrong', got: shown, want: 'a refusal' };
  const sql = reference.replace(/\bFROM t\b/g, `FROM "${table.name}"`);
  const want = (await tables.run(sql, [table.name])).rows;
  return {
    verdict: sameAnswer(got, want) ? 'right' : 'wrong',
    got: shown,
    want: JSON.stringify(want.slice(0, 4)),
  };
}
