import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, sha256, timestamp } from './fields.ts';
import { languages } from './identity.ts';

export const complianceStandards = ['hipaa', 'gdpr', 'soc2', 'part11'] as const;
export type ComplianceStandard = (typeof complianceStandards)[number];

/** `organisational`: software cannot show it; the organisation has to. */
export const controlStatuses = ['met', 'partly', 'not_met', 'organisational'] as const;
export type ControlStatus = (typeof controlStatuses)[number];

/** One thing that was measured, with its figures and the events on record behind them. */
export const complianceEvidence = z.object({
  check: z.string().describe('Name of the measurement, the same in every standard'),
  status: z.enum(['met', 'partly', 'not_met']),
  finding: z.string(),
  figures: z.array(
    z.object({ name: z.string(), value: z.union([z.number(), z.string(), z.boolean(), z.null()]) }),
  ),
  event_ids: z.array(z.string()).describe('Of the audit record; the newest, at most 20'),
});
export type ComplianceEvidence = z.infer<typeof complianceEvidence>;

export const complianceControl = z.object({
  clause: z.string().describe('For example `45 CFR 164.312(a)(1)`'),
  title: z.string(),
  status: z.enum(controlStatuses),
  evidence: z.array(complianceEvidence),
  organisation: z.string().nullable().describe('What software cannot show and the organisation has to do'),
});
export type ComplianceControl = z.infer<typeof complianceControl>;

const counts = z.object({ met: z.int(), partly: z.int(), not_met: z.int(), organisational: z.int() });

export const compliancePeriod = z
  .strictObject({ from: timestamp, to: timestamp })
  .refine(
    ({ from, to }) => Date.parse(from) < Date.parse(to),
    'expected a period that begins before it ends',
  );

export const complianceSummary = z.object({
  report_id: z.string(),
  standard: z.enum(complianceStandards),
  title: z.string(),
  period: z.object({ from: timestamp, to: timestamp }),
  made_at: timestamp,
  made_by: z.object({ id: z.string(), name: z.string() }),
  counts,
  sha256: sha256.describe('Of the canonical JSON of the report without its last three members'),
  key_id: z.string(),
  signature: z.string().describe('Ed25519, base64, by the key of the audit record'),
});
export type ComplianceSummary = z.infer<typeof complianceSummary>;

export const complianceReport = complianceSummary.extend({
  organisation: z.object({ id: z.string(), name: z.string() }),
  version: z.string().describe('Of Stroma'),
  language: z.enum(languages).optional().describe('Of its texts; absent: English'),
  notice: z.string(),
  controls: z.array(complianceControl),
  signature_valid: z.boolean().describe('Whether it is still what was signed'),
});
export type ComplianceReport = z.infer<typeof complianceReport>;

const params = z.object({ id: idOf('report') });

export const complianceApi = {
  make: endpoint({
    id: 'makeComplianceReport',
    method: 'POST',
    path: '/security/compliance-report',
    tag: 'Compliance',
    summary: 'Measure this installation against a standard',
    description:
      'Reads the live system and verifies the audit record, so it runs as a job, whose result names the report. Each control says what was measured; what software cannot show is marked as the organisation’s to show.',
    permission: 'compliance:write',
    body: z.strictObject({
      standard: z.enum(complianceStandards),
      period: compliancePeriod.optional().describe('Absent: the last 90 days'),
      language: z.enum(languages).default('en').describe('Of titles, findings and the PDF'),
    }),
    status: 202,
    response: z.object({ job_id: z.string(), report_id: z.string() }),
  }),
  list: endpoint({
    id: 'listComplianceReports',
    method: 'GET',
    path: '/security/compliance-reports',
    tag: 'Compliance',
    summary: 'Reports, newest first',
    permission: 'compliance:read',
    query: listQuery.extend({
      cursor: idOf('report').optional(),
      standard: z.enum(complianceStandards).optional(),
    }),
    status: 200,
    response: listOf(complianceSummary),
  }),
  get: endpoint({
    id: 'getComplianceReport',
    method: 'GET',
    path: '/security/compliance-reports/:id',
    tag: 'Compliance',
    summary: 'One report with every control and its evidence',
    permission: 'compliance:read',
    params,
    status: 200,
    response: complianceReport,
    errors: ['NOT_FOUND'],
  }),
  pdf: endpoint({
    id: 'printComplianceReport',
    method: 'GET',
    path: '/security/compliance-reports/:id/pdf',
    tag: 'Compliance',
    summary: 'One report as PDF',
    permission: 'compliance:read',
    params,
    produces: 'application/pdf',
    status: 200,
    errors: ['NOT_FOUND'],
  }),
  confirmReview: endpoint({
    id: 'confirmAccessReview',
    method: 'POST',
    path: '/security/access-reviews',
    tag: 'Compliance',
    summary: 'Put on record that you reviewed who may do what',
    description: 'The hash of every member’s role at this moment goes on record with it.',
    permission: 'compliance:write',
    body: z.strictObject({ note: z.string().trim().min(1).max(400) }),
    status: 201,
    response: z.object({ members: z.int(), reviewed_at: timestamp }),
  }),
};
