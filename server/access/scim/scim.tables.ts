import type { RoleMapping } from '@stroma/contracts';
import { boolean, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn, userColumn, users } from '../identity/identity.tables.ts';

/** A source of users and groups, with a token of its own. */
export const directories = pgTable(
  'scim_directories',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    name: text('name').notNull(),
    enabled: boolean('enabled').notNull(),
    tokenPrefix: text('token_prefix').notNull(),
    /** SHA-256 of the whole token, hexadecimal. */
    tokenHash: text('token_hash').notNull(),
    domains: text('domains').array().notNull(),
    roleMapping: jsonb('role_mapping').$type<RoleMapping>().notNull(),
    defaultRole: text('default_role').notNull(),
    /** Of who made or changed it last: it reaches no further than they. */
    configuredRole: text('configured_role').notNull().default('admin'),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at'),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [
    uniqueIndex('scim_directories_token').on(table.tokenHash),
    index('scim_directories_tenant').on(table.tenantId, table.id),
  ],
);

const directory = () =>
  text('directory_id')
    .notNull()
    .references(() => directories.id, { onDelete: 'cascade' });

export interface PushedAttributes {
  displayName: string | null;
  name: { formatted?: string | null; givenName?: string | null; familyName?: string | null } | null;
  emails: { value: string; type?: string | null; primary?: boolean | null }[];
}

/** What a directory says of a person. The account itself is in `users`. */
export const pushedUsers = pgTable(
  'scim_users',
  {
    userId: text('user_id')
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    tenantId: tenantColumn(),
    directoryId: directory(),
    userName: text('user_name').notNull(),
    /** Compared without regard to case. */
    userNameKey: text('user_name_key').notNull(),
    externalId: text('external_id'),
    attributes: jsonb('attributes').$type<PushedAttributes>().notNull(),
    /** The directory made the account, and so says what its role falls back to. */
    madeUser: boolean('made_user').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('scim_users_name').on(table.directoryId, table.userNameKey),
    index('scim_users_external').on(table.directoryId, table.externalId),
  ],
);

export const pushedGroups = pgTable(
  'scim_groups',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    directoryId: directory(),
    displayName: text('display_name').notNull(),
    externalId: text('external_id'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('scim_groups_directory').on(table.directoryId, table.displayName)],
);

export const pushedMembers = pgTable(
  'scim_group_members',
  {
    groupId: text('group_id')
      .notNull()
      .references(() => pushedGroups.id, { onDelete: 'cascade' }),
    userId: userColumn(),
    tenantId: tenantColumn(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.userId] }),
    index('scim_group_members_user').on(table.userId),
  ],
);
