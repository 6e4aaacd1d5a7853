import type { RoleMapping } from '@stroma/contracts';
import { boolean, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn, userColumn } from '../identity/identity.tables.ts';

export interface OidcSettings {
  issuer: string;
  client_id: string;
  scopes: string[];
  groups_claim: string;
  emails_are_verified: boolean;
}

export interface SamlSettings {
  entity_id: string;
  sign_in_url: string;
  certificates: string[];
  email_attribute: string;
  name_attribute: string;
  groups_attribute: string;
}

export const connections = pgTable(
  'single_sign_on_connections',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    kind: text('kind', { enum: ['oidc', 'saml'] }).notNull(),
    name: text('name').notNull(),
    enabled: boolean('enabled').notNull(),
    shownToAll: boolean('shown_to_all').notNull(),
    createsUsers: boolean('creates_users').notNull(),
    trustsSecondFactor: boolean('trusts_second_factor').notNull(),
    roleMapping: jsonb('role_mapping').$type<RoleMapping>().notNull(),
    defaultRole: text('default_role'),
    oidc: jsonb('oidc').$type<OidcSettings>(),
    saml: jsonb('saml').$type<SamlSettings>(),
    /** Of an OpenID client, sealed under the id of this row. */
    clientSecret: text('client_secret'),
    /** Of who made or changed it last: it reaches no further than they. */
    configuredRole: text('configured_role').notNull().default('admin'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [index('single_sign_on_connections_tenant').on(table.tenantId, table.id)],
);

/** An e-mail domain leads to one connection of the whole installation. */
export const connectionDomains = pgTable(
  'single_sign_on_domains',
  {
    domain: text('domain').primaryKey(),
    tenantId: tenantColumn(),
    connectionId: text('connection_id')
      .notNull()
      .references(() => connections.id, { onDelete: 'cascade' }),
  },
  (table) => [index('single_sign_on_domains_connection').on(table.connectionId)],
);

/** A person as an identity provider knows them. */
export const connectionLinks = pgTable(
  'single_sign_on_links',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    connectionId: text('connection_id')
      .notNull()
      .references(() => connections.id, { onDelete: 'cascade' }),
    /** `sub` of OpenID, NameID of SAML. */
    subject: text('subject').notNull(),
    userId: userColumn(),
    /** The connection made the account, and so says what its role falls back to. */
    madeUser: boolean('made_user').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [
    uniqueIndex('single_sign_on_links_subject').on(table.connectionId, table.subject),
    index('single_sign_on_links_user').on(table.userId),
  ],
);
