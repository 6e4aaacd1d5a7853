import type { BoardState, Dashboard, FilterValue, RowFilter, TimeRange } from '@stroma/contracts';

const mostValues = 12;

const valueWord = (value: FilterValue): string => (value === null ? 'missing' : String(value));

function listed(values: readonly FilterValue[]): string {
  const shown = values.slice(0, mostValues).map(valueWord).join(', ');
  return values.length > mostValues ? `${shown} and ${values.length - mostValues} more` : shown;
}

/** One filter in words: `site is Berlin, Halle`. */
export function filterWords({ column, op, values }: RowFilter): string {
  const [first = null, second = null] = values;
  switch (op) {
    case 'in':
      return values.length === 0 ? `${column}: none` : `${column} is ${listed(values)}`;
    case 'not_in':
      return `${column} is not ${listed(values)}`;
    case 'between':
      return `${column} from ${valueWord(first)} to ${valueWord(second)}`;
    case 'gte':
      return `${column} at least ${valueWord(first)}`;
    case 'lte':
      return `${column} at most ${valueWord(first)}`;
    case 'gt':
      return `${column} above ${valueWord(first)}`;
    case 'lt':
      return `${column} below ${valueWord(first)}`;
    case 'contains':
      return `${column} contains ${listed(values)}`;
    case 'is_missing':
      return `${column} is missing`;
    case 'not_missing':
      return `${column} is there`;
  }
}

function timeWords(range: TimeRange): string {
  const column = range.column === null ? 'Time' : range.column;
  if ('last' in range) return `${column}: the last ${range.last}`;
  if (range.from === null && range.to === null) return `${column}: all`;
  return `${column}: ${range.from === null ? '' : `from ${range.from} `}${range.to === null ? '' : `to ${range.to}`}`.trim();
}

/** What a board is narrowed by at this moment, a line for each kind. A filter that holds nothing back is not named. */
export function stateWords(
  board: Pick<Dashboard, 'filters' | 'time_range' | 'variables' | 'tiles'>,
  state: BoardState,
): string[] {
  const filters = (state.filters ?? board.filters).filter(
    ({ op, values }) => values.length > 0 || op === 'is_missing' || op === 'not_missing' || op === 'in',
  );
  const range = state.time_range === undefined ? board.time_range : state.time_range;
  const variables = board.variables.map(({ name, label, value }) => {
    const held = state.variables[name] ?? value;
    return `${label === '' ? name : label} = ${Array.isArray(held) ? listed(held) : valueWord(held)}`;
  });
  const titles = new Map(board.tiles.map(({ tile_id, title }) => [tile_id, title]));
  const clicked = [...Map.groupBy(state.cross, ({ tile_id }) => tile_id)].map(([tile_id, marks]) => {
    const words = marks.map(({ filters }) => filters.map(filterWords).join(' and '));
    return `${words.join(' or ')} (clicked in ${titles.get(tile_id) || 'a tile'})`;
  });
  const drilled = state.drill.flatMap(({ tile_id, path }) =>
    path.map(({ column, value }) => `${titles.get(tile_id) || 'a tile'}: ${column} is ${valueWord(value)}`),
  );
  return [
    ...(filters.length === 0 ? [] : [`Filters: ${filters.map(filterWords).join('; ')}`]),
    ...(range === null ? [] : [timeWords(range)]),
    ...(clicked.length === 0 ? [] : [`Selected: ${clicked.join('; ')}`]),
    ...(drilled.length === 0 ? [] : [`Drilled: ${drilled.join('; ')}`]),
    ...(variables.length === 0 ? [] : [`Variables: ${variables.join('; ')}`]),
  ];
}
