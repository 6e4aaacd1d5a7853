import type { BoardState, Dashboard, Tile, TileResult } from '@stroma/contracts';
import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';

export const boardQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.board(id),
    queryFn: ({ signal }) => client.dashboards.get({ params: { id }, signal }),
  });

export interface TileData {
  result: TileResult | undefined;
  error: unknown;
  /** What is shown is of a moment ago, and newer is on its way. */
  isOld: boolean;
}

const definition = ({ place: _, title: __, description: ___, options, ...tile }: Tile) =>
  JSON.stringify({ ...tile, compare: options.compare });

/**
 * What each tile shows, all asked for together. A tile that is not saved as it stands is tried on its own, so that
 * what is edited is seen at once.
 */
export function useBoardData(board: Dashboard, tiles: readonly Tile[], state: BoardState) {
  const saved = new Map(board.tiles.map((tile) => [tile.tile_id, definition(tile)]));
  const isSaved = (tile: Tile) => saved.get(tile.tile_id) === definition(tile);
  const all = useQuery({
    queryKey: queryKeys.boardData(board.dashboard_id, board.revision, state),
    queryFn: ({ signal }) =>
      client.dashboards.data({ params: { id: board.dashboard_id }, body: { state }, signal }),
    enabled: board.tiles.some(({ query }) => query !== null),
    placeholderData: keepPreviousData,
  });
  const drafts = tiles.filter((tile) => tile.query !== null && !isSaved(tile));
  const { filters, variables, time_range } = board;
  const tried = useQueries({
    queries: drafts.map((tile) => ({
      queryKey: queryKeys.tileDraft({ tile: definition(tile), state, filters, variables, time_range }),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        client.dashboards.draft({ body: { tile, board: { filters, variables, time_range }, state }, signal }),
      placeholderData: keepPreviousData,
      retry: false,
    })),
  });
  const draftOf = new Map(drafts.map((tile, at) => [tile.tile_id, tried[at]]));
  const dataOf = (tile: Tile): TileData => {
    const draft = draftOf.get(tile.tile_id);
    if (draft !== undefined)
      return { result: draft.data, error: draft.error, isOld: draft.isPlaceholderData };
    return {
      result: all.data?.results.find(({ tile_id }) => tile_id === tile.tile_id),
      error: all.error,
      isOld: all.isPlaceholderData,
    };
  };
  return {
    dataOf,
    asOf: all.data?.as_of ?? null,
    isFetching: all.isFetching,
    refresh: () => void all.refetch(),
  };
}
