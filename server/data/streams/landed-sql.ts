import { landedColumns, type TopicColumn } from '@stroma/contracts';
import { quoteIdentifier, quoteLiteral } from '@stroma/lake';

const sqlTypes: Record<TopicColumn['type'], string> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};
const [offsetColumn, receivedColumn] = landedColumns;
const longestLine = 1024 * 1024;

/** Reads lines of JSON as they are landed; with `event_ms`, when each event happened, where it is timed. */
export function landedSelect(file: string, columns: readonly TopicColumn[], timed = false): string {
  // Times come as text: the engine's own reading of them in JSON takes only some spellings.
  const given = columns.map(({ name, type }): [string, string] => [
    name,
    type === 'date' || type === 'timestamp' ? 'VARCHAR' : sqlTypes[type],
  ]);
  const own: [string, string][] = [
    [offsetColumn, 'BIGINT'],
    [receivedColumn, 'VARCHAR'],
    ...(timed ? [['event_ms', 'BIGINT'] as [string, string]] : []),
  ];
  const types = [...given, ...own].map(([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`);
  const typed = [
    ...columns.map(
      ({ name, type }) => `CAST(${quoteIdentifier(name)} AS ${sqlTypes[type]}) AS ${quoteIdentifier(name)}`,
    ),
    offsetColumn,
    `CAST(${receivedColumn} AS TIMESTAMP) AS ${receivedColumn}`,
    ...(timed ? ['event_ms'] : []),
  ];
  return `SELECT ${typed.join(', ')} FROM read_json(${quoteLiteral(file)}, format = 'newline_delimited', columns = {${types.join(', ')}}, maximum_object_size = ${longestLine})`;
}

/** No row, with the columns that landed events have. */
export function nothingLanded(columns: readonly TopicColumn[]): string {
  const fields = columns.map(
    ({ name, type }) => `CAST(NULL AS ${sqlTypes[type]}) AS ${quoteIdentifier(name)}`,
  );
  return `SELECT ${fields.join(', ')}, CAST(NULL AS BIGINT) AS ${offsetColumn}, CAST(NULL AS TIMESTAMP) AS ${receivedColumn} WHERE false`;
}

/** One event as it is landed, a line with its end. */
export function landedLine(line: string, offset: number, received: string, eventMs?: number): string {
  const timed = eventMs === undefined ? '' : `"event_ms":${eventMs},`;
  return `{"${offsetColumn}":${offset},"${receivedColumn}":"${received}",${timed}${line.slice(1)}\n`;
}
