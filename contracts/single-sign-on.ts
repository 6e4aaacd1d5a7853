import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

export const connectionKinds = ['oidc', 'saml'] as const;

/** What stands after the @ of an e-mail address, in small letters. */
export const emailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^(?=.{4,})([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/, {
    error: 'expected a domain such as example.org',
  });

/** Who belongs to the group gets the role; the first line that fits decides. */
export const roleMapping = z
  .array(z.strictObject({ group: z.string().trim().min(1).max(200), role: z.string().min(1).max(80) }))
  .max(200);
export type RoleMapping = z.infer<typeof roleMapping>;

const oidcSettings = z.object({
  issuer: z.url().describe('The issuer; its discovery document is read from below it'),
  client_id: z.string().trim().min(1).max(300),
  scopes: z.array(z.string().trim().min(1).max(100)).max(20).default(['openid', 'email', 'profile']),
  groups_claim: z.string().trim().min(1).max(200).default('groups'),
  emails_are_verified: z
    .boolean()
    .default(false)
    .describe(
      'Takes an address without the claim email_verified; only for a provider that verifies every address itself',
    ),
});

const samlSettings = z.object({
  entity_id: z.string().trim().min(1).max(1000).describe('Entity id of the identity provider'),
  sign_in_url: z.url().describe('Where the identity provider takes the request (HTTP-Redirect)'),
  certificates: z
    .array(z.string().min(100).max(10_000))
    .min(1)
    .max(5)
    .describe('X.509 certificates (PEM) its assertions may be signed with'),
  email_attribute: z.string().trim().max(300).default('').describe('Empty: the NameID'),
  name_attribute: z.string().trim().max(300).default(''),
  groups_attribute: z.string().trim().max(300).default('groups'),
});

const shared = {
  name: z.string().trim().min(1).max(80).describe('Shown on the sign-in page'),
  enabled: z.boolean().default(true),
  domains: z
    .array(emailDomain)
    .min(1, 'expected at least one e-mail domain')
    .max(50)
    .describe('Only people of these e-mail domains come in by it; a domain belongs to one connection'),
  shown_to_all: z.boolean().default(false).describe('Shows its button before an e-mail address is given'),
  creates_users: z.boolean().default(true).describe('Makes an account at the first sign-in'),
  trusts_second_factor: z
    .boolean()
    .default(false)
    .describe('Counts a second factor that the identity provider says it has checked'),
  role_mapping: roleMapping.default([]),
  default_role: z
    .string()
    .max(80)
    .nullable()
    .default('viewer')
    .describe('For who is in no mapped group; null refuses them'),
};

export const connection = z.object({
  connection_id: z.string(),
  kind: z.enum(connectionKinds),
  ...shared,
  oidc: oidcSettings.nullable(),
  saml: samlSettings.nullable(),
  client_secret_set: z.boolean(),
  redirect_uri: z.string().describe('To register with the identity provider'),
  sp_entity_id: z.string().nullable().describe('Entity id of Stroma (SAML), also its metadata address'),
  created_at: timestamp,
  updated_at: timestamp,
  last_used_at: timestamp.nullable(),
});
export type Connection = z.infer<typeof connection>;

const createConnection = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oidc'),
    ...shared,
    oidc: oidcSettings,
    client_secret: z.string().min(1).max(1000).nullable().default(null).describe('null: a public client'),
  }),
  z.strictObject({ kind: z.literal('saml'), ...shared, saml: samlSettings }),
]);
export type CreateConnection = z.output<typeof createConnection>;

const updateConnection = z.strictObject({
  name: shared.name.optional(),
  enabled: z.boolean().optional(),
  domains: shared.domains.optional(),
  shown_to_all: z.boolean().optional(),
  creates_users: z.boolean().optional(),
  trusts_second_factor: z.boolean().optional(),
  role_mapping: roleMapping.optional(),
  default_role: z.string().max(80).nullable().optional(),
  oidc: oidcSettings.optional(),
  saml: samlSettings.optional(),
  client_secret: z.string().min(1).max(1000).nullable().optional(),
});
export type UpdateConnection = z.output<typeof updateConnection>;

export const connectionTest = z.object({
  ok: z.boolean(),
  steps: z.array(
    z.object({
      check: z.string().describe('What was looked at, such as discovery or keys'),
      status: z.enum(['ok', 'warning', 'failed']),
      message: z.string().describe('What was found and what to do next'),
    }),
  ),
});
export type ConnectionTest = z.infer<typeof connectionTest>;

/** Why a sign-in by single sign-on did not succeed; told on the sign-in page. */
export const singleSignOnFailures = [
  'expired',
  'refused',
  'not_verified',
  'wrong_domain',
  'no_account',
  'no_role',
  'disabled',
  'unreachable',
  'invalid',
] as const;
export type SingleSignOnFailure = (typeof singleSignOnFailures)[number];
const connectionParams = z.object({ id: idOf('connection') });
const tag = 'Single sign-on';

