import { type Cell, type Column, cellText, type Row } from './cell.ts';

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** RFC 4180; a missing value is an empty field, an empty text a quoted one. */
export function toCsv(columns: readonly Column[], rows: Iterable<Row>): string {
  const field = (value: Cell | undefined) => {
    const text = cellText(value);
    return text === null ? '' : text === '' ? '""' : quoted(text);
  };
  const lines = [columns.map(({ name }) => quoted(name)).join(',')];
  for (const row of rows) lines.push(columns.map((_, index) => field(row[index])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/** Tab-separated, as spreadsheets paste it. */
export function toTabs(columns: readonly Column[], rows: Iterable<Row>): string {
  const clean = (text: string) => text.replace(/[\t\r\n]+/g, ' ');
  const lines = [columns.map(({ name }) => clean(name)).join('\t')];
  for (const row of rows) lines.push(columns.map((_, index) => clean(cellText(row[index]) ?? '')).join('\t'));
  return lines.join('\n');
}

/** Hands the browser a file to save. */
export function saveFile(name: string, content: Blob | string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  saveUrl(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function saveUrl(name: string, url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** A title as the stem of a file name. */
export function fileStem(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'stroma'
  );
}
