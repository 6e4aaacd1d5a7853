import { api, type Endpoint, scimApi, scimMedia } from '@stroma/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { RouteInput } from '../../platform/http/route.ts';
import type { Client } from '../identity/client.ts';
import type { Directories } from './directories.service.ts';
import { listDocument, type ScimResource, shaped } from './scim-documents.ts';
import { answerScimError } from './scim-errors.ts';
import type { ScimGroups } from './scim-groups.service.ts';
import { configDocument, resourceTypes, schemaDocuments } from './scim-schemas.ts';
import type { ScimCaller, ScimUsers } from './scim-users.service.ts';

export interface ScimRoutesParts {
  directories: Directories;
  users: ScimUsers;
  groups: ScimGroups;
  clientOf(request: FastifyRequest): Client;
}

const largestBody = 4 * 1024 * 1024;

export function scimRoutes(app: FastifyInstance, parts: ScimRoutesParts): void {
  app.register((scim, _, registered) => {
    scim.setErrorHandler(answerScimError);
    const parse = scim.getDefaultJsonParser('error', 'error');
    scim.addContentTypeParser(
      'application/scim+json',
      { parseAs: 'string', bodyLimit: largestBody },
      (request, body, done) => {
        if (body === '') done(null, undefined);
        else void parse(request, body as string, done);
      },
    );
    resourceRoutes(scim, parts);
    registered();
  });
  directoryRoutes(app, parts);
}

function resourceRoutes(
  app: FastifyInstance,
  { directories, users, groups, clientOf }: ScimRoutesParts,
): void {
  const baseOf = (request: FastifyRequest) => `${clientOf(request).origin}/scim/v2`;
  const callerOf = async (ctx: Context, request: FastifyRequest): Promise<ScimCaller> => ({
    ctx,
    directory: await directories.ofCaller(ctx),
    base: baseOf(request),
  });
  /** Every answer is of SCIM's own media type; what was made says where it is. */
  const serve = <E extends Endpoint>(
    endpoint: E,
    answer: (input: RouteInput<E>, caller: ScimCaller) => Promise<ScimResource>,
  ) => {
    route(app, endpoint, async (input) => {
      const caller = await callerOf(input.ctx, input.request);
      const document = await answer(input, caller);
      const { location } = (document.meta ?? {}) as { location?: string };
      if (endpoint.status === 201 && location !== undefined) void input.reply.header('location', location);
      const query = input.query as { attributes?: string; excludedAttributes?: string } | undefined;
      const isList = Array.isArray(document.Resources);
      return send(input.reply, isList ? document : shaped(document, query ?? {}));
    });
  };

  serve(scimApi.listUsers, ({ query }, caller) => users.list(caller, query));
  serve(scimApi.createUser, ({ body }, caller) => users.create(caller, body));
  serve(scimApi.getUser, ({ params }, caller) => users.get(caller, params.id));
  serve(scimApi.replaceUser, ({ params, body }, caller) => users.replace(caller, params.id, body));
  serve(scimApi.patchUser, ({ params, body }, caller) => users.patch(caller, params.id, body));
  route(app, scimApi.removeUser, async ({ ctx, params, request }) =>
    users.remove(await callerOf(ctx, request), params.id),
  );
  serve(scimApi.listGroups, ({ query }, caller) => groups.list(caller, query));
  serve(scimApi.createGroup, ({ body }, caller) => groups.create(caller, body));
  serve(scimApi.getGroup, ({ params }, caller) => groups.get(caller, params.id));
  serve(scimApi.replaceGroup, ({ params, body }, caller) => groups.replace(caller, params.id, body));
  serve(scimApi.patchGroup, ({ params, body }, caller) => groups.patch(caller, params.id, body));
  route(app, scimApi.removeGroup, async ({ ctx, params, request }) =>
    groups.remove(await callerOf(ctx, request), params.id),
  );

  serve(scimApi.config, async (_, { base }) => configDocument(base));
  serve(scimApi.schemas, async (_, { base }) => listDocument(schemaDocuments(base), {}));
  serve(scimApi.schema, async ({ params }, { base }) => byId(schemaDocuments(base), params.id));
  serve(scimApi.resourceTypes, async (_, { base }) => listDocument(resourceTypes(base), {}));
  serve(scimApi.resourceType, async ({ params }, { base }) => byId(resourceTypes(base), params.id));
}

const byId = (all: readonly ScimResource[], id: string): ScimResource =>
  all.find((each) => each.id === id) ?? fail('NOT_FOUND', `There is no ${id} here.`);

const send = (reply: FastifyReply, document: ScimResource): FastifyReply =>
  reply
    .type(`${scimMedia[0]}; charset=utf-8`)
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(document);

function directoryRoutes(app: FastifyInstance, { directories, clientOf }: ScimRoutesParts): void {
  const { singleSignOn } = api;
  const baseOf = (request: FastifyRequest) => `${clientOf(request).origin}/scim/v2`;
  const unstored = { 'cache-control': 'no-store' };
  route(app, singleSignOn.listDirectories, ({ ctx, query, request }) =>
    directories.list(ctx, query, baseOf(request)),
  );
  route(app, singleSignOn.createDirectory, async ({ ctx, body, request, reply }) => {
    void reply.headers(unstored);
    return await directories.create(ctx, body, baseOf(request));
  });
  route(app, singleSignOn.updateDirectory, ({ ctx, params, body, request }) =>
    directories.update(ctx, params.id, body, baseOf(request)),
  );
  route(app, singleSignOn.renewDirectoryToken, async ({ ctx, params, request, reply }) => {
    void reply.headers(unstored);
    return await directories.renewToken(ctx, params.id, baseOf(request));
  });
  route(app, singleSignOn.removeDirectory, ({ ctx, params }) => directories.remove(ctx, params.id));
}
