import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, sha256, timestamp } from './fields.ts';

/** Why something of an erased person is kept. Articles of Regulation (EU) 2016/679. */
export const keepingGrounds = {
  legal_hold: 'Art. 17(3)(e): legal claims; a legal hold is in force',
  signed_record: 'Art. 17(3)(b): legal obligation; a signed record (21 CFR 11.10(c))',
  audit_record: 'Art. 17(3)(b) and (e): accountability (Art. 5(2)) and security of processing (Art. 32)',
  accountability: 'Art. 17(3)(b) and (e): proof of what was decided and by whom (Art. 5(2))',
  consent_proof: 'Art. 7(1) with Art. 17(3)(e): proof that consent was given',
  anonymous: 'Recital 26: points to nobody any more',
  backup: 'Kept beyond use until it is rotated; erased again when one is restored',
  controller: 'Decided by the controller for this request',
} as const;
export type KeepingGround = keyof typeof keepingGrounds;
const ground = z.enum(Object.keys(keepingGrounds) as [KeepingGround, ...KeepingGround[]]);

/** `rewrite`: a new version without the person; earlier versions that hold them are disposed of. */
export const datasetTreatments = ['rewrite', 'dispose', 'purge', 'keep'] as const;
export const derivedTreatments = ['rewrite', 'mark', 'remove', 'keep'] as const;

export const erasurePlan = z.object({
  request_id: z.string(),
  search_id: z.string(),
  searched_at: timestamp,
  plan_sha256: sha256.describe('Of everything below: who executes says with it what they saw'),
  blocked: z.string().nullable().describe('Why nothing can be erased now; null when it can'),
  datasets: z.array(
    z.object({
      dataset_id: z.string(),
      name: z.string(),
      deleted: z.boolean(),
      treatment: z.enum(datasetTreatments),
      ground: ground.nullable(),
      may_choose: z.boolean().describe('Whether who executes may decide otherwise'),
      rows: z.int().describe('Of the person, in the current version'),
      mentions: z
        .int()
        .describe('Of others in the current version, in which words of the person are replaced'),
      total_rows: z.int(),
      versions: z.array(z.object({ version_id: z.string(), number: z.int(), rows: z.int() })),
    }),
  ),
  derived: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      label: z.string(),
      treatment: z.enum(derivedTreatments),
      ground: ground.nullable(),
    }),
  ),
  store: z.array(
    z.object({
      table: z.string(),
      rows: z.int(),
      treatment: z.enum(['redact', 'keep']),
      ground: ground.nullable(),
    }),
  ),
  raw_files: z.int(),
  accounts: z.array(
    z.object({ user_id: z.string(), name: z.string(), email: z.string(), held: z.boolean() }),
  ),
  invitations: z.int(),
  consents: z.int(),
  mail: z.int(),
  backups: z.object({ count: z.int(), newest: timestamp.nullable() }),
  unclear: z.array(z.object({ name: z.string(), why: z.string() })).describe('What a person has to look at'),
});
export type ErasurePlan = z.infer<typeof erasurePlan>;

export const erasureDecisions = z.strictObject({
  keep_datasets: z.array(idOf('dataset')).max(1000).default([]),
  erase_signed_datasets: z.array(idOf('dataset')).max(1000).default([]),
  words_only_datasets: z
    .array(idOf('dataset'))
    .max(1000)
    .default([])
    .describe('Where the rows stay and only the cells that name the person are emptied'),
  erase_accounts: z.array(idOf('user')).max(20).default([]),
  consents: z.enum(['erase', 'keep']).default('erase'),
});
export type ErasureDecisions = z.output<typeof erasureDecisions>;

export const erasureStatuses = ['running', 'done', 'failed'] as const;

export const erasure = z.object({
  erasure_id: z.string(),
  request_id: z.string(),
  job_id: z.string(),
  status: z.enum(erasureStatuses),
  started_at: timestamp,
  started_by: z.object({ id: z.string(), name: z.string() }),
  finished_at: timestamp.nullable(),
  error: z.string().nullable(),
});
export type Erasure = z.infer<typeof erasure>;

