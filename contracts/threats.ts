import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { threatKinds, threatResponses, threatSeverities, threatStatuses } from './threat-kinds.ts';

export const threatActions = [
  'mail_sent',
  'step_up_required',
  'sessions_ended',
  'account_blocked',
  'key_blocked',
  'address_blocked',
  'kept_open_last_administrator',
  'kept_open_trusted_address',
  'question_refused',
  'answered_without_model',
] as const;
export type ThreatAction = (typeof threatActions)[number];

/** Facts, never a secret. A list holds the first few of what was seen. */
export const threatEvidence = z.record(
  z.string().max(64),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);
export type ThreatEvidence = z.infer<typeof threatEvidence>;

export const threat = z.object({
  threat_id: z.string(),
  kind: z.enum(threatKinds),
  severity: z.enum(threatSeverities),
  status: z.enum(threatStatuses),
  /** Null until it is resolved. */
  verdict: z.enum(['true_positive', 'false_positive']).nullable(),
  first_at: timestamp,
  last_at: timestamp,
  occurrences: z.int().describe('How often it was seen while it was open'),
  actor: z.object({ id: z.string(), name: z.string() }).nullable(),
  address: z.string().nullable(),
  /** Session or API key. */
  credential_id: z.string().nullable(),
  rule: z.string().describe('The rule that found it, such as `accounts_from_one_address`'),
  evidence: threatEvidence,
  response: z.enum(threatResponses).describe('What the policy asked for'),
  actions: z.array(z.enum(threatActions)).describe('What was done'),
  note: z.string().nullable(),
  handled_by: z.object({ id: z.string(), name: z.string() }).nullable(),
  handled_at: timestamp.nullable(),
});
export type Threat = z.infer<typeof threat>;

const responses = z.strictObject({
  low: z.enum(threatResponses),
  medium: z.enum(threatResponses),
  high: z.enum(threatResponses),
  critical: z.enum(threatResponses),
});
export type SeverityResponses = z.infer<typeof responses>;

const rule = { enabled: z.boolean(), responses };
const minutes = z.int().min(1).max(1440);

/** Addresses and blocks that are never blocked and from which nobody travels: one’s own offices and proxies. */
export const trustedAddress = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const threatPolicy = z.strictObject({
  impossible_travel: z.strictObject({
    ...rule,
    speed_kmh: z.number().min(100).max(20_000).describe('Faster than this nobody travels'),
    distance_km: z.number().min(0).max(10_000).describe('Shorter ways are never remarked on'),
  }),
  credential_stuffing: z.strictObject({
    ...rule,
    window_minutes: minutes,
    accounts_per_address: z.int().min(2).max(10_000).describe('Accounts that failed from one address'),
    addresses_per_account: z.int().min(2).max(10_000).describe('Addresses that one account failed from'),
    accounts_overall: z.int().min(2).max(100_000).describe('Accounts that failed, from wherever'),
  }),
  unusual_export: z.strictObject({
    ...rule,
    deviations: z.number().min(1).max(100).describe('Robust deviations above the person’s own median'),
    floor_rows: z.int().min(1).max(1_000_000_000).describe('Fewer rows a day are never remarked on'),
    floor_megabytes: z.number().min(0.001).max(1_000_000),
    floor_files: z.int().min(1).max(100_000),
  }),
  privilege_escalation: z.strictObject({
    ...rule,
    window_minutes: minutes,
    kinds: z.int().min(2).max(100).describe('Different things that were refused'),
    refusals: z.int().min(2).max(10_000).describe('Refusals of any kind'),
  }),
  prompt_injection: z.strictObject({
    ...rule,
    score: z.number().min(0.1).max(5).describe('Lowest score that counts; see the documentation'),
    question: z
      .enum(['without_model', 'refuse'])
      .describe('What happens to such a question: the grammar answers alone, or nobody does'),
  }),
  block_minutes: z.int().min(1).max(43_200),
  mail_minutes: z.int().min(1).max(1440).describe('At most one mail to each recipient in this time'),
  trusted_addresses: z.array(trustedAddress).max(200),
});
export type ThreatPolicy = z.infer<typeof threatPolicy>;

const standard: SeverityResponses = { low: 'observe', medium: 'alert', high: 'step_up', critical: 'block' };

/** In force until an administrator changes it. */
export const defaultThreatPolicy: ThreatPolicy = {
  impossible_travel: { enabled: true, responses: standard, speed_kmh: 1_000, distance_km: 500 },
  credential_stuffing: {
    enabled: true,
    responses: { ...standard, high: 'alert' },
    window_minutes: 15,
    accounts_per_address: 5,
    addresses_per_account: 6,
    accounts_overall: 40,
  },
  unusual_export: {
    enabled: true,
    responses: standard,
    deviations: 6,
    floor_rows: 200_000,
    floor_megabytes: 500,
    floor_files: 40,
  },
  privilege_escalation: { enabled: true, responses: standard, window_minutes: 10, kinds: 4, refusals: 20 },
  prompt_injection: {
    enabled: true,
    responses: { ...standard, high: 'alert', critical: 'step_up' },
    score: 1,
    question: 'without_model',
  },
  block_minutes: 60,
  mail_minutes: 15,
  trusted_addresses: [],
};

