import {
  accessApi,
  auditApi,
  decide,
  type Endpoint,
  identityApi,
  passkeysApi,
  secondFactorsApi,
} from '@stroma/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import type { Actor } from '../context.ts';
import { fail } from '../failure.ts';
import type { RequestLimits } from '../rate-limits/request-limits.ts';
import { type Soon, whenThere } from '../soon.ts';
import { anonymous, RequestContext } from './request-context.ts';
import type { Authenticate } from './route.ts';

/** What a person whose role needs a second factor may do before one is there. */
const openWithoutSecondFactor = new Set<string>([
  identityApi.session.id,
  identityApi.changePassword.id,
  identityApi.logout.id,
  identityApi.reauthenticate.id,
  secondFactorsApi.list.id,
  secondFactorsApi.setUp.id,
  secondFactorsApi.confirm.id,
  passkeysApi.list.id,
  passkeysApi.registrationOptions.id,
  passkeysApi.register.id,
]);

const openWithOneTimePassword = new Set<string>([
  identityApi.session.id,
  identityApi.changePassword.id,
  identityApi.logout.id,
]);

/** What goes on in a session that has to prove again whose it is. */
const openWithoutProof = new Set<string>([
  identityApi.session.id,
  identityApi.reauthenticate.id,
  identityApi.logout.id,
  secondFactorsApi.list.id,
]);

const openToKeys = new Set<string>([accessApi.permissions.id, auditApi.report.id]);

export interface Gate {
  /** Runs before the body is read and gives the request its context. Throws RATE_LIMITED, UNAUTHENTICATED, FORBIDDEN, PASSWORD_CHANGE_REQUIRED. */
  admit(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Soon<void>;
  /** For infrastructure addresses without identity. */
  limit(request: FastifyRequest, reply: FastifyReply): Soon<void>;
  /** Runs before the answer goes out. */
  settle(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Who may pass: identity, origin of the page, rate, password duty, permission; anything not granted is denied. */
export function openGate(config: Config, limits: RequestLimits, authenticate: Authenticate): Gate {
  const ownOrigin = config.STROMA_PUBLIC_URL === undefined ? null : new URL(config.STROMA_PUBLIC_URL).origin;

  return {
    limit: (request, reply) => limits.admit(null, request, reply, null),
    settle: (endpoint, request, reply) => limits.settle(endpoint, request, reply),
    admit: (endpoint, request, reply) =>
      whenThere(authenticate(request), (actor) => {
        // Before anything is refused, so that a refusal knows whom it met.
        request.context = new RequestContext(actor ?? anonymous, request, reply);
        return whenThere(limits.admit(endpoint, request, reply, actor), () => {
          if (actor !== null && endpoint.crossSite !== true) refuseForeignPage(request, ownOrigin);
          refuseKey(endpoint, actor);
          authorize(endpoint, actor);
        });
      }),
  };
}

/**
 * A browser adds the cookie also to what another site's page sends. Only a page of our own origin may change
 * anything by cookie; a bearer token is never added by a browser and needs no such proof.
 */
function refuseForeignPage(request: FastifyRequest, ownOrigin: string | null): void {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD' || headers.authorization !== undefined) return;
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return;
  const origin = typeof headers.origin === 'string' ? headers.origin : null;
  const own = origin !== null && (origin === ownOrigin || hostOf(origin) === request.host);
  if (site === undefined && own) return;
  fail(
    'FORBIDDEN',
    'A change by cookie must come from Stroma’s own page (same-origin Origin or Sec-Fetch-Site). Other clients send a bearer token.',
  );
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** An API key works for a person; their account, its sessions and its ways of signing in are theirs alone. */
function refuseKey(endpoint: Endpoint, actor: Actor | null): void {
  if (actor?.kind !== 'key' || endpoint.permission !== 'signed-in' || openToKeys.has(endpoint.id)) return;
  fail('FORBIDDEN', 'An API key cannot do this: it takes a person who has signed in.');
}

function authorize(endpoint: Endpoint, actor: Actor | null): void {
  if (endpoint.permission === 'public') return;
  if (actor === null) fail('UNAUTHENTICATED', 'No identity was given, or it has expired. Sign in.');
  if (actor.mustChangePassword && !openWithOneTimePassword.has(endpoint.id))
    fail('PASSWORD_CHANGE_REQUIRED', 'The one-time password must be replaced before anything else.');
  if (actor.mustSetUpSecondFactor === true && !openWithoutSecondFactor.has(endpoint.id))
    fail(
      'SECOND_FACTOR_REQUIRED',
      'You need a second factor: your role asks for one, or yours was reset. Set one up before anything else.',
    );
  if (actor.mustReauthenticate === true && !openWithoutProof.has(endpoint.id))
    fail(
      'REAUTHENTICATION_REQUIRED',
      'Something unusual was done in this session. Confirm with your password or a code that it is you.',
      { reason: 'threat' },
    );
  const { permission } = endpoint;
  if (permission === 'signed-in') return;
  const { allowed, reason, rule } = decide({ permission, actor, now: new Date() });
  if (allowed) return;
  const scoped = rule === 'role' && actor.kind === 'key';
  fail(
    'FORBIDDEN',
    scoped
      ? `This needs the permission ${permission}, which this API key does not have: it is not among its scopes, or its owner does not hold it.`
      : reason,
    { permission, rule },
  );
}
