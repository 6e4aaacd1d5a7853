import type { BoardState, Dashboard, TileResult } from '@stroma/contracts';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { client } from '../../lib/client.ts';
import { leaveBoardToItsSocket } from '../../lib/live-events.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { watchBoard } from './board-socket.ts';

type DashboardData = Awaited<ReturnType<typeof client.dashboards.data>>;

/** At most so often, however fast data comes. */
const restMs = 250;
/** The event stream goes on meanwhile, so that nothing falls between the two. */
const handoverMs = 2000;

/**
 * Keeps what a board shows true while it is looked at: its socket names the tiles whose data has changed, and these
 * alone are asked for again. Without a socket the event stream has the whole board asked for again.
 */
export function useLiveBoard({ dashboard_id: id, revision }: Dashboard, state: BoardState): void {
  const queryClient = useQueryClient();
  const shown = useRef({ revision, state });
  shown.current = { revision, state };
  const filters = JSON.stringify(state);
  const narrow = useRef<(state: BoardState) => void>(() => undefined);

  useEffect(() => {
    let handover: ReturnType<typeof setTimeout> | undefined;
    const release = (held: boolean) => {
      clearTimeout(handover);
      if (held) handover = setTimeout(() => leaveBoardToItsSocket(true), handoverMs);
      else leaveBoardToItsSocket(false);
    };
    const changed = changedTiles(queryClient, id, () => shown.current);
    const socket = watchBoard(id, shown.current.state, {
      onHeld: release,
      onChanged: changed.add,
      onBehind: () => void queryClient.invalidateQueries({ queryKey: queryKeys.allBoardData }),
      onRefused: () => void queryClient.invalidateQueries({ queryKey: queryKeys.board(id) }),
    });
    narrow.current = socket.narrow;
    return () => {
      socket.close();
      changed.stop();
      release(false);
    };
  }, [id, queryClient]);
  useEffect(() => narrow.current(JSON.parse(filters) as BoardState), [filters]);
}

/** Asks for changed tiles, one question at a time; those that change meanwhile are in the next. */
function changedTiles(
  queryClient: QueryClient,
  id: string,
  shown: () => { revision: number; state: BoardState },
) {
  const waiting = new Set<string>();
  const controller = new AbortController();
  let asking = false;
  const ask = async () => {
    asking = true;
    while (waiting.size > 0 && !controller.signal.aborted) {
      const tiles = [...waiting];
      waiting.clear();
      await refreshed(queryClient, id, shown(), tiles, controller.signal);
      await new Promise((rested) => setTimeout(rested, restMs));
    }
    asking = false;
  };
  return {
    add(tiles: readonly string[]) {
      for (const tile of tiles) waiting.add(tile);
      if (!asking) void ask();
    },
    stop: () => controller.abort(),
  };
}

async function refreshed(
  queryClient: QueryClient,
  id: string,
  { revision, state }: { revision: number; state: BoardState },
  tiles: string[],
  signal: AbortSignal,
): Promise<void> {
  const queryKey = queryKeys.boardData(id, revision, state);
  const drafts = queryClient.invalidateQueries({ queryKey: queryKeys.tileDrafts });
  try {
    // What is on its way may be older than the change.
    if (queryClient.isFetching({ queryKey }) > 0) throw new Error('the whole board is being asked for');
    const fresh = await client.dashboards.data({ params: { id }, body: { state, tiles }, signal });
    queryClient.setQueryData<DashboardData>(queryKey, (now) => now && merged(now, fresh));
  } catch {
    // Asked for as a whole, what is wrong is shown where it belongs.
    if (!signal.aborted) await queryClient.invalidateQueries({ queryKey });
  }
  await drafts;
}

function merged(now: DashboardData, fresh: DashboardData): DashboardData {
  const changed = new Map<string, TileResult>(fresh.results.map((each) => [each.tile_id, each]));
  return { ...fresh, results: now.results.map((each) => changed.get(each.tile_id) ?? each) };
}
