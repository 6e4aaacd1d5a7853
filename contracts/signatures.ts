import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, sha256, timestamp } from './fields.ts';

/** What a signer says by signing. 21 CFR 11.50 (a)(3). */
export const signatureMeanings = ['authored', 'reviewed', 'approved'] as const;
export type SignatureMeaning = (typeof signatureMeanings)[number];

export const signatureStates = ['valid', 'content_changed', 'object_gone', 'broken'] as const;

export const signedObject = z.object({
  kind: z.string().min(1).max(60).describe('For example `dataset_version`'),
  id: z.string().min(1).max(200),
});

export const signature = z.object({
  signature_id: z.string(),
  object: signedObject.extend({ label: z.string() }),
  content_sha256: sha256.describe('Of what was signed'),
  meaning: z.enum(signatureMeanings),
  signer: z.object({ id: z.string(), name: z.string() }),
  signed_at: timestamp,
  time_zone: z.string().describe('Of the signer, IANA'),
  comment: z.string(),
  method: z.enum(['password', 'code', 'password_and_code']).describe('How the signer proved who they are'),
  /** `content_changed`: it was signed as it was, and is now something else. `broken`: altered or forged. */
  state: z.enum(signatureStates),
  rendering: z.string().describe('Name, meaning, and time with zone, as it is to be printed'),
});
export type Signature = z.infer<typeof signature>;

/** What can be signed as it is now, and the signatures under it. */
export const signatureSubject = z.object({
  object: signedObject.extend({ label: z.string() }),
  content_sha256: sha256,
  signatures: z.array(signature),
});
export type SignatureSubject = z.infer<typeof signatureSubject>;

const timeZone = z
  .string()
  .max(60)
  .refine((zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
    } catch {
      return false;
    }
  }, 'expected an IANA time zone such as Europe/Berlin');

export const signaturesApi = {
  sign: endpoint({
    id: 'sign',
    method: 'POST',
    path: '/signatures',
    tag: 'Signatures',
    summary: 'Sign a record electronically',
    description:
      'The signer proves once more who they are. `content_sha256` is what they saw: when the record has changed since, nothing is signed.',
    permission: 'signatures:sign',
    body: z.strictObject({
      object: z.strictObject(signedObject.shape),
      content_sha256: sha256,
      meaning: z.enum(signatureMeanings),
      time_zone: timeZone.default('UTC'),
      comment: z.string().trim().max(1000).default(''),
      password: z.string().min(1).max(256).optional(),
      code: z.string().trim().max(20).optional(),
    }),
    status: 201,
    response: signature,
    errors: ['NOT_FOUND', 'CONFLICT', 'WRONG_CREDENTIALS', 'RATE_LIMITED', 'FORBIDDEN'],
  }),
  list: endpoint({
    id: 'listSignatures',
    method: 'GET',
    path: '/signatures',
    tag: 'Signatures',
    summary: 'Signatures, newest first',
    permission: 'signatures:read',
    query: listQuery.extend({
      object_kind: z.string().max(60).optional(),
      object_id: z.string().max(200).optional(),
      signer_id: z.string().max(100).optional(),
      meaning: z.enum(signatureMeanings).optional(),
    }),
    status: 200,
    response: listOf(signature),
  }),
  get: endpoint({
    id: 'getSignature',
    method: 'GET',
    path: '/signatures/:id',
    tag: 'Signatures',
    summary: 'One signature, checked',
    permission: 'signatures:read',
    params: z.object({ id: idOf('signature') }),
    status: 200,
    response: signature,
    errors: ['NOT_FOUND'],
  }),
  subject: endpoint({
    id: 'getSignatureSubject',
    method: 'GET',
    path: '/signatures/subject',
    tag: 'Signatures',
    summary: 'A record as it would be signed now, with the signatures under it',
    description: 'For everybody who may see the record itself.',
    permission: 'signed-in',
    query: signedObject,
    status: 200,
    response: signatureSubject,
    errors: ['NOT_FOUND'],
  }),
};
