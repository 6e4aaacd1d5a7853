/**
 * Who may come in: sign-in with e-mail and password, sessions, roles.
 *
 *   await createAccess(platform)
 *     .audit                  who did what, kept for good: `record(tx, who, entry)`
 *     .prepare()              first start: the tenant and its administrator, with a one-time password
 *     .authenticate(request)  the actor behind a bearer token or the session cookie, or null
 *     .register(app)          the addresses of `api.identity`
 */
import { type Sensitivity, streamsApi } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Context } from '../platform/context.ts';
import type { Platform } from '../platform/platform.ts';
import type { OnLimited } from '../platform/rate-limits/request-limits.ts';
import { type Soon, whenThere } from '../platform/soon.ts';
import { apiKeyRoutes } from './api-keys/api-keys.routes.ts';
import { ApiKeys } from './api-keys/api-keys.service.ts';
import type { Audit } from './audit/audit.ts';
import type { AuditKeys } from './audit/audit-keys.ts';
import { openAudit } from './audit/open-audit.ts';
import { type AuditCommands, openAuditTrail } from './audit/open-audit-trail.ts';
import { breakGlassRoutes } from './break-glass/break-glass.routes.ts';
import { BreakGlass } from './break-glass/break-glass.service.ts';
import { complianceRoutes } from './compliance/compliance.routes.ts';
import { openCompliance } from './compliance/open-compliance.ts';
import { consentRoutes } from './consents/consents.routes.ts';
import { Consents } from './consents/consents.service.ts';
import { type FirstStart, prepareFirstStart } from './identity/first-start.ts';
import { openIdentity } from './identity/open-identity.ts';
import { presentedToken } from './identity/session-token.ts';
import { MemberSignIn } from './members/member-sign-in.service.ts';
import { memberRoutes } from './members/members.routes.ts';
import type { Members } from './members/members.service.ts';
import { openPeople, type People } from './members/people.ts';
import { installationKeepers, namesOfUsers } from './permissions/installation-keepers.ts';
import { openPermissions } from './permissions/open-permissions.ts';
import { permissionRoutes } from './permissions/permissions.routes.ts';
import type { Resources } from './permissions/resources.service.ts';
import { openRetention } from './retention/open-retention.ts';
import { retentionRoutes } from './retention/retention.routes.ts';
import type { Retention } from './retention/retention.service.ts';
import { openScim } from './scim/open-scim.ts';
import { type ProveOnRequest, signatureRoutes } from './signatures/signatures.routes.ts';
import { Signatures } from './signatures/signatures.service.ts';
import { openSingleSignOn } from './single-sign-on/open-single-sign-on.ts';
import { tenantRoutes } from './tenants/tenants.routes.ts';
import { Tenants } from './tenants/tenants.service.ts';
import { openThreats } from './threats/open-threats.ts';
import type { QuestionScreen } from './threats/question-screen.ts';
import { ThreatGuard } from './threats/threat-guard.ts';

export type { Audit, AuditEntry } from './audit/audit.ts';
export type { FirstStart } from './identity/first-start.ts';
export { hashPassword, verifyPassword } from './identity/passwords.ts';
export type { People } from './members/people.ts';
export type { Resources } from './permissions/resources.service.ts';
export { Remembered } from './remembered.ts';
export { type Kept, keptRows } from './retention/kept.ts';
export type { SignableKind } from './signatures/signatures.service.ts';
export type { QuestionScreen } from './threats/question-screen.ts';

export interface Access {
  readonly name: 'access';
  /** Everyone's record of security events and changes. */
  readonly audit: Audit;
  /** For the account that runs Stroma: the whole record, of every tenant. */
  readonly auditCommands: AuditCommands;
  /** Electronic signatures; modules make known what of theirs can be signed. */
  readonly signatures: Signatures;
  /** Emergency access; modules say what was looked at by it. */
  readonly breakGlass: Pick<BreakGlass, 'used'>;
  /** How long things are kept; modules make known how theirs are disposed of. */
  readonly retention: Pick<Retention, 'know' | 'holdsOf'>;
  /** What persons agreed to. */
  readonly consents: Pick<Consents, 'of' | 'history' | 'eraseSubjects' | 'digestOf'>;
  /** Members, for what is done later on their behalf. */
  readonly people: People;
  /** Who belongs to the organisation; for erasing an account. */
  readonly members: Pick<Members, 'remove'>;
  /** Signs certificates with the key of the record. */
  readonly certifier: Pick<AuditKeys, 'keyId' | 'sign' | 'verify' | 'publicKeys'>;
  /** A person proves once more who they are, for one deed. Throws WRONG_CREDENTIALS, RATE_LIMITED. */
  prove: ProveOnRequest;
  /** What narrows access to single things; modules make theirs known and ask before they hand one out. */
  readonly resources: Resources;
  /** Looks at what would go to a language model before it does. */
  readonly screen: QuestionScreen;
  /** Whether somebody may read the mail of this address, which may open its account. */
  mayOpenMailOf(ctx: Context, address: string): Promise<boolean>;
  /** Who runs the installation, and names of accounts for them to read. */
  installationKeepers(): Promise<{ tenantId: string; email: string }[]>;
  namesOfUsers(ids: string[]): Promise<ReadonlyMap<string, string>>;
  /** The most sensitive data a role of a tenant may see. */
  clearanceOf(tenantId: string, role: string): Promise<Sensitivity>;
  prepare(): Promise<FirstStart>;
  authenticate(request: FastifyRequest): Soon<Actor | null>;
  /** Puts on record that somebody took more than a limit allows. */
  limited: OnLimited;
  register(app: FastifyInstance): void;
  close(): Promise<void>;
}

