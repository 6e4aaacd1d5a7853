import { languages } from '@stroma/contracts';
import { bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

export const tenants = pgTable('tenants', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  /** Closed: nobody of it comes in, and all of it stays. */
  closedAt: moment('closed_at'),
  closedReason: text('closed_reason'),
});

/** Whose row it is: the organisation. */
export const tenantColumn = () =>
  text('tenant_id')
    .notNull()
    .references(() => tenants.id);

export const users = pgTable(
  'users',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    email: text('email').notNull(),
    emailVerified: boolean('email_verified').notNull().default(false),
    name: text('name').notNull(),
    image: text('image'),
    role: text('role').notNull(),
    mustChangePassword: boolean('must_change_password').notNull().default(false),
    /** Its second factors were taken away: a new one is set up before anything else, whatever the role. */
    mustSetUpSecondFactor: boolean('must_set_up_second_factor').notNull().default(false),
    /** What mail is written in; null: none was chosen. */
    language: text('language', { enum: languages }),
    /** Set: the account may not be used, and its sessions have ended. */
    disabledAt: moment('disabled_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('users_email').on(table.email), index('users_tenant').on(table.tenantId)],
);

/** Whose row it is: the person, with whom it goes. */
export const userColumn = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    kind: text('kind', { enum: ['browser', 'program'] }).notNull(),
    method: text('method', { enum: ['password', 'passkey', 'single_sign_on', 'invitation'] }).notNull(),
    secondFactor: boolean('second_factor').notNull(),
    /** SHA-256 of the token in the cookie. */
    tokenHash: text('token_hash').notNull(),
    address: text('address'),
    userAgent: text('user_agent'),
    createdAt: moment('created_at').notNull(),
    /** When the person last proved who they are. */
    provenAt: moment('proven_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    endedAt: moment('ended_at'),
    endReason: text('end_reason'),
  },
  (table) => [
    uniqueIndex('sessions_token').on(table.tokenHash),
    index('sessions_user').on(table.userId),
    index('sessions_expiry').on(table.expiresAt),
  ],
);

/** The refresh tokens of one session are one family: using one a second time ends the session. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    tokenHash: text('token_hash').notNull(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    usedAt: moment('used_at'),
  },
  (table) => [
    uniqueIndex('refresh_tokens_token').on(table.tokenHash),
    index('refresh_tokens_session').on(table.sessionId),
  ],
);

/** One way of proving who one is: provider `credential` holds the password's hash. */
export const accounts = pgTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    password: text('password'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('accounts_provider').on(table.providerId, table.accountId),
    index('accounts_user').on(table.userId),
  ],
);

export const secondFactors = pgTable(
  'second_factors',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    kind: text('kind', { enum: ['totp', 'sms'] }).notNull(),
    name: text('name').notNull(),
    /** Seed of the authenticator app (Base32) or phone number, sealed. */
    secret: text('secret').notNull(),
    /** Null until a code of it was seen; before that it opens nothing. */
    confirmedAt: moment('confirmed_at'),
    /** Counter of the last code taken: none works twice. */
    lastStep: integer('last_step'),
    createdAt: moment('created_at').notNull().defaultNow(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [index('second_factors_user').on(table.userId)],
);

/** What the organisation asks beyond the installation's own setting. */
export const secondFactorPolicies = pgTable('second_factor_policies', {
  tenantId: tenantColumn().primaryKey(),
  everyone: boolean('everyone').notNull(),
  /** Names of built-in roles and ids of custom ones. */
  roles: text('roles').array().notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: moment('changed_at').notNull(),
});

export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    codeHash: text('code_hash').notNull(),
    usedAt: moment('used_at'),
  },
  (table) => [uniqueIndex('recovery_codes_code').on(table.userId, table.codeHash)],
);

export const passkeys = pgTable(
  'passkeys',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    name: text('name').notNull(),
    credentialId: text('credential_id').notNull(),
    /** COSE key, base64url. */
    publicKey: text('public_key').notNull(),
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: jsonb('transports').$type<string[]>().notNull(),
    backedUp: boolean('backed_up').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [
    uniqueIndex('passkeys_credential').on(table.credentialId),
    index('passkeys_user').on(table.userId),
  ],
);

/**
 * What somebody holds a token for: a sign-in half done, a link in an e-mail, a ceremony of a passkey. Tenant and
 * person are absent while nobody is known yet, so it has no tenant of its own to be walled by.
 */
export const challenges = pgTable(
  'identity_challenges',
  {
    id: text('id').primaryKey(),
    purpose: text('purpose').notNull(),
    tenantId: text('tenant_id').references(() => tenants.id),
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    tokenHash: text('token_hash').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('identity_challenges_token').on(table.tokenHash),
    index('identity_challenges_user').on(table.userId),
    index('identity_challenges_expiry').on(table.expiresAt),
  ],
);

/** Failures by hash of what was guessed at, known or not: it belongs to no tenant and says nothing of any account. */
export const signInFailures = pgTable(
  'sign_in_failures',
  {
    subjectHash: text('subject_hash').primaryKey(),
    failures: integer('failures').notNull(),
    since: moment('since').notNull(),
    locks: integer('locks').notNull(),
    lockedUntil: moment('locked_until'),
  },
  (table) => [index('sign_in_failures_since').on(table.since)],
);

/** Keys that access tokens are signed with: of the installation, not of a tenant. */
export const signingKeys = pgTable('signing_keys', {
  id: text('id').primaryKey(),
  /** PKCS #8, PEM, sealed. */
  privateKey: text('private_key').notNull(),
  /** SPKI, PEM. */
  publicKey: text('public_key').notNull(),
  createdAt: moment('created_at').notNull(),
  /** Signs until then, and is believed until `expiresAt`. */
  retiresAt: moment('retires_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
});
