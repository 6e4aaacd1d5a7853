import type { SingleSignOnFailure } from '@stroma/contracts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { type Client, stranger } from '../identity/client.ts';
import type { Identity, SignInResult } from '../identity/identity.service.ts';
import { redirectUriOf, samlPlaceOf, startPathOf } from './connection-document.ts';
import type { Connections } from './connections.service.ts';
import {
  type ConnectionWithDomains,
  findEnabledConnection,
  isAnyEnabled,
  listOffered,
} from './connections.store.ts';
import { domainOf, type ProvenIdentity, SignOnRefused } from './proven-identity.ts';
import { type ProvisioningParts, provision } from './provisioning.ts';
import { SamlPeer } from './saml-peer.ts';
import { hashOf, makeNonce, type SignOnAttempt, SignOnAttempts } from './sign-on-attempts.ts';

/** Where the browser goes next; with a session, a second factor to ask for, or a failure to tell. */
export type SignOnEnd =
  | { kind: 'entered'; to: string; result: SignInResult }
  | { kind: 'failed'; failure: SingleSignOnFailure };

/** A browser that signs on: what it holds of the attempt it began, and where it comes from. */
export interface Visitor {
  client: Client;
  /** Of the cookie; null when it brought none. */
  browser: string | null;
}

export interface SignOnParts {
  platform: Platform;
  audit: Audit;
  identity: Identity;
  connections: Connections;
  isPushed: ProvisioningParts['isPushed'];
}

/** Signing in by an identity provider, from the first redirect to the session. */
export class SignOn {
  readonly #parts: SignOnParts;
  readonly #attempts: SignOnAttempts;

  constructor(parts: SignOnParts) {
    this.#parts = parts;
    this.#attempts = new SignOnAttempts(parts.platform.cache);
  }

  /** By the domain alone: it says nothing of whether there is an account. */
  async methods(email: string | undefined) {
    const { sql } = this.#parts.platform.db;
    const offered = await listOffered(sql, email === undefined ? null : domainOf(email));
    return {
      available: offered.length > 0 || (await isAnyEnabled(sql)),
      items: offered.map(({ id, name, kind }) => ({
        connection_id: id,
        name,
        kind,
        start_path: startPathOf(id),
      })),
    };
  }

