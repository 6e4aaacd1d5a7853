import { isAdministrator, type signUpModes } from '@stroma/contracts';
import type { Config } from '../../platform/config/config.ts';
import type { LockoutRules } from './lockout.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The settings as identity reads them. */
export interface IdentityRules {
  sessionLifeMs: number;
  idleMs: number;
  accessTokenLifeMs: number;
  refreshLifeMs: number;
  signingKeyLifeMs: number;
  signUp: (typeof signUpModes)[number];
  signUpRole: string;
  /** Empty: of every domain. */
  signUpDomains: readonly string[];
  lockout: LockoutRules;
  secondFactorRequired(role: string): boolean;
}

export function identityRules(config: Config): IdentityRules {
  return {
    sessionLifeMs: config.STROMA_SESSION_HOURS * hourMs,
    idleMs: config.STROMA_SESSION_IDLE_MINUTES * minuteMs,
    accessTokenLifeMs: config.STROMA_ACCESS_TOKEN_HOURS * hourMs,
    refreshLifeMs: config.STROMA_REFRESH_TOKEN_DAYS * dayMs,
    signingKeyLifeMs: config.STROMA_SIGNING_KEY_DAYS * dayMs,
    signUp: config.STROMA_SIGN_UP,
    signUpRole: config.STROMA_SIGN_UP_ROLE,
    signUpDomains: listed(config.STROMA_SIGN_UP_DOMAINS).map((domain) => domain.toLowerCase()),
    lockout: { failures: config.STROMA_LOCKOUT_FAILURES, windowMinutes: config.STROMA_LOCKOUT_MINUTES },
    secondFactorRequired: policyOf(config),
  };
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/**
 * `auto` asks it of administrators unless the server is reached on this machine alone, where nobody from outside can
 * guess at a password and a newcomer should reach the product. One that
 * has an address for others stands behind a proxy.
 */
function policyOf({ STROMA_REQUIRE_MFA: policy, ...config }: Config): IdentityRules['secondFactorRequired'] {
  if (policy === 'off') return () => false;
  if (policy === 'everyone') return () => true;
  if (policy === 'administrators') return isAdministrator;
  if (policy === 'auto') return isReachedHereAlone(config) ? () => false : isAdministrator;
  const roles = new Set(listed(policy));
  const administrators = roles.delete('administrators');
  return (role) => roles.has(role) || (administrators && isAdministrator(role));
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);

function isReachedHereAlone({
  HOST,
  STROMA_PUBLIC_URL: address,
}: Pick<Config, 'HOST' | 'STROMA_PUBLIC_URL'>): boolean {
  return isLoopback(HOST) && (address === undefined || isLoopback(new URL(address).hostname));
}
