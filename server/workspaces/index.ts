/**
 * Workspaces: dashboards over datasets, what is said about them, and how they leave the house.
 *
 *   createWorkspaces(platform, access, data)
 *     .register(app)      the addresses of `api.dashboards`
 *     .boards             boards as one person sees them; each call looks at that person's rights anew
 *     .begin(ctx)         the sample dashboard of a first start, once the sample datasets are there
 */
import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/index.ts';
import type { Data } from '../data/index.ts';
import type { Context } from '../platform/context.ts';
import type { Platform } from '../platform/platform.ts';
import { Comments } from './dashboards/comments.service.ts';
import { DashboardLooks } from './dashboards/dashboard-looks.ts';
import { dashboardRoutes } from './dashboards/dashboards.routes.ts';
import { Dashboards } from './dashboards/dashboards.service.ts';
import { boardsWithMetrics, findDashboard } from './dashboards/dashboards.store.ts';
import { dashboards as boardRows } from './dashboards/dashboards.tables.ts';
import { keptDashboards } from './dashboards/kept-dashboards.ts';
import { QuestionTiles } from './dashboards/question-tiles.ts';
import { SampleBoards } from './dashboards/sample-boards.ts';
import { openWatchRooms } from './watch-rooms.ts';

export interface Workspaces {
  readonly name: 'workspaces';
  readonly boards: Pick<Dashboards, 'get'> & Pick<DashboardLooks, 'data'>;
  register(app: FastifyInstance): void;
  begin(ctx: Context): Promise<void>;
  close(): Promise<void>;
}

export function createWorkspaces(platform: Platform, access: Access, data: Data): Workspaces {
  const { resources } = access;
  resources.know(
    'dsh',
    'dashboard',
    async (tenantId, id) => {
      const row = await findDashboard(platform.db.sql, tenantId, id);
      return row === null ? null : { id, name: row.name, ownerId: row.createdBy };
    },
    { read: 'dashboards:read', share: 'dashboards:share' },
  );
  access.retention.know(keptDashboards(platform.db));
  const parts = { platform, access, data };
  const dashboards = new Dashboards(parts);
  const looks = new DashboardLooks(parts, dashboards);
  const boards: Workspaces['boards'] = {
    get: (ctx, id) => dashboards.get(ctx, id),
    data: (ctx, id, state, tileIds) => looks.data(ctx, id, state, tileIds),
  };
  const comments = new Comments(parts, dashboards);
  const samples = new SampleBoards(parts, dashboards);
  const rooms = openWatchRooms(platform, access, boards);
  data.metrics.knowUses(
    async (ctx, ids) => {
      const row = { id: boardRows.id, ownerId: boardRows.createdBy };
      const reached = await resources.visible(ctx.actor, 'dashboards:read', row);
      return boardsWithMetrics(platform.db.sql, ctx, ids, reached);
    },
    (ctx, ids) => boardsWithMetrics(platform.db.sql, ctx, ids, null),
  );
  data.live.knowBoards({
    tiles: async (ctx, id) =>
      (await dashboards.get(ctx, id)).tiles.map(({ tile_id, query }) => ({
        tile_id,
        dataset_ids: query === null ? [] : query.kind === 'built' ? [query.dataset_id] : query.dataset_ids,
      })),
  });
  return {
    name: 'workspaces',
    boards,
    register(app) {
      dashboardRoutes(app, { dashboards, looks, comments, questions: new QuestionTiles(data, dashboards) });
      rooms.register(app);
    },
    begin: (ctx) => samples.begin(ctx),
    async close() {
      samples.stop();
      await rooms.close();
    },
  };
}