export async function createAccess(platform: Platform): Promise<Access> {
  const audit = await openAudit(platform);
  const trail = await openAuditTrail(platform, audit);
  const breakGlass = new BreakGlass(platform, audit);
  const permissions = await openPermissions(platform.db, audit, (change) => breakGlass.forget(change));
  const { entitlements } = permissions;
  platform.jobs.knowSenders(({ tenantId, id }) => entitlements.person(tenantId, id));
  const guard = new ThreatGuard(platform.db);
  const identity = openIdentity(
    platform,
    audit,
    async ({ id, tenantId }) => ({
      permissions: (await entitlements.of(tenantId, id))?.permissions ?? new Set(),
      tier: 'free',
    }),
    {
      addressShutUntil: (address) => guard.addressShutUntil(address),
      accountShutUntil: (userId) => guard.accountShutUntil(userId),
      proven: (ctx) => threats.blocks.proven(ctx),
    },
  );
  const threats = openThreats(platform, audit, identity.sessions, guard);
  const apiKeys = new ApiKeys({
    platform,
    audit,
    ownerOf: (key) => entitlements.person(key.tenantId, key.ownerId),
  });
  const { members } = permissions;
  const memberSignIn = new MemberSignIn({ platform, audit, entitlements, members, room: identity });
  const scim = openScim({ platform, audit, room: identity, entitlements });
  const singleSignOn = openSingleSignOn({ platform, audit, room: identity, isPushed: scim.isPushed });
  platform.jobs.register({
    kind: 'access.sweep-sessions',
    title: () => 'Removing sessions that have ended, and renewing signing keys',
    timeoutSeconds: 60,
    retries: 1,
    concurrency: 1,
    cron: '17 3 * * *',
    run: async () => {
      await identity.sweep();
      return { result: {} };
    },
  });
  const tenants = new Tenants({
    db: platform.db,
    audit,
    entitlements,
    invitations: identity.invitations,
    sessions: identity.sessions,
  });
  const signatures = new Signatures({ db: platform.db, audit, keys: audit.keys });
  const retention = openRetention(platform, audit);
  const consents = new Consents(platform, audit);
  const compliance = openCompliance(platform, audit, signatures, retention);
  const prove: ProveOnRequest = (request, ctx, given) =>
    identity.identity.prove(ctx, given, identity.clientOf(request));
  return {
    name: 'access',
    audit,
    auditCommands: trail.commands,
    signatures,
    breakGlass,
    retention,
    consents,
    people: openPeople(platform.db, entitlements),
    members: permissions.members,
    certifier: audit.keys,
    prove,
    resources: permissions.resources,
    screen: threats.screen,
    mayOpenMailOf: (ctx, address) => permissions.members.couldGive(ctx, address),
    installationKeepers: () => installationKeepers(platform.db.sql),
    namesOfUsers: (ids) => namesOfUsers(platform.db.sql, ids),
    clearanceOf: (tenantId, role) => permissions.roles.clearanceOf(tenantId, role),
    async prepare() {
      audit.start();
      await identity.start();
      await threats.start();
      return prepareFirstStart(platform);
    },
    authenticate(request) {
      const token = presentedToken(request);
      if (token?.startsWith('scim_')) return scim.actor(token);
      const actor = token?.startsWith('sk_')
        ? apiKeys.actor(token, senderOf(request))
        : identity.actor(token, !isStream(request));
      const present = whenThere(actor, (known) => (known === null ? null : entitlements.complete(known)));
      const raised = whenThere(present, (known) => (known === null ? null : breakGlass.raise(known)));
      return guard.idle ? raised : whenThere(raised, (known) => guard.admit(known, request.ip));
    },
    limited(request, actor, { limit }) {
      const who = { ...senderOf(request), tenantId: actor?.tenantId ?? null };
      const details = {
        limit: limit.name,
        most: limit.most,
        actor: actor?.id ?? null,
        key: actor?.keyId ?? null,
      };
      audit
        .append(who, { action: 'rate-limit.exceeded', object: null, outcome: 'refused', details })
        .catch((error: unknown) =>
          platform.log.error({ err: error }, 'a refusal could not be put on record'),
        );
    },
    register(app) {
      trail.register(app);
      signatureRoutes(app, signatures, (request, ctx, given) =>
        identity.identity.proveToSign(ctx, given, identity.clientOf(request)),
      );
      identity.register(app);
      apiKeyRoutes(app, apiKeys);
      singleSignOn.register(app);
      scim.register(app);
      memberRoutes(app, permissions.members, memberSignIn);
      permissionRoutes(app, permissions);
      tenantRoutes(app, tenants, identity.clientOf);
      breakGlassRoutes(app, breakGlass);
      complianceRoutes(app, compliance, signatures);
      retentionRoutes(app, retention);
      consentRoutes(app, consents);
      threats.register(app);
    },
    async close() {
      await threats.close();
      await apiKeys.close();
      await identity.close();
      await permissions.close();
      await audit.close();
    },
  };
}

/** It asks again and again by itself while it is open. */
const isStream = (request: FastifyRequest): boolean =>
  request.routeOptions.config.endpoint?.id === streamsApi.subscribe.id;

const senderOf = (request: FastifyRequest) => ({
  address: request.ip,
  userAgent: String(request.headers['user-agent'] ?? ''),
  requestId: request.id,
});
