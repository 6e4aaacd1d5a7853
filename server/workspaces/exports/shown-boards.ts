import type { BoardState, Dashboard, TileResult } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';

/** Dashboards as the asker of a context sees them; each call looks at that person's rights anew. */
export interface ShownBoards {
  /** Throws NOT_FOUND, FORBIDDEN. */
  get(ctx: Context, dashboardId: string): Promise<Dashboard>;
  /** A tile that fails carries its error. Without ids: all tiles. */
  data(
    ctx: Context,
    dashboardId: string,
    state: BoardState,
    tileIds?: string[],
  ): Promise<{ as_of: string; results: TileResult[] }>;
}
