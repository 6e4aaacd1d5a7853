import { X509Certificate } from 'node:crypto';
import type { Connection, CreateConnection, UpdateConnection } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { requireConfigurer } from './configurer.ts';
import { connectionDocument } from './connection-document.ts';
import {
  type ConnectionRow,
  type ConnectionWithDomains,
  deleteConnection,
  domainOfOthers,
  findConnection,
  insertConnection,
  listConnections,
  replaceDomains,
  updateConnection,
} from './connections.store.ts';
import { requireGiveable } from './mapped-roles.ts';
import { OidcPeer } from './oidc-peer.ts';
import type { OidcSettings, SamlSettings } from './single-sign-on.tables.ts';

const purpose = 'single-sign-on.client-secret';
const peerLifeMs = 10 * 60_000;

/** Connections to identity providers, each with its e-mail domains. */
export class Connections {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #peers = new Map<string, { peer: OidcPeer; changedMs: number; madeMs: number }>();

  constructor(platform: Platform, audit: Audit) {
    this.#platform = platform;
    this.#audit = audit;
  }

  async list(ctx: Context, query: { limit: number; cursor?: string | undefined }, origin: string) {
    const { tenantId } = ctx.actor;
    const rows = await listConnections(this.#platform.db.sql, tenantId, query.limit + 1, query.cursor);
    const { page, next_cursor } = cutPage(rows, query.limit, ({ row }) => row.id);
    return { items: page.map((each) => connectionDocument(each, origin)), next_cursor };
  }

  async get(ctx: Context, id: string, origin: string): Promise<Connection> {
    return connectionDocument(await this.find(ctx, id), origin);
  }

  /** Throws NOT_FOUND. */
  async find(ctx: Context, id: string): Promise<ConnectionWithDomains> {
    const found = await findConnection(this.#platform.db.sql, ctx.actor.tenantId, id);
    return found ?? fail('NOT_FOUND', 'There is no such connection.');
  }

  async create(ctx: Context, input: CreateConnection, origin: string): Promise<Connection> {
    const { db, keys } = this.#platform;
    const { tenantId } = ctx.actor;
    const id = newId('connection');
    await this.#requireConfigurer(ctx, id, null);
    const oidc = input.kind === 'oidc' ? await this.#readOidc(input.oidc) : null;
    const saml = input.kind === 'saml' ? readSaml(input.saml) : null;
    await this.#requireRoles(ctx, id, input);
    await this.#requireOwnDomains(ctx, input.domains);
    const secret = input.kind === 'oidc' ? input.client_secret : null;
    await db.transaction(async (tx) => {
      await insertConnection(tx, {
        id,
        tenantId,
        kind: input.kind,
        name: input.name,
        enabled: input.enabled,
        shownToAll: input.shown_to_all,
        createsUsers: input.creates_users,
        trustsSecondFactor: input.trusts_second_factor,
        roleMapping: input.role_mapping,
        defaultRole: input.default_role,
        oidc,
        saml,
        clientSecret: secret === null ? null : await keys.encryptText(secret, purpose, id),
        configuredRole: ctx.actor.role,
      });
      await this.#setDomains(tx, tenantId, id, input.domains);
      await this.#record(tx, ctx, id, 'created', null, { ...input, client_secret: secret !== null });
    });
    return this.get(ctx, id, origin);
  }

  async update(ctx: Context, id: string, changes: UpdateConnection, origin: string): Promise<Connection> {
    const { db, keys } = this.#platform;
    const { tenantId } = ctx.actor;
    const before = await this.find(ctx, id);
    const { row } = before;
    await this.#requireConfigurer(ctx, id, row);
    if ((changes.oidc && row.kind !== 'oidc') || (changes.saml && row.kind !== 'saml'))
      fail('INVALID_INPUT', `This connection is of the kind ${row.kind}. Make a new one for another kind.`, {
        field: row.kind === 'oidc' ? 'saml' : 'oidc',
      });
    const oidc = changes.oidc === undefined ? undefined : await this.#readOidc(changes.oidc);
    const saml = changes.saml === undefined ? undefined : readSaml(changes.saml);
    const moves = oidc !== undefined && oidc.issuer !== row.oidc?.issuer;
    if (moves && row.clientSecret !== null && changes.client_secret === undefined)
      fail('INVALID_INPUT', 'Give the client secret again: it was meant for the issuer that is replaced.', {
        field: 'client_secret',
      });
    await this.#requireRoles(ctx, id, changes);
    await this.#requireOwnDomains(ctx, changes.domains ?? []);
    await db.transaction(async (tx) => {
      const secret = changes.client_secret;
      await updateConnection(tx, tenantId, id, {
        configuredRole: ctx.actor.role,
        ...given('name', changes.name),
        ...given('enabled', changes.enabled),
        ...given('shownToAll', changes.shown_to_all),
        ...given('createsUsers', changes.creates_users),
        ...given('trustsSecondFactor', changes.trusts_second_factor),
        ...given('roleMapping', changes.role_mapping),
        ...given('defaultRole', changes.default_role),
        ...given('oidc', oidc),
        ...given('saml', saml),
        ...(secret === undefined
          ? {}
          : { clientSecret: secret === null ? null : await keys.encryptText(secret, purpose, id) }),
      });
      if (changes.domains !== undefined) await this.#setDomains(tx, tenantId, id, changes.domains);
      const { client_secret: _, ...told } = changes;
      await this.#record(tx, ctx, id, 'changed', connectionDocument(before, origin), told);
    });
    this.#peers.delete(id);
    return this.get(ctx, id, origin);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const before = await this.find(ctx, id);
    await this.#requireConfigurer(ctx, id, before.row);
    const { db, keys } = this.#platform;
    await db.transaction(async (tx) => {
      await deleteConnection(tx, ctx.actor.tenantId, id);
      if (before.row.clientSecret !== null) await keys.forget(id);
      await this.#audit.record(tx, ctx, {
        action: 'single-sign-on.removed',
        object: { kind: 'connection', id },
        outcome: 'success',
        before: connectionDocument(before, ''),
        details: { name: before.row.name, kind: before.row.kind },
      });
    });
    this.#peers.delete(id);
  }

