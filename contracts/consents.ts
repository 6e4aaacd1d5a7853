import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

export const consentStates = ['in_force', 'withdrawn', 'expired'] as const;

/** One purpose one person agreed to. It stays when it is withdrawn: the rows of a person are its history. */
export const consent = z.object({
  consent_id: z.string(),
  subject: z.string().nullable().describe('Who agreed, as they are known to you; null once erased'),
  purpose: z.string(),
  wording: z.string().describe('What the person was shown'),
  wording_version: z.string().describe('Which version of the wording, as you call it; may be empty'),
  given_by: z.enum(['written', 'electronic', 'oral', 'guardian']),
  given_at: timestamp,
  expires_at: timestamp.nullable(),
  recorded_by: z.object({ id: z.string(), name: z.string() }),
  recorded_at: timestamp,
  state: z.enum(consentStates),
  withdrawn: z.object({ at: timestamp, by: z.string(), by_name: z.string(), note: z.string() }).nullable(),
});
export type Consent = z.infer<typeof consent>;

const subject = z.string().trim().min(1).max(200);
const purpose = z.string().trim().min(2).max(100);

export const consentsApi = {
  give: endpoint({
    id: 'recordConsents',
    method: 'POST',
    path: '/privacy/consents',
    tag: 'Privacy',
    summary: 'Record what a person agreed to, one consent for each purpose',
    permission: 'privacy:write',
    body: z
      .strictObject({
        subject,
        purposes: z.array(purpose).min(1).max(20),
        wording: z.string().trim().min(10, 'expected what the person was shown').max(5000),
        wording_version: z.string().trim().max(60).default(''),
        given_by: consent.shape.given_by.default('written'),
        given_at: timestamp.optional().describe('Absent: now'),
        expires_at: timestamp.optional(),
      })
      .refine(
        ({ purposes }) => new Set(purposes.map((each) => each.toLowerCase())).size === purposes.length,
        'expected each purpose once',
      ),
    status: 201,
    response: z.object({ items: z.array(consent) }),
    errors: ['CONFLICT', 'UNPROCESSABLE'],
  }),
  withdraw: endpoint({
    id: 'withdrawConsent',
    method: 'POST',
    path: '/privacy/consents/:id/withdraw',
    tag: 'Privacy',
    summary: 'Withdraw a consent; as easy as giving it, so no reason is needed',
    permission: 'privacy:write',
    params: z.object({ id: idOf('consent') }),
    body: z.strictObject({ note: z.string().trim().max(1000).default('') }),
    status: 200,
    response: consent,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  list: endpoint({
    id: 'listConsents',
    method: 'GET',
    path: '/privacy/consents',
    tag: 'Privacy',
    summary: 'Consents, newest first, withdrawn ones among them',
    permission: 'privacy:read',
    query: listQuery.extend({ cursor: idOf('consent').optional(), purpose: purpose.optional() }),
    status: 200,
    response: listOf(consent),
  }),
  export: endpoint({
    id: 'exportConsents',
    method: 'GET',
    path: '/privacy/consents/export',
    tag: 'Privacy',
    summary: 'Every consent as CSV, who agreed among it; goes on record',
    permission: 'privacy:write',
    query: z.object({ purpose: purpose.optional() }),
    produces: 'text/csv',
    status: 200,
  }),
  search: endpoint({
    id: 'searchConsents',
    method: 'POST',
    path: '/privacy/consents/search',
    tag: 'Privacy',
    summary: 'The whole history of one person; who it is stands in the body, so that no log holds it',
    permission: 'privacy:read',
    body: z.strictObject({ subject, purpose: purpose.optional() }),
    status: 200,
    response: z.object({
      items: z.array(consent).describe('Newest first, at most 1000'),
      purposes: z.array(z.string()).describe('Agreed to at this moment'),
    }),
  }),
};
