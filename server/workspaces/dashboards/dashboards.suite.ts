import type { BoardDocument, BoardState, BuiltQuery, Dashboard, Tile, TileResult } from '@stroma/contracts';
import type { Person, Reply } from '../../data/data-server.suite.ts';
import { newId } from '../../platform/ids.ts';

/** A tile with a query, at the first free place. */
export const tileOf = (query: Tile['query'], more: Partial<Tile> = {}): Tile => ({
  tile_id: newId('tile'),
  title: '',
  description: '',
  kind: query === null ? 'text' : 'bar',
  place: { x: 0, y: 0, w: 6, h: 6 },
  query,
  spec: null,
  options: {},
  ...more,
});

export const built = (datasetId: string, given: Partial<BuiltQuery>): BuiltQuery => ({
  kind: 'built',
  dataset_id: datasetId,
  dimensions: [],
  measures: [],
  filters: [],
  order_by: [],
  limit: 1000,
  sample: false,
  drill: [],
  ...given,
});

export const sqlTile = (datasetIds: string[], sql: string, more: Partial<Tile> = {}): Tile =>
  tileOf(
    { kind: 'sql', dataset_ids: datasetIds, sql, question: null, query_id: null },
    { kind: 'table', ...more },
  );

export const boardOf = (tiles: Tile[], more: Partial<BoardDocument> = {}): BoardDocument => ({
  name: 'Board',
  description: '',
  tiles,
  filters: [],
  variables: [],
  time_range: null,
  refresh_s: null,
  cross_filter: true,
  ...more,
});

export async function makeBoard(person: Person, board: BoardDocument): Promise<Dashboard> {
  const made = await person.call<Dashboard>('POST', '/dashboards', board);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body;
}

interface Shown {
  revision: number;
  as_of: string;
  results: TileResult[];
}

export const dataOf = (
  person: Person,
  boardId: string,
  state: Partial<BoardState> = {},
  tiles?: string[],
): Promise<Reply<Shown>> =>
  person.call<Shown>('POST', `/dashboards/${boardId}/data`, {
    state,
    ...(tiles === undefined ? {} : { tiles }),
  });

/** What each tile shows, as rows; its error where it has one. */
export async function shownRows(person: Person, boardId: string, state: Partial<BoardState> = {}) {
  const { status, body } = await dataOf(person, boardId, state);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.results.map(({ rows, error }) => error?.code ?? rows);
}
