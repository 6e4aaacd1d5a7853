import { type Endpoint, isAdministrator } from '@stroma/contracts';
import type { Config } from '../config/config.ts';
import type { Actor } from '../context.ts';

/** So many in a window; who takes more is refused until it ends, or for `blockMs` from then. */
export interface Limit {
  /** Part of the counter's key, and what a client is told: `signed-in`, `queries-free`. */
  name: string;
  most: number;
  windowMs: number;
  blockMs?: number;
}

const minute = 60_000;
const hour = 60 * minute;

export interface Limits {
  /** Of requests. */
  of(actor: Actor | null): Limit;
  /** Of queries; null where there is none. */
  queriesOf(actor: Actor | null): Limit | null;
  readonly authentication: Limit;
}

export function limitsOf(config: Config): Limits {
  const one = config.STROMA_RATE_LIMIT_PER_MINUTE;
  const requests = (name: string, most: number): Limit => ({ name, most: one ?? most, windowMs: minute });
  const everybody = requests('public', config.STROMA_RATE_PUBLIC_PER_MINUTE);
  const signedIn = requests('signed-in', config.STROMA_RATE_SIGNED_IN_PER_MINUTE);
  const administrators = requests('admin', config.STROMA_RATE_ADMIN_PER_MINUTE);
  const queries = {
    free: { name: 'queries-free', most: config.STROMA_RATE_FREE_QUERIES_PER_HOUR, windowMs: hour },
    premium: { name: 'queries-premium', most: config.STROMA_RATE_PREMIUM_QUERIES_PER_HOUR, windowMs: hour },
  };
  const premium = new Set(config.STROMA_PREMIUM_ROLES.split(',').map((each) => each.trim()));
  const tierOf = ({ role, tier }: Actor) => (premium.has(role) ? 'premium' : tier);
  return {
    of: (actor) => (actor === null ? everybody : isAdministrator(actor.role) ? administrators : signedIn),
    queriesOf: (actor) => (one !== undefined || actor === null ? null : queries[tierOf(actor)]),
    authentication: {
      name: 'authentication',
      most: config.STROMA_LOGIN_LIMIT_PER_MINUTE,
      windowMs: minute,
      blockMs: config.STROMA_LOGIN_BLOCK_MINUTES * minute,
    },
  };
}

/** The limit an API key was given for itself. */
export const limitOfKey = (most: number): Limit => ({ name: 'key', most, windowMs: minute });

/** What a request at this address counts as. */
export function rateOf(endpoint: Endpoint): NonNullable<Endpoint['rate']> {
  if (endpoint.rate !== undefined) return endpoint.rate;
  const { permission, method, path } = endpoint;
  return permission === 'public' && method === 'POST' && path.startsWith('/auth/')
    ? 'authentication'
    : 'request';
}