  /** The address of the identity provider to go to, or the failure to tell. */
  async begin(
    id: string,
    given: { to: string | undefined; email: string | undefined; browser: string },
    client: Client,
  ): Promise<{ address: URL } | { failure: SingleSignOnFailure }> {
    const connection = await this.#require(id);
    try {
      const state = makeNonce();
      const attempt = { connectionId: id, browser: hashOf(given.browser), to: ownPath(given.to) };
      if (connection.row.saml !== null) {
        const peer = new SamlPeer(connection.row.saml, samlPlaceOf(client.origin, id));
        const { address, requestId } = await peer.begin(state);
        await this.#attempts.begin(state, { ...attempt, oidc: null, samlRequestId: requestId });
        return { address };
      }
      const peer = await this.#parts.connections.oidcPeer(connection.row);
      const redirectUri = redirectUriOf(client.origin, id);
      const { address, checks } = await peer.begin({ redirectUri, state, email: given.email ?? null });
      await this.#attempts.begin(state, { ...attempt, oidc: checks, samlRequestId: null });
      return { address };
    } catch (error) {
      return { failure: await this.#refused(error, connection, client) };
    }
  }

  /** The answer of an OpenID provider; `search` is the query as it came. */
  async completeOidc(id: string, search: URLSearchParams, visitor: Visitor): Promise<SignOnEnd> {
    const connection = await this.#require(id);
    try {
      const state = search.get('state') ?? '';
      const attempt = await this.#take(id, state, visitor);
      if (attempt.oidc === null) throw new SignOnRefused('invalid', 'The sign-in was not begun by OpenID.');
      const peer = await this.#parts.connections.oidcPeer(connection.row);
      const address = new URL(`${redirectUriOf(visitor.client.origin, id)}?${search}`);
      const identity = await peer.complete(address, state, attempt.oidc);
      return await this.#enter(connection, identity, attempt.to, visitor.client);
    } catch (error) {
      return { kind: 'failed', failure: await this.#refused(error, connection, visitor.client) };
    }
  }

  /**
   * Takes a posted assertion and answers a code. The post comes from another site, so the browser does not show
   * whether it is the one that began; it does when it comes with the code.
   */
  async receiveAssertion(
    id: string,
    posted: { response: string; relayState: string },
    client: Client,
  ): Promise<{ code: string } | { failure: SingleSignOnFailure }> {
    const connection = await this.#require(id);
    try {
      if (connection.row.saml === null) throw new SignOnRefused('invalid', 'This connection is not of SAML.');
      const attempt = await this.#attempts.take(posted.relayState);
      if (attempt === null || attempt.connectionId !== id || attempt.samlRequestId === null)
        throw new SignOnRefused('expired', 'No sign-in under way is answered (RelayState).');
      const peer = new SamlPeer(connection.row.saml, samlPlaceOf(client.origin, id));
      const { identity, assertionId, expiresMs } = await peer.complete(
        posted.response,
        attempt.samlRequestId,
      );
      if (!(await this.#attempts.isFirstShowing(id, assertionId, expiresMs)))
        throw new SignOnRefused('invalid', 'The assertion was shown before.');
      const code = makeNonce();
      const { browser, to } = attempt;
      await this.#attempts.keepProven(code, { connectionId: id, browser, to, identity });
      return { code };
    } catch (error) {
      return { failure: await this.#refused(error, connection, client) };
    }
  }

  async finishSaml(id: string, code: string, visitor: Visitor): Promise<SignOnEnd> {
    const connection = await this.#require(id);
    try {
      const proven = await this.#attempts.takeProven(code);
      if (proven === null || proven.connectionId !== id)
        throw new SignOnRefused('expired', 'The code is unknown, was used, or is too old.');
      requireBrowser(proven.browser, visitor);
      return await this.#enter(connection, proven.identity, proven.to, visitor.client);
    } catch (error) {
      return { kind: 'failed', failure: await this.#refused(error, connection, visitor.client) };
    }
  }

  async metadata(id: string, origin: string): Promise<string> {
    const { row } = await this.#require(id);
    if (row.saml === null) fail('NOT_FOUND', 'This connection is of OpenID, which needs no metadata.');
    return new SamlPeer(row.saml, samlPlaceOf(origin, id)).metadata();
  }

  async #take(id: string, state: string, visitor: Visitor): Promise<SignOnAttempt> {
    const attempt = await this.#attempts.take(state);
    if (attempt === null || attempt.connectionId !== id)
      throw new SignOnRefused('expired', 'The state is unknown, was used, or is too old.');
    requireBrowser(attempt.browser, visitor);
    return attempt;
  }

  async #enter(
    connection: ConnectionWithDomains,
    proven: ProvenIdentity,
    to: string,
    client: Client,
  ): Promise<SignOnEnd> {
    const { platform, audit, identity, isPushed } = this.#parts;
    const { tenantId, trustsSecondFactor } = connection.row;
    const who = stranger(client, tenantId);
    const user = await withinTenant(tenantId, () =>
      platform.db.transaction((tx) => provision(tx, { audit, isPushed }, connection, proven, who)),
    );
    const secondFactor = trustsSecondFactor && proven.secondFactor;
    const result = await identity.enter(user, 'single_sign_on', secondFactor, 'browser', client);
    return { kind: 'entered', to, result };
  }

  async #require(id: string): Promise<ConnectionWithDomains> {
    const found = await findEnabledConnection(this.#parts.platform.db.sql, id);
    return found ?? fail('NOT_FOUND', 'There is no such single sign-on.');
  }

  /** Puts the reason on record and answers what the person is told. A fault of Stroma goes on as such. */
  async #refused(
    error: unknown,
    { row }: ConnectionWithDomains,
    client: Client,
  ): Promise<SingleSignOnFailure> {
    if (!(error instanceof SignOnRefused)) throw error;
    const { audit, platform } = this.#parts;
    platform.log.info({ err: error, connection: row.id }, 'a single sign-on was refused');
    await audit.append(stranger(client, row.tenantId), {
      action: 'single-sign-on.refused',
      object: { kind: 'connection', id: row.id },
      outcome: 'refused',
      details: { failure: error.failure, reason: error.message.slice(0, 300) },
    });
    return error.failure;
  }
}

/** Somebody else's answer, slipped to this browser, would sign its user in as somebody else. */
function requireBrowser(expected: string, { browser }: Visitor): void {
  if (browser === null || hashOf(browser) !== expected)
    throw new SignOnRefused('expired', 'The answer came to another browser than the one that began.');
}

/** Only addresses of this app are followed. */
function ownPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(to) ? to : '/';
}