export const singleSignOnApi = {
  methods: endpoint({
    id: 'listSingleSignOn',
    method: 'GET',
    path: '/auth/single-sign-on',
    tag,
    summary: 'Which single sign-on serves an e-mail address',
    description: 'Answers by the domain alone, so that nothing is told about an account.',
    permission: 'public',
    query: z.object({ email: z.string().trim().toLowerCase().max(320).optional() }),
    status: 200,
    response: z.object({
      items: z.array(
        z.object({
          connection_id: z.string(),
          name: z.string(),
          kind: z.enum(connectionKinds),
          start_path: z.string(),
        }),
      ),
      /** False where no connection exists at all: the sign-in page then shows nothing of it. */
      available: z.boolean(),
    }),
  }),
  start: endpoint({
    id: 'startSingleSignOn',
    method: 'GET',
    path: '/auth/single-sign-on/:id/start',
    tag,
    summary: 'Sends the browser to the identity provider',
    permission: 'public',
    params: connectionParams,
    query: z.object({
      to: z.string().max(1000).optional().describe('Where to go in Stroma afterwards'),
      email: z.string().trim().toLowerCase().max(320).optional(),
    }),
    produces: 'text/html',
    status: 200,
  }),
  callback: endpoint({
    id: 'completeOidcSignIn',
    method: 'GET',
    path: '/auth/single-sign-on/:id/callback',
    tag,
    summary: 'Where an OpenID provider sends the browser back to',
    permission: 'public',
    params: connectionParams,
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    produces: 'text/html',
    status: 200,
  }),
  assertion: endpoint({
    id: 'receiveSamlAssertion',
    method: 'POST',
    path: '/auth/single-sign-on/:id/assertion',
    tag,
    summary: 'Where a SAML identity provider posts its signed assertion',
    permission: 'public',
    rate: 'request',
    crossSite: true,
    params: connectionParams,
    consumes: ['application/x-www-form-urlencoded'],
    produces: 'text/html',
    status: 200,
  }),
  finish: endpoint({
    id: 'completeSamlSignIn',
    method: 'GET',
    path: '/auth/single-sign-on/:id/finish',
    tag,
    summary: 'Ends a SAML sign-in in the browser that began it',
    permission: 'public',
    params: connectionParams,
    query: z.object({ code: z.string().max(200) }),
    produces: 'text/html',
    status: 200,
  }),
  metadata: endpoint({
    id: 'getSamlMetadata',
    method: 'GET',
    path: '/auth/single-sign-on/:id/metadata',
    tag,
    summary: 'What a SAML identity provider is to know about Stroma',
    permission: 'public',
    params: connectionParams,
    produces: 'application/samlmetadata+xml',
    status: 200,
  }),
  listConnections: endpoint({
    id: 'listConnections',
    method: 'GET',
    path: '/admin/single-sign-on/connections',
    tag,
    summary: 'Connections to identity providers',
    permission: 'single-sign-on:read',
    query: listQuery,
    status: 200,
    response: listOf(connection),
  }),
  createConnection: endpoint({
    id: 'createConnection',
    method: 'POST',
    path: '/admin/single-sign-on/connections',
    tag,
    summary: 'Connect an identity provider',
    permission: 'single-sign-on:write',
    body: createConnection,
    status: 201,
    response: connection,
    errors: ['INVALID_INPUT', 'CONFLICT', 'FORBIDDEN'],
  }),
  getConnection: endpoint({
    id: 'getConnection',
    method: 'GET',
    path: '/admin/single-sign-on/connections/:id',
    tag,
    summary: 'One connection',
    permission: 'single-sign-on:read',
    params: connectionParams,
    status: 200,
    response: connection,
    errors: ['NOT_FOUND'],
  }),
  updateConnection: endpoint({
    id: 'updateConnection',
    method: 'PATCH',
    path: '/admin/single-sign-on/connections/:id',
    tag,
    summary: 'Change a connection',
    permission: 'single-sign-on:write',
    params: connectionParams,
    body: updateConnection,
    status: 200,
    response: connection,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT', 'FORBIDDEN'],
  }),
  removeConnection: endpoint({
    id: 'removeConnection',
    method: 'DELETE',
    path: '/admin/single-sign-on/connections/:id',
    tag,
    summary: 'Remove a connection; accounts stay',
    permission: 'single-sign-on:write',
    params: connectionParams,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  testConnection: endpoint({
    id: 'testConnection',
    method: 'POST',
    path: '/admin/single-sign-on/connections/:id/test',
    tag,
    summary: 'Look at a connection step by step and say what is wrong',
    permission: 'single-sign-on:write',
    params: connectionParams,
    status: 200,
    response: connectionTest,
    errors: ['NOT_FOUND'],
  }),
};