export const threatPolicyState = z.object({
  policy: threatPolicy,
  changed_by: z.object({ id: z.string(), name: z.string() }).nullable(),
  changed_at: timestamp.nullable().describe('Null while the default is in force'),
  /** How exactly the place of an address is known here. `none`: no file of places is set, so nobody travels. */
  places: z.enum(['none', 'country', 'city']),
  places_built_at: timestamp.nullable(),
});
export type ThreatPolicyState = z.infer<typeof threatPolicyState>;

export const threatBlockKinds = ['account', 'key', 'address', 'session'] as const;

/** `session`: shut until its person proves again who they are; the others until their time is over. */
export const threatBlock = z.object({
  block_id: z.string(),
  kind: z.enum(threatBlockKinds),
  subject: z.string().describe('Id of the account, key or session; the address or network'),
  subject_name: z.string().nullable(),
  threat_id: z.string(),
  threat_kind: z.enum(threatKinds),
  created_at: timestamp,
  expires_at: timestamp,
});
export type ThreatBlock = z.infer<typeof threatBlock>;

/** A setting of the installation that guards the way in, with its key. */
export const securitySetting = z.object({
  group: z.enum(['sign_in', 'password', 'second_factor', 'session', 'lockout', 'rate_limit']),
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  about: z.string(),
});
export type SecuritySetting = z.infer<typeof securitySetting>;

export const threatFilter = z.object({
  kind: z.enum(threatKinds).optional(),
  severity: z.enum(threatSeverities).optional().describe('This one and worse'),
  status: z.enum([...threatStatuses, 'unresolved']).optional(),
  actor_id: z.string().max(100).optional(),
  address: z.string().max(100).optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
});
export type ThreatFilter = z.infer<typeof threatFilter>;

const params = z.object({ id: idOf('threat') });
const note = z.string().trim().min(1).max(2000);

export const threatsApi = {
  list: endpoint({
    id: 'listThreats',
    method: 'GET',
    path: '/security/threats',
    tag: 'Security',
    summary: 'Threats that were detected, newest first',
    permission: 'security:read',
    query: listQuery.extend({ cursor: idOf('threat').optional(), ...threatFilter.shape }),
    status: 200,
    response: listOf(threat).extend({
      open: z.record(z.enum(threatSeverities), z.int()).describe('All that are not resolved, by severity'),
    }),
  }),
  get: endpoint({
    id: 'getThreat',
    method: 'GET',
    path: '/security/threats/:id',
    tag: 'Security',
    summary: 'One threat with its evidence and what was done',
    permission: 'security:read',
    params,
    status: 200,
    response: threat,
    errors: ['NOT_FOUND'],
  }),
  export: endpoint({
    id: 'exportThreats',
    method: 'GET',
    path: '/security/threats.csv',
    tag: 'Security',
    summary: 'Threats as CSV, newest first, at most 10,000',
    permission: 'security:read',
    query: threatFilter,
    produces: 'text/csv',
    status: 200,
  }),
  acknowledge: endpoint({
    id: 'acknowledgeThreat',
    method: 'POST',
    path: '/security/threats/:id/acknowledge',
    tag: 'Security',
    summary: 'Say that somebody looks into it',
    permission: 'security:write',
    params,
    body: z.strictObject({ note: note.optional() }),
    status: 200,
    response: threat,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  resolve: endpoint({
    id: 'resolveThreat',
    method: 'POST',
    path: '/security/threats/:id/resolve',
    tag: 'Security',
    summary:
      'Say whether it was a threat, and how it ended; what was blocked for it stays so unless `unblock`',
    permission: 'security:write',
    params,
    body: z.strictObject({
      verdict: z.enum(['true_positive', 'false_positive']),
      note,
      unblock: z.boolean().default(false),
    }),
    status: 200,
    response: threat,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  policy: endpoint({
    id: 'getThreatPolicy',
    method: 'GET',
    path: '/security/threat-policy',
    tag: 'Security',
    summary: 'What is watched for, from when it counts, and what is then done by itself',
    permission: 'security:read',
    status: 200,
    response: threatPolicyState,
  }),
  setPolicy: endpoint({
    id: 'setThreatPolicy',
    method: 'PUT',
    path: '/security/threat-policy',
    tag: 'Security',
    summary: 'Change it',
    permission: 'security:write',
    body: threatPolicy,
    status: 200,
    response: threatPolicyState,
  }),
  settings: endpoint({
    id: 'listSecuritySettings',
    method: 'GET',
    path: '/security/settings',
    tag: 'Security',
    summary: 'Rules of sign-in, passwords, sessions and limits in force, each with its setting',
    permission: 'security:read',
    status: 200,
    response: listOf(securitySetting),
  }),
  blocks: endpoint({
    id: 'listBlocks',
    method: 'GET',
    path: '/security/blocks',
    tag: 'Security',
    summary: 'Who and what is shut out at present, newest first',
    permission: 'security:read',
    query: listQuery.extend({ cursor: idOf('block').optional() }),
    status: 200,
    response: listOf(threatBlock),
  }),
  unblock: endpoint({
    id: 'liftBlock',
    method: 'DELETE',
    path: '/security/blocks/:id',
    tag: 'Security',
    summary: 'Let somebody in again at once',
    permission: 'security:write',
    params: z.object({ id: idOf('block') }),
    status: 204,
    errors: ['NOT_FOUND'],
  }),
};
