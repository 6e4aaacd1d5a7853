import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

/** Emergency access: all data of the organisation in full, for a stated reason and a short time, reviewed afterwards. */
export const emergencyAccess = z.object({
  emergency_id: z.string(),
  user_id: z.string(),
  user_name: z.string(),
  reason: z.string(),
  opened_at: timestamp,
  expires_at: timestamp,
  ended_at: timestamp.nullable().describe('When it was given back early'),
  status: z.enum(['open', 'to_review', 'justified', 'unjustified']),
  /** Datasets that were looked at by it, as far as they are known yet. */
  used: z.array(z.object({ dataset_id: z.string(), name: z.string() })),
  review: z.object({ by: z.string(), by_name: z.string(), at: timestamp, note: z.string() }).nullable(),
});
export type EmergencyAccess = z.infer<typeof emergencyAccess>;

const params = z.object({ id: idOf('emergency') });

export const breakGlassApi = {
  open: endpoint({
    id: 'openEmergencyAccess',
    method: 'POST',
    path: '/security/emergencies',
    tag: 'Security',
    summary: 'Open emergency access for yourself',
    description:
      'From now until it expires you read every dataset of the organisation in full, whatever your clearance, sites, row filters and masks. Those who review are told at once, each dataset you look at goes on record, and the access has to be reviewed by somebody else. A session of a person alone can open it, no API key.',
    permission: 'break-glass:use',
    body: z.strictObject({
      reason: z.string().trim().min(20, 'expected at least 20 characters that say what happened').max(2000),
      minutes: z.int().min(5).max(240).default(60),
    }),
    status: 201,
    response: emergencyAccess,
    errors: ['CONFLICT', 'FORBIDDEN'],
  }),
  end: endpoint({
    id: 'endEmergencyAccess',
    method: 'POST',
    path: '/security/emergencies/:id/end',
    tag: 'Security',
    summary: 'Give emergency access back before it expires; who reviews may end another’s',
    permission: 'signed-in',
    params,
    status: 200,
    response: emergencyAccess,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  list: endpoint({
    id: 'listEmergencyAccesses',
    method: 'GET',
    path: '/security/emergencies',
    tag: 'Security',
    summary: 'Emergency accesses, newest first: your own, or everybody’s for those who review',
    permission: 'signed-in',
    query: listQuery.extend({ status: z.enum(['open', 'to_review', 'reviewed']).optional() }),
    status: 200,
    response: listOf(emergencyAccess),
  }),
  review: endpoint({
    id: 'reviewEmergencyAccess',
    method: 'POST',
    path: '/security/emergencies/:id/review',
    tag: 'Security',
    summary: 'Say whether an emergency access was justified; nobody reviews their own',
    permission: 'break-glass:review',
    params,
    body: z.strictObject({ justified: z.boolean(), note: z.string().trim().min(1).max(2000) }),
    status: 200,
    response: emergencyAccess,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
};
