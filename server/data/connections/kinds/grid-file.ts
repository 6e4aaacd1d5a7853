import { LineFile } from './line-file.ts';

export type GridCell = string | null;

/**
 * Rows as lines of JSON, `{"c0":"text","c1":null}`: text of any kind goes through it unchanged, and what reads it
 * needs to guess nothing.
 */
export class GridFile extends LineFile {
  async write(rows: readonly (readonly GridCell[])[]): Promise<void> {
    await this.add(rows.map(gridLine).join(''), rows.length);
  }
}

export function gridLine(row: readonly GridCell[]): string {
  let line = '{';
  for (let index = 0; index < row.length; index++) {
    const cell = row[index] ?? null;
    line += `${index === 0 ? '' : ','}"c${index}":${cell === null ? 'null' : JSON.stringify(cell)}`;
  }
  return `${line}}\n`;
}
