import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { alertStates } from './export-formats.ts';
import { alertStatuses, machineMeasures } from './machine-measures.ts';
import { modelStages } from './model-stages.ts';
import { retrainingStates, ruleStates } from './monitoring-words.ts';
import type { Permission } from './permissions.ts';
import { threatKinds, threatResponses, threatSeverities, threatStatuses } from './threat-kinds.ts';
import { trainingProgress } from './training-documents.ts';

/** CloudEvents 1.0, JSON format. https://github.com/cloudevents/spec */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  /** Tenant the event belongs to; a CloudEvents extension attribute. */
  tenantid: z.string(),
  /** W3C trace context of what caused it; the CloudEvents extension for distributed tracing. */
  traceparent: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});
export type CloudEvent = z.infer<typeof cloudEvent>;

/** Every event type, with its data. Durable ones go through the outbox; `job.progress` only to who listens. */
export const eventTypes = {
  'data.processing.complete': z.object({
    job_id: z.string(),
    dataset_id: z.string(),
    version_id: z.string(),
    rows: z.int(),
    rejected_rows: z.int(),
  }),
  'data.processing.failed': z.object({ job_id: z.string(), code: z.string(), message: z.string() }),
  'data.source.changed': z.object({
    connection_id: z.string(),
    import_id: z.string(),
    dataset_id: z.string(),
    changes: z.array(z.object({ change: z.string(), column: z.string() })),
  }),
  'dataset.updated': z.object({ dataset_id: z.string() }),
  'dataset.deleted': z.object({ dataset_id: z.string() }),
  'data.ingestion': z.object({
    topic_id: z.string(),
    dataset_id: z.string(),
    version_id: z.string(),
    first_offset: z.int(),
    next_offset: z.int(),
  }),
  'stream.window.updated': z.object({ window_id: z.string(), topic_id: z.string(), dataset_id: z.string() }),
  'threat.detected': z.object({
    threat_id: z.string(),
    kind: z.enum(threatKinds),
    severity: z.enum(threatSeverities),
    response: z.enum(threatResponses),
  }),
  'system.alert': z.object({
    alert_id: z.string(),
    measure: z.enum(machineMeasures),
    status: z.enum(alertStatuses),
    percent: z.number(),
    threshold_percent: z.number(),
  }),
  'threat.changed': z.object({ threat_id: z.string(), status: z.enum(threatStatuses) }),
  'dashboard.alert': z.object({
    alert_id: z.string(),
    dashboard_id: z.string(),
    tile_id: z.string(),
    status: z.enum(alertStates),
  }),
  'model.version.registered': z.object({
    model_id: z.string(),
    version_id: z.string(),
    number: z.int(),
  }),
  'model.version.promoted': z.object({
    model_id: z.string(),
    version_id: z.string(),
    number: z.int(),
    from_stage: z.enum(modelStages),
    to_stage: z.enum(modelStages),
  }),
  'model.monitor.fired': z.object({
    model_id: z.string(),
    monitor_id: z.string(),
    rule_id: z.string(),
    number: z.int(),
    state: z.enum(ruleStates),
  }),
  'model.monitor.checked': z.object({
    model_id: z.string(),
    monitor_id: z.string(),
    check_id: z.string(),
    number: z.int(),
  }),
  'model.retraining.changed': z.object({
    model_id: z.string(),
    monitor_id: z.string(),
    retraining_id: z.string(),
    state: z.enum(retrainingStates),
  }),
  'job.training': z.object({ job_id: z.string(), dataset_id: z.string(), progress: trainingProgress }),
  'job.changed': z.object({ job_id: z.string(), status: z.string(), progress: z.number() }),
} as const;
export type EventType = keyof typeof eventTypes;
export type EventData<T extends EventType> = z.infer<(typeof eventTypes)[T]>;

/** What it takes to hear of some, beside the stream itself. */
export const eventPermissions: Partial<Record<EventType, Permission>> = {
  'system.alert': 'installation:read',
  'threat.detected': 'security:read',
  'threat.changed': 'security:read',
  'model.version.registered': 'models:read',
  'model.version.promoted': 'models:read',
  'model.monitor.fired': 'models:read',
  'model.monitor.checked': 'models:read',
  'model.retraining.changed': 'models:read',
  'job.training': 'models:read',
};

/** Topics of the live stream: `jobs` carries job.*, `data` carries data.* and dataset.*, `security` threat.*. */
export const streamTopics = ['jobs', 'data', 'security', 'all'] as const;
export type StreamTopic = (typeof streamTopics)[number];

export const streamsApi = {
  subscribe: endpoint({
    id: 'subscribeStream',
    method: 'GET',
    path: '/streams/:topic',
    tag: 'Streams',
    summary: 'Live events (Server-Sent Events)',
    description:
      'Each message is a CloudEvent; resumes after `Last-Event-ID`. `stroma.resync` tells a listener what it missed.',
    permission: 'streams:read',
    params: z.object({
      topic: z.string().max(100).describe('`jobs`, `data`, `security`, `all`, or the name of a topic'),
    }),
    produces: 'text/event-stream',
    status: 200,
  }),
};