  /** The provider of an OpenID connection; what it says of itself is remembered for ten minutes. */
  async oidcPeer(row: ConnectionRow): Promise<OidcPeer> {
    const known = this.#peers.get(row.id);
    const changedMs = row.updatedAt.getTime();
    const now = Date.now();
    if (known !== undefined && known.changedMs === changedMs && now - known.madeMs < peerLifeMs)
      return known.peer;
    const peer = await this.newOidcPeer(row);
    this.#peers.set(row.id, { peer, changedMs, madeMs: now });
    return peer;
  }

  /** One that remembers nothing yet. */
  async newOidcPeer(row: ConnectionRow): Promise<OidcPeer> {
    const { keys, outgoing } = this.#platform;
    if (row.oidc === null) throw new Error('a connection of OpenID without its settings');
    const clientSecret =
      row.clientSecret === null ? null : await keys.decryptText(row.clientSecret, purpose, row.id);
    return new OidcPeer({ ...row.oidc, clientSecret }, outgoing);
  }

  async #readOidc(oidc: OidcSettings): Promise<OidcSettings> {
    const issuer = requireSafe(oidc.issuer, 'oidc.issuer');
    await this.#platform.outgoing.check(issuer);
    return oidc;
  }

  #requireConfigurer(ctx: Context, id: string, present: ConnectionRow | null): Promise<void> {
    const attempt = { what: 'single-sign-on.configure', object: { kind: 'connection', id } };
    return requireConfigurer(this.#audit, this.#platform.db.sql, ctx, attempt, present);
  }

  async #requireRoles(
    ctx: Context,
    id: string,
    { role_mapping = [], default_role = null }: Pick<UpdateConnection, 'role_mapping' | 'default_role'>,
  ): Promise<void> {
    const attempt = { what: 'single-sign-on.map-role', object: { kind: 'connection', id } };
    const roles = [...role_mapping.map(({ role }) => role), default_role];
    await requireGiveable(this.#audit, this.#platform.db.sql, ctx, attempt, roles);
  }

  /** Who signs in with an address of the domain is led to this provider, so none may lead away others' people. */
  async #requireOwnDomains({ actor }: Context, domains: readonly string[]): Promise<void> {
    const { tenantId, permissions } = actor;
    const foreign = permissions.has('tenants:write')
      ? null
      : await acrossTenants('addresses are unique over all tenants', () =>
          domainOfOthers(this.#platform.db.sql, tenantId, domains),
        );
    if (foreign !== null)
      fail(
        'CONFLICT',
        `The domain ${foreign} cannot be claimed here. Ask who keeps this installation to set it.`,
        { domain: foreign },
      );
  }

  async #setDomains(
    tx: Parameters<typeof replaceDomains>[0],
    tenantId: string,
    id: string,
    domains: readonly string[],
  ): Promise<void> {
    const taken = await replaceDomains(tx, tenantId, id, domains);
    if (taken !== null)
      fail('CONFLICT', `The domain ${taken} leads to another connection already. Remove it there first.`, {
        domain: taken,
      });
  }

  async #record(
    tx: Parameters<typeof replaceDomains>[0],
    ctx: Context,
    id: string,
    what: 'created' | 'changed',
    before: unknown,
    after: object,
  ): Promise<void> {
    await this.#audit.record(tx, ctx, {
      action: 'single-sign-on.configured',
      object: { kind: 'connection', id },
      outcome: 'success',
      before,
      after,
      details: { what, fields: Object.keys(after).join(' ') },
    });
  }
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

/** TLS, or this very machine. */
function requireSafe(text: string, field: string): URL {
  const url = new URL(text);
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && here)) return url;
  return fail('INVALID_INPUT', `Expected an address that begins with https://, given ${text}.`, { field });
}

function readSaml(saml: SamlSettings): SamlSettings {
  requireSafe(saml.sign_in_url, 'saml.sign_in_url');
  return { ...saml, certificates: saml.certificates.map(readCertificate) };
}

/** PEM, also of the bare Base64 that metadata holds. Throws INVALID_INPUT. */
function readCertificate(text: string): string {
  const body = text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
  const pem = `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  try {
    return new X509Certificate(pem).publicKey.asymmetricKeyType === 'rsa' ? pem : notRsa();
  } catch (error) {
    if (error instanceof Error && error.name === 'StromaError') throw error;
    return fail(
      'INVALID_INPUT',
      'Expected an X.509 certificate (PEM, or its Base64 as in the metadata of the provider).',
      { field: 'saml.certificates' },
      error,
    );
  }
}

const notRsa = (): never =>
  fail(
    'INVALID_INPUT',
    'Expected a certificate with an RSA key, which is what SAML signatures are made with.',
    {
      field: 'saml.certificates',
    },
  );
