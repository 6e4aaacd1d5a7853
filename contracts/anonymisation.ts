import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf } from './fields.ts';
import { sensitivities } from './permissions.ts';
import { columnName, columnSchema, rowSet } from './profiles.ts';

/** What can point to a person; each is explained in docs/anonymisation.md. */
export const identifierKindNames = [
  'name',
  'street_address',
  'city',
  'county',
  'postal_code',
  'coordinates',
  'facility',
  'birth_date',
  'date',
  'age',
  'phone',
  'fax',
  'email',
  'social_security',
  'medical_record',
  'health_plan',
  'account',
  'certificate',
  'vehicle',
  'device',
  'url',
  'ip_address',
  'biometric',
  'photo',
  'national_id',
  'unique_code',
  'demographic',
] as const;

const identifierKind = z.enum(identifierKindNames);
const cellText = z.string().max(1000);

/** A tree whose leaves are the values; at most eight levels deep. */
interface HierarchyNode {
  name: string;
  children?: HierarchyNode[] | undefined;
}

const hierarchyNode: z.ZodType<HierarchyNode> = z.lazy(() =>
  z.strictObject({ name: cellText, children: z.array(hierarchyNode).max(10_000).optional() }),
);

/** How values are made coarser, level by level, up to one value for all. */
export const hierarchy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bins'), widths: z.array(z.number().positive()).min(1).max(10) }),
  z.strictObject({ kind: z.literal('dates') }).describe('day, month, quarter, year, ten years'),
  z.strictObject({ kind: z.literal('prefixes'), length: z.int().min(1).max(20) }),
  z.strictObject({
    kind: z.literal('rows'),
    rows: z
      .array(z.array(cellText).min(2).max(10))
      .min(1)
      .max(20_000)
      .describe('A value and what it is on each level'),
  }),
  z
    .strictObject({ kind: z.literal('csv'), text: z.string().min(1).max(1_000_000) })
    .describe('The same rows as CSV'),
  z.strictObject({ kind: z.literal('tree'), root: hierarchyNode }),
  z.strictObject({ kind: z.literal('all_or_nothing') }),
]);
export type HierarchyDocument = z.infer<typeof hierarchy>;

/** What becomes of a column. */
export const columnAction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('keep') }),
  z.strictObject({ kind: z.literal('remove') }),
  z.strictObject({
    kind: z.literal('mask'),
    keep_start: z.int().min(0).max(20).default(0),
    keep_end: z.int().min(0).max(20).default(0),
  }),
  z
    .strictObject({ kind: z.literal('pseudonymise'), prefix: z.string().max(20).default('') })
    .describe('Sixteen hexadecimal digits of HMAC-SHA-256 under a key that is kept sealed'),
  z.strictObject({ kind: z.literal('bins'), width: z.number().positive(), origin: z.number().default(0) }),
  z.strictObject({
    kind: z.literal('period'),
    unit: z.enum(['month', 'quarter', 'year', 'decade']),
    oldest_year: z
      .int()
      .min(1800)
      .max(2200)
      .nullable()
      .default(null)
      .describe('Births up to this year are one group: it would tell an age over 89'),
  }),
  z
    .strictObject({ kind: z.literal('zip3') })
    .describe('The first three digits of a ZIP code, 000 where 20,000 people or fewer live'),
  z.strictObject({ kind: z.literal('prefix'), characters: z.int().min(1).max(20) }),
  z.strictObject({ kind: z.literal('hierarchy'), hierarchy, level: z.int().min(1).max(10) }),
  z.strictObject({
    kind: z.literal('shift_dates'),
    person_column: columnName.describe('All dates of one person move by the same days'),
    most_days: z.int().min(1).max(3650).default(365),
  }),
  z
    .strictObject({ kind: z.literal('top_code'), above: z.number().default(89) })
    .describe('Larger numbers become the next one: 90 stands for 90 and over'),
  z.strictObject({
    kind: z.literal('redact_text'),
    replacement: z.enum(['label', 'pseudonym']).default('label'),
    kinds: z.array(identifierKind).nullable().default(null),
  }),
  z
    .strictObject({ kind: z.literal('quasi_identifier'), hierarchy: hierarchy.nullable().default(null) })
    .describe('Made as coarse as the privacy model needs; without a hierarchy one is made from the values'),
]);
export type ColumnActionDocument = z.infer<typeof columnAction>;
const columnPlan = z.strictObject({ column: columnName, action: columnAction });

/** What the result must be. */
export const privacyModel = z.strictObject({
  k: z
    .int()
    .min(2)
    .max(1000)
    .default(5)
    .describe('Every combination of quasi-identifiers is in so many rows'),
  l: z
    .strictObject({
      l: z.number().min(1).max(100),
      kind: z.enum(['distinct', 'entropy']).default('distinct'),
    })
    .nullable()
    .default(null),
  t: z.number().min(0).max(1).nullable().default(null).describe('Largest earth mover’s distance'),
  sensitive_columns: z.array(columnName).max(10).default([]),
  /** Share of the rows that may be left out. */
  suppression_limit: z.number().min(0).max(1).default(0.05),
  method: z.enum(['full_domain', 'mondrian']).default('full_domain'),
});
export type PrivacyModelDocument = z.infer<typeof privacyModel>;

const plan = {
  dataset_id: idOf('dataset'),
  version_id: idOf('version').optional(),
  columns: z.array(columnPlan).max(2000),
  unlisted: z
    .enum(['remove', 'keep'])
    .default('remove')
    .describe('What becomes of columns that are not named'),
  model: privacyModel.nullable().default(null),
};

