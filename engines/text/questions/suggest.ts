import { readQuestion } from './read-question.ts';
import { type IndexedColumn, isPrepared, type PreparedTables, prepareTables } from './schema-index.ts';
import { splitName } from './tokens.ts';
import type { QuestionTable } from './types.ts';

const says = (column: IndexedColumn): string => {
  const bare = column.name.replace(/[([].*?[)\]]/g, ' ');
  const words = splitName(bare);
  return words.length > 0 ? words.join(' ') : column.name;
};

/** Questions made from the profile, the more telling first. */
function candidates(index: PreparedTables): string[] {
  const list: string[] = [];
  for (const table of index.tables) {
    const columns = index.byTable.get(table.name) ?? [];
    const measures = columns
      .filter(
        (column) =>
          column.numeric &&
          column.yes === null &&
          !column.identifier &&
          !column.year &&
          (column.profile.type === 'number' || column.profile.distinct > 10),
      )
      .slice(0, 6);
    const groups = columns
      .filter(
        (column) =>
          column.category &&
          !column.identifier &&
          column.profile.distinct >= 2 &&
          column.profile.distinct <= 30,
      )
      .slice(0, 4);
    const dates = columns.filter((column) => column.temporal).slice(0, 1);
    const [first, second] = measures;
    const [group, other] = groups;
    if (first !== undefined && group !== undefined) list.push(`average ${says(first)} by ${says(group)}`);
    if (first !== undefined && dates.length > 0) list.push(`${says(first)} over time`);
    if (group !== undefined) list.push(`how many rows for each ${says(group)}`);
    if (first !== undefined && second !== undefined)
      list.push(`correlation between ${says(first)} and ${says(second)}`);
    if (first !== undefined && group !== undefined)
      list.push(`which ${says(group)} has the highest average ${says(first)}`);
    const value = group?.values[0];
    if (value !== undefined && group !== undefined && group.yes === null && first !== undefined)
      list.push(`median ${says(first)} where ${says(group)} is ${value}`);
    if (first !== undefined) list.push(`distribution of ${says(first)}`, `average ${says(first)}`);
    if (second !== undefined && other !== undefined) list.push(`average ${says(second)} by ${says(other)}`);
    for (const item of measures) for (const by of groups) list.push(`average ${says(item)} by ${says(by)}`);
    for (const item of measures) list.push(`minimum and maximum of ${says(item)}`, `average ${says(item)}`);
    for (const by of groups)
      list.push(`how many rows for each ${says(by)}`, `what are the different ${says(by)}`);
    list.push(`how many rows`);
  }
  return [...new Set(list)];
}

const answers = (question: string, index: PreparedTables, now: Date): boolean =>
  readQuestion(question, index, { now }).answerable;
const anyDay = new Date('2024-01-01T00:00:00Z');

/** Up to `count` questions that these tables can answer; each one parses. */
export function suggestQuestions(tables: QuestionTable[] | PreparedTables, count: number): string[] {
  const index = isPrepared(tables) ? tables : prepareTables(tables);
  const chosen: string[] = [];
  for (const question of candidates(index).slice(0, count * 4 + 12)) {
    if (chosen.length >= count) break;
    if (answers(question, index, anyDay)) chosen.push(question);
  }
  return chosen;
}

/** Up to three answerable questions that share words with one that was not understood. */
export function nearestQuestions(question: string, index: PreparedTables, now: Date): string[] {
  const said = new Set(splitName(question.slice(0, 500)));
  const ranked = candidates(index)
    .slice(0, 60)
    .map((text, place) => ({ text, place, shared: splitName(text).filter((word) => said.has(word)).length }))
    .sort((a, b) => b.shared - a.shared || a.place - b.place);
  const chosen: string[] = [];
  for (const { text } of ranked.slice(0, 8)) {
    if (chosen.length === 3) break;
    if (answers(text, index, now)) chosen.push(text);
  }
  return chosen;
}
