import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { type personFindings, personIdentifier, personMatches } from './persons.ts';

/** Rights a person may use. Regulation (EU) 2016/679, articles 15 to 18 and 20. */
export const subjectRequestKinds = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'portability',
] as const;
export type SubjectRequestKind = (typeof subjectRequestKinds)[number];

export const subjectRequestStatuses = ['open', 'in_progress', 'done', 'refused', 'withdrawn'] as const;
export type SubjectRequestStatus = (typeof subjectRequestStatuses)[number];

const who = z.object({ id: z.string(), name: z.string() });

export const subjectRequest = z.object({
  request_id: z.string(),
  kind: z.enum(subjectRequestKinds),
  article: z.string().describe('Of the Regulation, for example `Art. 17`'),
  subject: z.string().nullable().describe('Who asks; null once erased'),
  contact: z.string().nullable().describe('Where the answer goes; null once erased'),
  identifiers: z.array(z.string()).describe('What the person is looked for by; empty once erased'),
  received_at: timestamp,
  due_at: timestamp.describe('One month after it was received; Art. 12(3)'),
  extended: z.object({ until: timestamp, reason: z.string(), at: timestamp }).nullable(),
  overdue: z.boolean(),
  identity: z.object({ how: z.string(), at: timestamp, by: who }).nullable(),
  status: z.enum(subjectRequestStatuses),
  handler: who.nullable(),
  notes: z.array(z.object({ at: timestamp, by: who, text: z.string() })),
  closed: z.object({ at: timestamp, by: who, text: z.string() }).nullable(),
  recorded_by: who,
  recorded_at: timestamp,
  search_id: z.string().nullable().describe('The last search for the person'),
  erasure_id: z.string().nullable(),
});
export type SubjectRequest = z.infer<typeof subjectRequest>;

const longText = z.string().trim().min(3).max(2000);

export const subjectRequestStep = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('verify_identity'), how: longText }),
  z.strictObject({
    step: z.literal('extend'),
    months: z.int().min(1).max(2),
    reason: z.string().trim().min(10, 'expected the reason the person is given').max(2000),
  }),
  z.strictObject({ step: z.literal('take') }),
  z.strictObject({ step: z.literal('note'), text: longText }),
  z.strictObject({
    step: z.literal('identify'),
    identifiers: z.array(personIdentifier).min(1).max(20),
  }),
  z.strictObject({
    step: z.literal('close'),
    outcome: z.enum(['done', 'refused', 'withdrawn']),
    text: z.string().trim().max(2000).default(''),
  }),
]);
export type SubjectRequestStep = z.output<typeof subjectRequestStep>;

const filter = {
  kind: z.enum(subjectRequestKinds).optional(),
  status: z.enum(subjectRequestStatuses).optional(),
  overdue: z.enum(['true']).optional().describe('Only those past their date'),
};

const params = z.object({ id: idOf('subjectRequest') });

export const subjectRequestsApi = {
  receive: endpoint({
    id: 'receiveSubjectRequest',
    method: 'POST',
    path: '/privacy/requests',
    tag: 'Privacy',
    summary: 'Enter a request of a person into the register',
    permission: 'privacy:write',
    body: z.strictObject({
      kind: z.enum(subjectRequestKinds),
      subject: z.string().trim().min(1).max(200),
      contact: z.string().trim().max(300).default(''),
      identifiers: z.array(personIdentifier).max(20).default([]),
      received_at: timestamp.optional().describe('Absent: now'),
      note: z.string().trim().max(2000).default(''),
    }),
    status: 201,
    response: subjectRequest,
    errors: ['UNPROCESSABLE'],
  }),
  list: endpoint({
    id: 'listSubjectRequests',
    method: 'GET',
    path: '/privacy/requests',
    tag: 'Privacy',
    summary: 'Requests of persons, newest first',
    permission: 'privacy:read',
    query: listQuery.extend({ cursor: idOf('subjectRequest').optional(), ...filter }),
    status: 200,
    response: listOf(subjectRequest),
  }),
  export: endpoint({
    id: 'exportSubjectRequests',
    method: 'GET',
    path: '/privacy/requests/export',
    tag: 'Privacy',
    summary: 'The register as CSV, without who the persons are; goes on record',
    permission: 'privacy:read',
    query: z.object(filter),
    produces: 'text/csv',
    status: 200,
  }),
  get: endpoint({
    id: 'getSubjectRequest',
    method: 'GET',
    path: '/privacy/requests/:id',
    tag: 'Privacy',
    summary: 'One request with its notes',
    permission: 'privacy:read',
    params,
    status: 200,
    response: subjectRequest,
    errors: ['NOT_FOUND'],
  }),
  step: endpoint({
    id: 'stepSubjectRequest',
    method: 'POST',
    path: '/privacy/requests/:id/steps',
    tag: 'Privacy',
    summary: 'Verify who asks, extend the time, take it over, note something, close it',
    description:
      'Each goes on record. Closing a request for erasure destroys the key under which it keeps who asked.',
    permission: 'privacy:write',
    params,
    body: subjectRequestStep,
    status: 200,
    response: subjectRequest,
    errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE'],
  }),
  search: endpoint({
    id: 'searchForSubject',
    method: 'POST',
    path: '/privacy/requests/:id/search',
    tag: 'Privacy',
    summary: 'Look for the person everywhere, by the identifiers of the request',
    permission: 'privacy:write',
    params,
    body: z.strictObject({
      columns: z.enum(['personal', 'all']).default('all'),
      match: z.enum(personMatches).default('within'),
    }),
    status: 202,
    response: z.object({ job_id: z.string(), search_id: z.string() }),
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  package: endpoint({
    id: 'packageForSubject',
    method: 'GET',
    path: '/privacy/requests/:id/package',
    tag: 'Privacy',
    summary: 'Everything held on the person, their rows of datasets among it, as JSON or as a page to read',
    description: 'Of what the last search found. Who asks must be verified. Goes on record.',
    permission: 'privacy:write',
    params,
    query: z.object({ format: z.enum(['json', 'html']).default('json') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
};

/** What a person is given under articles 15 and 20. */
export interface SubjectPackage {
  format: 'stroma subject package 1';
  request_id: string;
  subject: string;
  made_at: string;
  made_by: string;
  notice: string;
  sections: { name: string; about: string; rows: Record<string, unknown>[]; truncated: boolean }[];
  findings: z.infer<typeof personFindings>;
}
