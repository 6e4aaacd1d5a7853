import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../../platform/http/register-route.ts';
import type { MemberSignIn } from './member-sign-in.service.ts';
import type { Members } from './members.service.ts';

export function memberRoutes(app: FastifyInstance, members: Members, signIn: MemberSignIn): void {
  route(app, api.members.list, ({ ctx, query }) => members.list(ctx, query));
  route(app, api.members.get, ({ ctx, params }) => members.get(ctx, params.id));
  route(app, api.members.update, ({ ctx, params, body }) => members.update(ctx, params.id, body));
  route(app, api.members.deactivate, ({ ctx, params }) => members.deactivate(ctx, params.id));
  route(app, api.members.reactivate, ({ ctx, params }) => members.reactivate(ctx, params.id));
  route(app, api.members.resetSecondFactor, ({ ctx, params, body }) =>
    signIn.resetSecondFactor(ctx, params.id, body.reason),
  );
  route(app, api.members.changeEmail, ({ ctx, params, body }) => signIn.changeEmail(ctx, params.id, body));
  route(app, api.members.remove, ({ ctx, params }) => members.remove(ctx, params.id));
}
