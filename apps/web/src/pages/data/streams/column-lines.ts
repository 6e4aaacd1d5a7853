import { type TopicColumnType, topicColumnTypes } from '@stroma/contracts';

export interface ColumnLine {
  name: string;
  type: TopicColumnType;
  required: boolean;
}

/** `celsius number !` a line, the ! only where values may be required; or the first line, from 1, that is none. */
export function readColumns(
  text: string,
  mayRequire: boolean,
): { columns: ColumnLine[] } | { wrongLine: number } {
  const columns: ColumnLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const found = /^\s*(.+?)\s+([a-z]+)\s*(!?)\s*$/.exec(line);
    const type = topicColumnTypes.find((each) => each === found?.[2]);
    if (found === null || type === undefined || (found[3] === '!' && !mayRequire))
      return { wrongLine: index + 1 };
    columns.push({ name: found[1] ?? '', type, required: found[3] === '!' });
  }
  return columns.length === 0 ? { wrongLine: 1 } : { columns };
}