/** Chances of being found again, by what an attacker knows and wants. */
export const riskReport = z.object({
  quasi_identifiers: z.array(z.string()),
  rows: z.int(),
  classes: z.int(),
  smallest_class: z.int(),
  average_class: z.number(),
  unique_rows: z.int(),
  /** An attacker who knows that somebody is in the data. */
  prosecutor: z.object({ highest: z.number(), average: z.number(), share_at_highest: z.number() }),
  /** An attacker who does not know whether somebody is in it. */
  journalist: z.object({ highest: z.number(), average: z.number() }),
  /** An attacker who wants as many as possible; the share they would find. */
  marketer: z.number(),
  /** Rows in classes smaller than k, as a share. */
  share_below_k: z.number(),
});
export type RiskReport = z.infer<typeof riskReport>;

export const lossReport = z.object({
  /** Normalised certainty penalty: 0 nothing lost, 1 everything. */
  ncp: z.number(),
  discernibility: z.number(),
  average_class_size: z.number().describe('Divided by k; 1 is the least'),
  suppressed_rows: z.int(),
});
export type LossReport = z.infer<typeof lossReport>;

const finding = z.object({
  column: z.string(),
  kind: z.enum([...identifierKindNames, 'free_text']),
  safe_harbor: z.string().nullable().describe('Letter in 45 CFR 164.514(b)(2)(i)'),
  role: z.enum(['direct', 'quasi', 'text']),
  confidence: z.number(),
  reasons: z.array(z.string()),
  share: z.number().nullable(),
  within: z.array(z.object({ kind: identifierKind, share: z.number() })),
});
export type IdentifierFinding = z.infer<typeof finding>;

const tried = z.object({
  columns: z.array(columnSchema),
  rows: rowSet.shape.rows,
  risk: riskReport.nullable(),
  loss: lossReport.nullable(),
  /** What the search chose: of each quasi-identifier its level, 0 as it was. */
  levels: z.array(z.object({ column: z.string(), level: z.number(), levels: z.int() })),
  diversity: z
    .array(
      z.object({
        column: z.string(),
        distinct: z.int(),
        entropy: z.number().describe('Least effective number of values in a class'),
        distance: z.number().describe('Largest earth mover’s distance of a class from all rows'),
      }),
    )
    .describe('Of each sensitive column in the result'),
});

export const anonymisationPreview = z.object({
  dataset_id: z.string(),
  version_id: z.string(),
  name: z.string(),
  rows: z.int(),
  columns: z.array(
    columnSchema.extend({
      distinct: z.int(),
      finding: finding.nullable(),
      proposed: columnAction,
    }),
  ),
  risk_before: riskReport.nullable().describe('Null when nothing counts as a quasi-identifier'),
  /** What the given actions would make of it; null when none were given. */
  after: tried.nullable(),
});
export type AnonymisationPreview = z.infer<typeof anonymisationPreview>;

export const anonymisationResult = z.object({
  dataset_id: z.string(),
  version_id: z.string(),
  source_dataset_id: z.string(),
  source_version_id: z.string(),
  rows: z.int(),
  suppressed_rows: z.int(),
  removed_columns: z.int(),
  changed_columns: z.int(),
  risk_before: riskReport.nullable(),
  risk_after: riskReport.nullable(),
  loss: lossReport.nullable(),
  levels: tried.shape.levels,
  diversity: tried.shape.diversity,
  /** Columns kept in which values of removed ones still stand. */
  leaks: z.array(z.object({ column: z.string(), removed_column: z.string(), rows: z.int() })),
  /** Row filters and masks of the source that could not be taken over as they were: whom they were for see less. */
  changed_rules: z.int(),
});
export type AnonymisationResult = z.infer<typeof anonymisationResult>;

export const anonymisationApi = {
  anonymise: endpoint({
    id: 'anonymiseDataset',
    method: 'POST',
    path: '/security/anonymize',
    tag: 'Security',
    summary: 'Make a new dataset, or a new version, without what points to persons',
    description:
      'A job does it; its result names the dataset and holds the risk before and after. Only those who see all of a dataset may anonymise it. A new version leaves the earlier ones as they are.',
    permission: 'privacy:write',
    body: z.strictObject({
      ...plan,
      target: z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('dataset'),
          name: z.string().trim().min(1).max(200).optional(),
          sensitivity: z
            .enum(sensitivities)
            .optional()
            .describe('That of the source when not given; a lower one needs `policies:write`'),
        }),
        z.strictObject({ kind: z.literal('version') }),
      ]),
      key: z
        .enum(['dataset', 'organisation', 'once'])
        .default('dataset')
        .describe(
          'Whose key makes pseudonyms and shifts: equal across versions of the dataset, across all datasets, or thrown away',
        ),
    }),
    status: 202,
    response: z.object({ job_id: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  preview: endpoint({
    id: 'previewAnonymisation',
    method: 'POST',
    path: '/security/anonymize/preview',
    tag: 'Security',
    summary: 'What in a dataset points to persons, why, what to do about it, and the risk as it is',
    description: 'With `columns` it also answers what they would make of it: first rows, risk and loss.',
    permission: 'privacy:read',
    rate: 'query',
    body: z.strictObject({ ...plan, columns: z.array(columnPlan).max(2000).nullable().default(null) }),
    status: 200,
    response: anonymisationPreview,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
};
