import { z } from 'zod';

/** Readable prefixes of ids: `ds_` and a UUIDv7. */
export const idPrefixes = {
  tenant: 'tnt',
  user: 'usr',
  session: 'ses',
  role: 'rol',
  project: 'prj',
  grant: 'grt',
  upload: 'upl',
  dataset: 'ds',
  version: 'ver',
  job: 'job',
  query: 'qry',
  event: 'evt',
  provenance: 'prv',
  request: 'req',
  llmCall: 'llm',
  backup: 'bak',
  audit: 'aud',
  signature: 'sgn',
  account: 'acc',
  secondFactor: 'mfa',
  recoveryCode: 'rcv',
  passkey: 'pky',
  challenge: 'chl',
  refreshToken: 'rft',
  signingKey: 'sgk',
  accessToken: 'act',
  key: 'key',
  connection: 'sso',
  emergency: 'emg',
  directory: 'dir',
  group: 'grp',
  privacyEntry: 'pvl',
  report: 'rpt',
  hold: 'hld',
  retentionRun: 'rtn',
  consent: 'cns',
  subjectRequest: 'dsr',
  personSearch: 'prs',
  erasure: 'ers',
  fault: 'flt',
  systemAlert: 'sal',
  threat: 'thr',
  block: 'blk',
  insight: 'ins',
  source: 'src',
  sourceFile: 'srf',
  sourceImport: 'imp',
  importRun: 'imr',
  topic: 'top',
  streamWindow: 'win',
  dashboard: 'dsh',
  tile: 'til',
  comment: 'cmt',
  metric: 'mtr',
  share: 'shr',
  schedule: 'shd',
  scheduleRun: 'srn',
  alert: 'alr',
  alertEntry: 'ale',
  export: 'exp',
  experiment: 'xpr',
  run: 'run',
  artifact: 'art',
  model: 'mdl',
  loggedModel: 'lgm',
  modelVersion: 'mdv',
  promotion: 'prm',
  featureView: 'ftv',
  featureVersion: 'ftn',
  featureMaterialisation: 'ftm',
  prediction: 'prd',
  modelReport: 'mrp',
  modelFile: 'mfl',
  modelRecord: 'mrc',
  predictionReview: 'rvw',
  monitor: 'mon',
  monitorCheck: 'mch',
  monitorFiring: 'mfr',
  retraining: 'rtr',
  modelChallenge: 'chg',
} as const;
export type IdKind = keyof typeof idPrefixes;

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** The schema of one kind of id. */
export const idOf = (kind: IdKind) =>
  z
    .string()
    .regex(new RegExp(`^${idPrefixes[kind]}_${uuid}$`), `expected an id like ${idPrefixes[kind]}_...`);

export const timestamp = z.iso.datetime();
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
export const jsonValue = z.json();

/** What every list takes. */
export const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

/** What every list answers. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const errorAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
    request_id: z.string(),
    timestamp,
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;
