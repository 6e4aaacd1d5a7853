import type { SingleSignOnFailure } from '@stroma/contracts';

/** What an identity provider has vouched for. */
export interface ProvenIdentity {
  /** Never changes at the provider, and never goes to another person. */
  subject: string;
  /** Lower case. */
  email: string;
  emailVerified: boolean;
  name: string | null;
  /** Null: the provider said nothing of groups. */
  groups: readonly string[] | null;
  /** The provider says that it saw a second factor. */
  secondFactor: boolean;
}

/** A sign-in that ends here. The person is told the failure; the reason goes on record for administrators. */
export class SignOnRefused extends Error {
  readonly failure: SingleSignOnFailure;

  constructor(failure: SingleSignOnFailure, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'SignOnRefused';
    this.failure = failure;
  }
}

/** The part after the `@`, lower case; empty for what is no address. */
export function domainOf(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '' : email.slice(at + 1).toLowerCase();
}

/** Text, or a list of texts, as a list; null for anything else. */
export function textsOf(value: unknown): string[] | null {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return null;
  return value.filter((each): each is string => typeof each === 'string');
}
