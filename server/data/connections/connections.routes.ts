import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { Connections } from './connections.service.ts';
import type { Imports } from './imports.service.ts';

export function connectionRoutes(app: FastifyInstance, connections: Connections, imports: Imports): void {
  const { connections: calls } = api;
  route(app, calls.list, ({ ctx, query }) => connections.list(ctx, query));
  route(app, calls.create, ({ ctx, body }) => connections.create(ctx, body));
  route(app, calls.test, ({ ctx, body }) => connections.test(ctx, body));
  route(app, calls.sendFile, ({ ctx, request }) => connections.sendFile(ctx, request));
  route(app, calls.get, ({ ctx, params }) => connections.get(ctx, params.id));
  route(app, calls.update, ({ ctx, params, body }) => connections.update(ctx, params.id, body));
  route(app, calls.remove, ({ ctx, params }) => connections.remove(ctx, params.id));
  route(app, calls.testAgain, ({ ctx, params }) => connections.testAgain(ctx, params.id));
  route(app, calls.schemas, ({ ctx, params }) => connections.schemas(ctx, params.id));
  route(app, calls.tables, ({ ctx, params, query }) => connections.tables(ctx, params.id, query));
  route(app, calls.preview, ({ ctx, params, body }) =>
    connections.preview(ctx, params.id, body.selection, body.limit),
  );
  route(app, calls.import, ({ ctx, params, body }) => imports.create(ctx, params.id, body));
  route(app, calls.imports, ({ ctx, params, query }) => imports.list(ctx, params.id, query));
  route(app, calls.changeImport, ({ ctx, params, body }) =>
    imports.change(ctx, params.id, params.import_id, body),
  );
  route(app, calls.runImport, ({ ctx, params, body }) =>
    imports.run(ctx, params.id, params.import_id, body.accept_changes),
  );
  route(app, calls.removeImport, ({ ctx, params }) => imports.remove(ctx, params.id, params.import_id));
  route(app, calls.runs, ({ ctx, params, query }) => imports.runs(ctx, params.id, query));
}
