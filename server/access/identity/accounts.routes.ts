import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Accounts } from './accounts.service.ts';
import type { Client } from './client.ts';
import type { EmailChanges } from './email-changes.service.ts';
import { asStranger } from './identity.routes.ts';
import type { Invitations } from './invitations.service.ts';

export interface AccountsRoutesParts {
  config: Config;
  accounts: Accounts;
  invitations: Invitations;
  emailChanges: EmailChanges;
  clientOf: (request: FastifyRequest) => Client;
}

export function accountRoutes(app: FastifyInstance, parts: AccountsRoutesParts): void {
  const { config, accounts, invitations, emailChanges, clientOf } = parts;

  route(app, api.identity.signInOptions, async () => ({
    sign_up: config.STROMA_SIGN_UP,
    password_min_length: config.STROMA_PASSWORD_MIN_LENGTH,
    sms: config.STROMA_SMS_URL !== undefined,
  }));

  route(app, api.identity.forgotPassword, ({ body, request }) =>
    asStranger(async () => accounts.forgot(body.email, clientOf(request))),
  );

  route(app, api.identity.resetPassword, ({ body, request }) =>
    asStranger(() => accounts.reset(body.token, body.new_password, clientOf(request))),
  );

  route(app, api.identity.signUp, ({ body, request }) =>
    asStranger(() => accounts.signUp(body, clientOf(request))),
  );

  route(app, api.identity.verifyEmail, ({ body, request }) =>
    asStranger(() => accounts.verifyEmail(body.token, clientOf(request))),
  );

  route(app, api.emailChange.state, ({ ctx }) => emailChanges.state(ctx));

  route(app, api.emailChange.request, ({ body, ctx, request }) =>
    emailChanges.request(ctx, body.email, clientOf(request)),
  );

  route(app, api.emailChange.withdraw, ({ ctx }) => emailChanges.withdraw(ctx));

  route(app, api.emailChange.confirm, ({ body, request }) =>
    asStranger(() => emailChanges.confirm(body.token, clientOf(request))),
  );

  route(app, api.emailChange.undo, ({ body, request }) =>
    asStranger(() => emailChanges.undo(body.token, clientOf(request))),
  );

  route(app, api.identity.readInvitation, ({ body }) => asStranger(() => invitations.read(body.token)));

  route(app, api.identity.acceptInvitation, ({ body, request }) =>
    asStranger(() => invitations.accept(body.token, body, clientOf(request))),
  );

  route(app, api.invitations.list, ({ ctx, query }) => invitations.list(ctx, query.limit, query.cursor));

  route(app, api.invitations.create, ({ body, ctx, request }) =>
    invitations.create(ctx, body, clientOf(request)),
  );

  route(app, api.invitations.revoke, ({ ctx, params }) => invitations.revoke(ctx, params.id));
}
