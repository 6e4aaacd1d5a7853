import type { ColumnProfile, JsonValue } from '@stroma/kernel';
import { splitName } from '../questions/tokens.ts';
import type { QuestionTable } from '../questions/types.ts';
import { stemOf } from '../questions/word-forms.ts';

const mostLetters = 12_000;
const mostColumns = 120;
const mostValues = 12;

/** Control characters and line ends would let a name pretend to be a line of its own. */
const clean = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 80);

const shown = (value: JsonValue): string => JSON.stringify(typeof value === 'string' ? clean(value) : value);

/**
 * What a language model needs to know of the tables to write SQL: names, types, ranges, and the stored values
 * that the question's words resemble. One JSON document a column, so that no name or value can end the list; at
 * most 12,000 characters; columns that the question speaks of come first.
 */
export function buildSchemaPrompt(tables: QuestionTable[], question: string): string {
  const said = new Set(splitName(question.slice(0, 2000)).map(stemOf));
  const share = Math.floor(mostLetters / Math.max(1, tables.length));
  return tables.map((table) => describeTable(table, said, share)).join('\n');
}

function describeTable(table: QuestionTable, said: Set<string>, room: number): string {
  const head = JSON.stringify({
    table: clean(table.name),
    label: clean(table.label ?? table.name),
    rows: table.profile.rows,
    keys: table.profile.candidate_keys.slice(0, 3),
  });
  const joins = (table.joins ?? []).slice(0, 20).map((join) =>
    JSON.stringify({
      join: `${clean(table.name)}.${clean(join.column)}`,
      to: `${clean(join.other_table)}.${clean(join.other_column)}`,
      kind: join.kind,
    }),
  );
  const ranked = table.profile.columns
    .map((column, place) => ({ column, place, relevance: relevanceOf(column, table, said) }))
    .sort((a, b) => b.relevance - a.relevance || a.place - b.place)
    .slice(0, mostColumns);
  const lines = [head, ...joins];
  let used = lines.join('\n').length;
  let dropped = table.profile.columns.length - ranked.length;
  for (const { column } of ranked) {
    const line = describeColumn(column, table, said);
    if (used + line.length > room) {
      dropped += 1;
      continue;
    }
    used += line.length + 1;
    lines.push(line);
  }
  if (dropped > 0) lines.push(JSON.stringify({ columns_not_listed: dropped }));
  return lines.join('\n');
}

function relevanceOf(column: ColumnProfile, table: QuestionTable, said: Set<string>): number {
  const name = splitName(column.name).filter((word) => said.has(stemOf(word))).length;
  return name * 2 + (matchingValues(column, table, said).length > 0 ? 2 : 0);
}

function matchingValues(column: ColumnProfile, table: QuestionTable, said: Set<string>): string[] {
  const values = table.values.find((item) => item.column === column.name)?.values ?? [];
  return values
    .filter(
      (value, index) =>
        index < 20_000 &&
        splitName(value.slice(0, 200)).some((word) => word.length > 1 && said.has(stemOf(word))),
    )
    .slice(0, mostValues);
}

function describeColumn(column: ColumnProfile, table: QuestionTable, said: Set<string>): string {
  const values = table.values.find((item) => item.column === column.name);
  const few = values?.complete && values.values.length <= mostValues ? values.values : null;
  const examples =
    few ??
    [...new Set([...matchingValues(column, table, said), ...(values?.values ?? []).slice(0, 4)])].slice(
      0,
      mostValues,
    );
  const range =
    column.type === 'text' || column.type === 'boolean' ? {} : { min: column.min, max: column.max };
  return JSON.stringify({
    column: clean(column.name),
    type: column.sql_type,
    ...(column.semantic === null ? {} : { meaning: column.semantic }),
    ...(column.unit === null ? {} : { unit: column.unit }),
    distinct: column.distinct,
    missing: column.nulls,
    ...range,
    ...(examples.length === 0
      ? {}
      : {
          [few === null ? 'some_values' : 'values']: examples.map(
            (value) => JSON.parse(shown(value)) as string,
          ),
        }),
  });
}
