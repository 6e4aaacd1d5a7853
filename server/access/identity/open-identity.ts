import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Soon, whenThere } from '../../platform/soon.ts';
import type { Audit } from '../audit/audit.ts';
import { AccessTokens } from './access-tokens.ts';
import { accountRoutes } from './accounts.routes.ts';
import { Accounts } from './accounts.service.ts';
import { type Admission, everybodyAdmitted } from './admission.ts';
import { deleteExpiredChallenges } from './challenges.store.ts';
import { type Client, clientOf } from './client.ts';
import { EmailChanges } from './email-changes.service.ts';
import { identityRoutes } from './identity.routes.ts';
import { Identity } from './identity.service.ts';
import type { UserRow } from './identity.store.ts';
import { identityRules } from './identity-rules.ts';
import { Invitations } from './invitations.service.ts';
import { Lockout } from './lockout.ts';
import { passkeyRoutes } from './passkeys.routes.ts';
import { Passkeys } from './passkeys.service.ts';
import { passwordRules } from './password-rules.ts';
import { SecondFactorPolicies } from './second-factor-policies.service.ts';
import { asksSecondFactor, findSecondFactorPolicy } from './second-factor-policies.store.ts';
import { SecondFactors } from './second-factors.service.ts';
import { sealingOf } from './secrets.ts';
import { type SecondFactorRequired, Sessions, type Standing } from './sessions.service.ts';
import { httpTextMessages } from './text-messages.ts';

export interface IdentityRoom {
  identity: Identity;
  sessions: Sessions;
  secondFactors: SecondFactors;
  invitations: Invitations;
  accessTokens: AccessTokens;
  clientOf(request: FastifyRequest): Client;
  /** The person behind a cookie's token or an access token, or null. */
  actor(token: string | null, uses?: boolean): Soon<Actor | null>;
  register(app: FastifyInstance): void;
  start(): Promise<void>;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Puts the parts of identity together. `standing` says what a person's role is worth, `admission` who is shut out. */
export function openIdentity(
  platform: Platform,
  audit: Audit,
  standing: (user: UserRow) => Promise<Standing>,
  admission: Admission = everybodyAdmitted,
): IdentityRoom {
  const { config, db } = platform;
  const rules = identityRules(config);
  const sealing = sealingOf(platform);
  const newPasswords = passwordRules(config);
  const lockout = new Lockout(db.sql, rules.lockout);
  const accessTokens = new AccessTokens(db, sealing, {
    issuer: config.STROMA_PUBLIC_URL ?? 'stroma',
    lifeMs: rules.accessTokenLifeMs,
    keyLifeMs: rules.signingKeyLifeMs,
  });
  const secondFactorRequired: SecondFactorRequired = async (tenantId, role) =>
    asksSecondFactor(rules, await findSecondFactorPolicy(db.sql, tenantId))(role);
  const sessions = new Sessions({ platform, audit, accessTokens, rules, standing, secondFactorRequired });
  const textMessages =
    config.STROMA_SMS_URL === undefined
      ? null
      : httpTextMessages(config.STROMA_SMS_URL, config.STROMA_SMS_TOKEN);
  const secondFactors = new SecondFactors({
    platform,
    audit,
    sealing,
    sessions,
    lockout,
    textMessages,
    secondFactorRequired,
  });
  const identity = new Identity({
    platform,
    audit,
    sessions,
    secondFactors,
    lockout,
    passwordRules: newPasswords,
    admission,
  });
  const accounts = new Accounts({ platform, audit, identity, lockout, rules, passwordRules: newPasswords });
  const invitations = new Invitations({ platform, audit, rules, passwordRules: newPasswords });
  const emailChanges = new EmailChanges({ platform, audit, identity, sessions });
  const policies = new SecondFactorPolicies({ platform, audit, sessions, rules });
  const passkeys = new Passkeys({ platform, audit, sessions, secondFactors });
  const clientOfRequest = (request: FastifyRequest) =>
    clientOf(request, config.STROMA_PUBLIC_URL, config.PORT);
  return {
    identity,
    sessions,
    secondFactors,
    invitations,
    accessTokens,
    clientOf: clientOfRequest,
    actor: (token, uses) => whenThere(sessions.find(token, uses), (live) => live?.actor ?? null),
    register(app) {
      identityRoutes(app, {
        config,
        identity,
        sessions,
        secondFactors,
        policies,
        accessTokens,
        clientOf: clientOfRequest,
      });
      accountRoutes(app, { config, accounts, invitations, emailChanges, clientOf: clientOfRequest });
      passkeyRoutes(app, { config, identity, passkeys, clientOf: clientOfRequest });
    },
    start: () => sessions.listen(),
    async sweep() {
      await deleteExpiredChallenges(db.sql);
      await lockout.sweep();
      await accessTokens.sweep();
    },
    close: () => sessions.close(),
  };
}
