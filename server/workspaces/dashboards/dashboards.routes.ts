import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Comments } from './comments.service.ts';
import type { DashboardLooks } from './dashboard-looks.ts';
import type { Dashboards } from './dashboards.service.ts';
import type { QuestionTiles } from './question-tiles.ts';

export interface DashboardServices {
  dashboards: Dashboards;
  looks: DashboardLooks;
  comments: Comments;
  questions: QuestionTiles;
}

export function dashboardRoutes(app: FastifyInstance, services: DashboardServices): void {
  const { dashboards, looks, comments, questions } = services;
  route(app, api.dashboards.list, ({ ctx, query }) => dashboards.list(ctx, query));
  route(app, api.dashboards.create, ({ ctx, body }) => dashboards.create(ctx, body));
  route(app, api.dashboards.fromQuestion, ({ ctx, body }) => questions.add(ctx, body));
  route(app, api.dashboards.get, ({ ctx, params }) => dashboards.get(ctx, params.id));
  route(app, api.dashboards.update, ({ ctx, params, body }) => dashboards.update(ctx, params.id, body));
  route(app, api.dashboards.remove, ({ ctx, params }) => dashboards.remove(ctx, params.id));
  route(app, api.dashboards.restore, ({ ctx, params }) => dashboards.restore(ctx, params.id));
  // What may be seen may have become less when it is asked for again: nobody keeps these answers.
  route(app, api.dashboards.data, ({ ctx, params, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return looks.data(ctx, params.id, body.state, body.tiles);
  });
  route(app, api.dashboards.draft, ({ ctx, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return looks.tryTile(ctx, body);
  });
  route(app, api.dashboards.rows, ({ ctx, params, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return looks.rows(ctx, params.id, params.tile_id, body);
  });
  route(app, api.dashboards.values, ({ ctx, params, body, reply }) => {
    void reply.header('cache-control', 'no-store');
    return looks.values(ctx, params.id, body);
  });
  route(app, api.dashboards.versions, ({ ctx, params, query }) => dashboards.versions(ctx, params.id, query));
  route(app, api.dashboards.version, ({ ctx, params }) =>
    dashboards.version(ctx, params.id, params.revision),
  );
  route(app, api.dashboards.restoreVersion, ({ ctx, params }) =>
    dashboards.restoreVersion(ctx, params.id, params.revision),
  );
  route(app, api.dashboards.comments, ({ ctx, params, query }) => comments.list(ctx, params.id, query));
  route(app, api.dashboards.comment, ({ ctx, params, body }) => comments.add(ctx, params.id, body));
  route(app, api.dashboards.editComment, ({ ctx, params, body }) =>
    comments.edit(ctx, params.id, params.comment_id, body),
  );
  route(app, api.dashboards.removeComment, ({ ctx, params }) =>
    comments.remove(ctx, params.id, params.comment_id),
  );
}