/** What was erased and what was kept: hashes, ids and counts, never a value of the person's. */
export const erasureCertificateDocument = z.object({
  format: z.literal('stroma erasure certificate 1'),
  erasure_id: z.string(),
  request: z.object({ request_id: z.string(), article: z.string(), received_at: timestamp }),
  organisation: z.object({ id: z.string(), name: z.string() }),
  version: z.string(),
  started_at: timestamp,
  finished_at: timestamp,
  executed_by: z.object({ id: z.string(), name: z.string() }),
  identifiers_sha256: z
    .array(sha256)
    .describe('Keyed hashes of what the person was looked for by: only this installation can make them'),
  versions: z.array(
    z.object({
      dataset_id: z.string(),
      version_id: z.string(),
      number: z.int(),
      rows_erased: z.int(),
      content_sha256: sha256,
      source_sha256: sha256,
      replaced_by: z.string().nullable(),
    }),
  ),
  objects: z.array(
    z.object({
      key: z.string(),
      bytes: z.int().nullable(),
      sha256: sha256.nullable(),
      key_destroyed: z.boolean(),
    }),
  ),
  records: z.array(z.object({ table: z.string(), rows: z.int() })),
  derived: z.array(z.object({ kind: z.string(), id: z.string(), treatment: z.enum(derivedTreatments) })),
  accounts: z.int(),
  invitations: z.int(),
  consents: z.int(),
  mail: z.int(),
  kept: z.array(z.object({ what: z.string(), count: z.int(), ground, law: z.string() })),
  verification: z.object({
    at: timestamp,
    versions_searched: z.int(),
    rows_found: z.int(),
    records_found: z.int(),
    complete: z.boolean().describe('Nothing was found but what is kept'),
    remains: z.array(z.string()),
  }),
  audit_event_ids: z.array(z.string()),
});
export type ErasureCertificateDocument = z.infer<typeof erasureCertificateDocument>;

export const erasureCertificate = z.object({
  document: z.string().describe('Canonical JSON, exactly as it was signed'),
  certificate: erasureCertificateDocument,
  sha256,
  key_id: z.string(),
  signature: z.string().describe('Ed25519 over the SHA-256, base64'),
  signature_valid: z.boolean(),
  public_key: z.string().describe('SPKI in PEM, for who checks it elsewhere'),
});
export type ErasureCertificate = z.infer<typeof erasureCertificate>;

const params = z.object({ id: idOf('erasure') });
const ofRequest = z.object({ id: idOf('subjectRequest') });

export const erasuresApi = {
  plan: endpoint({
    id: 'planErasure',
    method: 'GET',
    path: '/privacy/requests/:id/erasure-plan',
    tag: 'Privacy',
    summary: 'What would be erased, rewritten and kept, and why; changes nothing',
    permission: 'privacy:read',
    params: ofRequest,
    status: 200,
    response: erasurePlan,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  erase: endpoint({
    id: 'erasePerson',
    method: 'POST',
    path: '/privacy/requests/:id/erasure',
    tag: 'Privacy',
    summary: 'Erase the person of a request, for good',
    description:
      'Who executes proves once more who they are, and names the plan they saw. Runs as a job that goes on where it was ended. A legal hold refuses.',
    permission: 'privacy:write',
    params: ofRequest,
    body: z.strictObject({
      plan_sha256: sha256,
      decisions: erasureDecisions.prefault({}),
      password: z.string().min(1).max(256).optional(),
      code: z.string().trim().max(20).optional(),
    }),
    status: 202,
    response: z.object({ job_id: z.string(), erasure_id: z.string() }),
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'WRONG_CREDENTIALS', 'RATE_LIMITED'],
  }),
  get: endpoint({
    id: 'getErasure',
    method: 'GET',
    path: '/privacy/erasures/:id',
    tag: 'Privacy',
    summary: 'How far an erasure is',
    permission: 'privacy:read',
    params,
    status: 200,
    response: erasure,
    errors: ['NOT_FOUND'],
  }),
  certificate: endpoint({
    id: 'getErasureCertificate',
    method: 'GET',
    path: '/privacy/erasures/:id/certificate',
    tag: 'Privacy',
    summary: 'The signed certificate of an erasure, verified',
    permission: 'privacy:read',
    params,
    status: 200,
    response: erasureCertificate,
    errors: ['NOT_FOUND'],
  }),
  print: endpoint({
    id: 'printErasureCertificate',
    method: 'GET',
    path: '/privacy/erasures/:id/certificate/pdf',
    tag: 'Privacy',
    summary: 'The certificate of an erasure as PDF',
    permission: 'privacy:read',
    params,
    produces: 'application/pdf',
    status: 200,
    errors: ['NOT_FOUND'],
  }),
  verify: endpoint({
    id: 'verifyErasureCertificate',
    method: 'POST',
    path: '/privacy/certificates/verify',
    tag: 'Privacy',
    summary: 'Whether a certificate is one of this installation’s, unaltered',
    permission: 'privacy:read',
    body: z.strictObject({
      document: z.string().min(2).max(5_000_000),
      signature: z.string().max(200),
      key_id: z.string().max(64),
    }),
    status: 200,
    response: z.object({ valid: z.boolean(), sha256, erasure_id: z.string().nullable() }),
  }),
};
