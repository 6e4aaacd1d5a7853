import { z } from 'zod';

const percent = (meaning: string) =>
  z.coerce.number().min(0).max(99).default(80).describe(`${meaning}; 0 never tells`);

/** What Stroma watches of itself, and where it sends its traces. */
export const monitoringSettings = {
  STROMA_ALERT_CPU: percent(
    'Percent of the processor, over five minutes, from which administrators are told',
  ),
  STROMA_ALERT_MEMORY: percent('Percent of memory, over a minute, from which administrators are told'),
  STROMA_ALERT_DISK: percent('Percent of the disk of the data folder from which administrators are told'),
  STROMA_ERROR_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('Days a fault is kept in the error log after it came last'),
  STROMA_WORKER_METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .optional()
    .describe(
      'Port at which a worker serves its own /metrics, /healthz and /readyz and nothing else; 0 takes a free one; absent serves nothing',
    ),
  STROMA_WORKER_METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address a worker serves them on; from other machines they take STROMA_METRICS_TOKEN'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe(
      'Base address of an OpenTelemetry collector (OTLP over HTTP, as in http://localhost:4318); absent traces nothing',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .optional()
    .describe('Headers for that collector, as in api-key=...; commas between'),
  OTEL_SERVICE_NAME: z.string().min(1).max(100).default('stroma').describe('Name of this service in traces'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'Share of requests that are traced, 0 to 1; who calls with a trace of their own decides for it',
    ),
};
