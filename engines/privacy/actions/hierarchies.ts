import { StromaError } from '@stroma/kernel';

/** How values are made coarser, level by level. Level 0 is the value itself; the last is `*` for all. */
export interface Hierarchy {
  /** Steps above the value itself. */
  levels: number;
  at(value: string, level: number): string;
}

export const everything = '*';

export interface TreeNode {
  name: string;
  children?: TreeNode[];
}

/**
 * From rows `value, level 1, level 2, ...`, all of one length, as ARX and others read them from CSV. A value that is
 * in none of them is `*` from level 1 on. Throws INVALID_INPUT when rows contradict each other.
 */
export function hierarchyOfRows(rows: readonly (readonly string[])[]): Hierarchy {
  const width = rows[0]?.length ?? 0;
  const byValue = new Map<string, readonly string[]>();
  const parents = new Map<string, string>();
  for (const [index, row] of rows.entries()) {
    if (row.length !== width || width < 2)
      throw new StromaError(
        'INVALID_INPUT',
        `Expected every row of a hierarchy to hold a value and the same number of levels; row ${index + 1} holds ${row.length}.`,
      );
    byValue.set(row[0] ?? '', row);
    row.slice(1).forEach((name, level) => {
      const child = `${level} ${row[level]}`;
      const known = parents.get(child);
      if (known !== undefined && known !== name)
        throw new StromaError(
          'INVALID_INPUT',
          `In a hierarchy "${row[level]}" lies in both "${known}" and "${name}". Give it one parent.`,
        );
      parents.set(child, name);
    });
  }
  const last = [...byValue.values()].every((row) => row.at(-1) === everything) ? width - 1 : width;
  return {
    levels: last,
    at(value, level) {
      if (level === 0) return value;
      return level >= last ? everything : (byValue.get(value)?.[level] ?? everything);
    },
  };
}

/** From a tree whose leaves are the values; leaves that lie less deep reach their top earlier. */
export function hierarchyOfTree(root: TreeNode): Hierarchy {
  const paths: string[][] = [];
  const walk = (node: TreeNode, above: string[]) => {
    const path = [node.name, ...above];
    if (node.children === undefined || node.children.length === 0) paths.push(path);
    else for (const child of node.children) walk(child, path);
  };
  walk(root, []);
  const width = Math.max(2, ...paths.map((path) => path.length));
  return hierarchyOfRows(
    paths.map((path) => [
      ...path.slice(0, -1),
      ...new Array<string>(width - path.length).fill(path.at(-2) ?? path[0] ?? ''),
      path.at(-1) ?? everything,
    ]),
  );
}

/** Rows of a CSV text with `;`, `,` or tabs between fields, whichever the first line holds; quotes as in RFC 4180. */
export function hierarchyOfCsv(text: string): Hierarchy {
  const first = text.split(/\r?\n/, 1)[0] ?? '';
  const delimiter = [';', '\t', ','].find((each) => first.includes(each)) ?? ';';
  const field = new RegExp(`("(?:[^"]|"")*"|[^${delimiter}]*)(?:${delimiter}|$)`, 'gy');
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const cells: string[] = [];
      field.lastIndex = 0;
      while (field.lastIndex < line.length || cells.length === 0 || line.endsWith(delimiter)) {
        const match = field.exec(line);
        if (match === null) break;
        const cell = match[1] ?? '';
        cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell.trim());
        if (!match[0].endsWith(delimiter)) break;
      }
      return cells;
    });
  return hierarchyOfRows(rows);
}

/** Numbers in bins whose width grows: the first width, then each next. Bins are `[from, to[`, from multiples of the width. */
export function hierarchyOfBins(widths: readonly number[]): Hierarchy {
  return {
    levels: widths.length + 1,
    at(value, level) {
      if (level === 0) return value;
      const width = widths[level - 1];
      return width === undefined ? everything : bin(Number(value), width);
    },
  };
}

/** `[from, to[` as text; whole numbers as `20-29`. */
export function bin(value: number, width: number, origin = 0): string {
  if (!Number.isFinite(value)) return everything;
  const from = tidy(Math.floor(tidy((value - origin) / width)) * width + origin);
  const whole = Number.isInteger(width) && Number.isInteger(origin) && Number.isInteger(value);
  if (whole) return width === 1 ? String(from) : `${from} to ${from + width - 1}`;
  return `[${from}, ${tidy(from + width)}[`;
}

/** Without the last digits that doubles get wrong: 0.1 * 3 is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));

const dateLevels = ['day', 'month', 'quarter', 'year', 'decade'] as const;

/** ISO dates: day, month, quarter, year, ten years, `*`. */
export const hierarchyOfDates: Hierarchy = {
  levels: dateLevels.length,
  at: (value, level) =>
    level === 0
      ? value
      : level >= dateLevels.length
        ? everything
        : period(value, dateLevels[level] ?? 'year'),
};

export type Period = (typeof dateLevels)[number];

/** An ISO date or timestamp as the period it lies in: `2021-03`, `2021-Q1`, `2021`, `2020s`. `*` for what is no date. */
export function period(value: string, unit: Period): string {
  const found = /^(-?\d{4,})-(\d{2})-(\d{2})/.exec(value);
  if (found === null) return everything;
  const [, year = '', month = '', day = ''] = found;
  switch (unit) {
    case 'day':
      return `${year}-${month}-${day}`;
    case 'month':
      return `${year}-${month}`;
    case 'quarter':
      return `${year}-Q${Math.ceil(Number(month) / 3)}`;
    case 'year':
      return year;
    case 'decade':
      return `${Math.floor(Number(year) / 10) * 10}s`;
  }
}

/** Codes that are coarser the fewer of their first characters stay: `02139`, `0213*`, `021**`, ... `*`. */
export function hierarchyOfPrefixes(length: number): Hierarchy {
  return {
    levels: length,
    at(value, level) {
      if (level === 0) return value;
      if (level >= length) return everything;
      const padded = value.padEnd(length, ' ');
      return `${padded.slice(0, length - level)}${everything.repeat(level)}`;
    },
  };
}

/** Nothing between the value and `*`. */
export const hierarchyOfSuppression: Hierarchy = {
  levels: 1,
  at: (value, level) => (level === 0 ? value : everything),
};
