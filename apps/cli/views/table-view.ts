import type { JsonValue } from '@stroma/kernel';
import { printable } from '../output.ts';

export interface TableColumn {
  title: string;
  right?: boolean;
}

const widestCell = 60;

/** Columns a text takes on a terminal: combining marks none, East Asian wide characters and emoji two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width +=
      /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

export function pad(text: string, width: number, right = false): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}

function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (displayWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Aligned columns under their titles, without lines. Missing cells show as a middle dot. */
export function tableView(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  tintTitle: (text: string) => string,
): string {
  const cells = rows.map((row) =>
    columns.map((_, index) => shorten(printable(row[index] ?? ''), widestCell)),
  );
  const titles = columns.map((column) => shorten(printable(column.title), widestCell));
  const widths = titles.map((title, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.right))
      .join('  ')
      .trimEnd();
  return [tintTitle(line(titles)), ...cells.map(line)].join('\n');
}

/** A cell for people: numbers with six significant digits, or as many as stand before the point, missing as a middle dot. */
export function cellText(value: JsonValue): string {
  if (value === null) return '·';
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(Math.min(17, Math.max(6, Math.ceil(Math.log10(Math.abs(value))))))));
}

/** 1234567 -> 1,234,567 */
export const countText = (count: number): string => count.toLocaleString('en');

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

export function csvText(
  columns: readonly { name: string }[],
  rows: readonly (readonly JsonValue[])[],
): string {
  const cell = (value: JsonValue) => {
    if (value === null) return '';
    const text =
      typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map((column) => cell(column.name)), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}
