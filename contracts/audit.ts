import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, sha256, timestamp } from './fields.ts';

export const auditOutcomes = ['success', 'refused', 'failure'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

export const auditDetails = z.record(
  z.string().max(64),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
);
export type AuditDetails = z.infer<typeof auditDetails>;

export const auditEvent = z.object({
  event_id: z.string(),
  time: timestamp,
  actor: z.object({ id: z.string(), kind: z.string(), name: z.string() }),
  credential_id: z.string().nullable().describe('Session or API key the actor came with'),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  request_id: z.string(),
  action: z.string(),
  object: z.object({ kind: z.string(), id: z.string() }).nullable(),
  outcome: z.enum(auditOutcomes),
  before_sha256: sha256.nullable(),
  after_sha256: sha256.nullable(),
  details: auditDetails.nullable(),
  content_sha256: sha256,
  position: z.int().nullable().describe('In the chain of the organisation; null until it is linked'),
});
export type AuditEvent = z.infer<typeof auditEvent>;

export const auditEventDetail = auditEvent.extend({
  /** Whether the row still hashes to what its link holds. */
  intact: z.boolean().nullable(),
  link: z.object({ previous_sha256: sha256, sha256 }).nullable(),
  seal: z
    .object({ number: z.int(), time: timestamp, key_id: z.string(), signature_valid: z.boolean() })
    .nullable()
    .describe('The signed head that covers it'),
});
export type AuditEventDetail = z.infer<typeof auditEventDetail>;

export const auditFilter = z.object({
  actor_id: z.string().max(100).optional(),
  action: z
    .string()
    .max(100)
    .optional()
    .describe('One action, or all of a resource: `dataset.deleted`, `dataset.`'),
  object_kind: z.string().max(100).optional(),
  object_id: z.string().max(200).optional(),
  outcome: z.enum(auditOutcomes).optional(),
  request_id: z.string().max(100).optional(),
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .describe('In the names and ids of actor and object, address, action and details'),
  from: timestamp.optional(),
  to: timestamp.optional(),
  /** Events of the installation itself: its start, failed sign-ins of nobody known. For super administrators. */
  installation: z.enum(['true', 'false']).optional(),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const auditFindingKinds = [
  'event_altered',
  'event_removed',
  'event_added',
  'event_unlinked',
  'link_altered',
  'link_reordered',
  'link_removed',
  'link_added',
  'rewritten',
  'tail_removed',
  'seal_altered',
  'seal_removed',
  'checkpoint_differs',
] as const;

export const auditFinding = z.object({
  kind: z.enum(auditFindingKinds),
  explanation: z.string(),
  event_id: z.string().nullable(),
  position: z.int().nullable(),
  /** Of a range, else null. */
  last_position: z.int().nullable(),
  seal: z.int().nullable(),
});
export type AuditFinding = z.infer<typeof auditFinding>;

export const auditVerification = z.object({
  intact: z.boolean(),
  events: z.int(),
  /** Written within the last moments and not yet linked. */
  waiting: z.int(),
  seals: z.int(),
  head: z.object({ position: z.int(), sha256 }).nullable(),
  last_seal: z.object({ number: z.int(), time: timestamp, key_id: z.string() }).nullable(),
  /** Checkpoints from outside it was held against. */
  checkpoints: z.int(),
  finding_count: z.int(),
  findings: z.array(auditFinding),
  verified_at: timestamp,
  duration_ms: z.number(),
});
export type AuditVerification = z.infer<typeof auditVerification>;

export const auditState = z.object({
  events: z.int(),
  head: z.object({ position: z.int(), sha256 }).nullable(),
  last_seal: z.object({ number: z.int(), time: timestamp, key_id: z.string() }).nullable(),
  last_verification: z
    .object({ intact: z.boolean(), events: z.int(), finding_count: z.int(), verified_at: timestamp })
    .nullable(),
  public_keys: z.array(z.object({ key_id: z.string(), public_key: z.string() })),
});
export type AuditState = z.infer<typeof auditState>;

export const auditCheckpoint = z.object({
  number: z.int(),
  time: timestamp,
  sha256,
  key_id: z.string(),
  kept_in: z.array(z.enum(['file', 'object_store', 'time_stamp'])),
  time_stamp: timestamp.nullable().describe('When the time-stamp authority saw it'),
});
export type AuditCheckpoint = z.infer<typeof auditCheckpoint>;

/** What a client may report; the server cannot see these. */
export const clientEvents = [
  'content-policy-violated',
  'integrity-failed',
  'screen-locked',
  'data-copied',
  'data-printed',
  'device-suspected',
  'session-hijack-suspected',
  'file-kept',
] as const;

export const auditApi = {
  report: endpoint({
    id: 'reportSecurityEvent',
    method: 'POST',
    path: '/audit',
    tag: 'Audit',
    summary: 'Put a security event of the client on record',
    permission: 'signed-in',
    body: z.strictObject({
      event: z.enum(clientEvents),
      object: z
        .strictObject({ kind: z.string().min(1).max(60), id: z.string().min(1).max(200) })
        .nullable()
        .default(null),
      details: z
        .record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
        .refine((details) => Object.keys(details).length <= 20, 'expected at most 20 entries')
        .default({}),
    }),
    status: 201,
    response: z.object({ recorded: z.literal(true) }),
  }),
  events: endpoint({
    id: 'listAuditEvents',
    method: 'GET',
    path: '/audit/events',
    tag: 'Audit',
    summary: 'Events, newest first',
    permission: 'audit:read',
    query: listQuery.extend(auditFilter.shape),
    status: 200,
    response: listOf(auditEvent),
  }),
  event: endpoint({
    id: 'getAuditEvent',
    method: 'GET',
    path: '/audit/events/:id',
    tag: 'Audit',
    summary: 'One event, its place in the chain and the signature that covers it',
    permission: 'audit:read',
    params: z.object({ id: idOf('audit') }),
    status: 200,
    response: auditEventDetail,
    errors: ['NOT_FOUND'],
  }),
  compare: endpoint({
    id: 'compareAuditText',
    method: 'POST',
    path: '/audit/events/:id/compare',
    tag: 'Audit',
    summary: 'Whether an event is about this very text: a question, a statement, a reason',
    description:
      'Texts are on record as HMAC-SHA-256 under a key of the organisation (`question_hmac`, `sql_hmac`, `reason_hmac`; `text_key` names the key of the record it is derived from), in older events as SHA-256. Each comparison is itself on record.',
    permission: 'audit:read',
    params: z.object({ id: idOf('audit') }),
    body: z.strictObject({ text: z.string().min(1).max(100_000) }),
    status: 200,
    response: z.object({
      matches: z
        .array(z.object({ name: z.string(), kept_as: z.enum(['hmac_sha256', 'sha256']) }))
        .describe('Empty: it is about another text, or about none'),
    }),
    errors: ['NOT_FOUND'],
  }),
  export: endpoint({
    id: 'exportAudit',
    method: 'GET',
    path: '/audit/export',
    tag: 'Audit',
    summary: 'Events as a signed file, oldest first',
    description:
      'Ends with the SHA-256 of everything before and its Ed25519 signature: in JSON as the last members, in CSV as a last line that begins with `#`.',
    permission: 'audit:export',
    query: auditFilter.extend({ format: z.enum(['csv', 'json']).default('json') }),
    produces: 'application/octet-stream',
    status: 200,
  }),
  state: endpoint({
    id: 'getAuditState',
    method: 'GET',
    path: '/audit/state',
    tag: 'Audit',
    summary: 'How long the record is, its signed head, when it was last verified, its public keys',
    permission: 'audit:read',
    status: 200,
    response: auditState,
  }),
  verify: endpoint({
    id: 'verifyAudit',
    method: 'POST',
    path: '/audit/verify',
    tag: 'Audit',
    summary: 'Verify the whole record; the job’s result names what was changed',
    permission: 'audit:read',
    status: 202,
    response: z.object({ job_id: z.string() }),
  }),
  checkpoints: endpoint({
    id: 'listAuditCheckpoints',
    method: 'GET',
    path: '/audit/checkpoints',
    tag: 'Audit',
    summary: 'Checkpoints kept outside the store, newest first',
    permission: 'audit:read',
    query: listQuery,
    status: 200,
    response: listOf(auditCheckpoint),
  }),
  anchor: endpoint({
    id: 'anchorAudit',
    method: 'POST',
    path: '/audit/checkpoints',
    tag: 'Audit',
    summary: 'Keep a checkpoint of the record outside the store now',
    permission: 'settings:write',
    status: 201,
    response: auditCheckpoint,
    errors: ['CONFLICT', 'TIME_STAMP_UNAVAILABLE'],
  }),
};
