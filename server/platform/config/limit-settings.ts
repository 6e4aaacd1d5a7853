import { z } from 'zod';

const megabytes = 1024 * 1024;
const perMinute = (count: number) => z.coerce.number().int().min(1).default(count);

/** How much work and how many requests are taken, and the language model that is asked. */
export const limitSettings = {
  STROMA_UPLOAD_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(50 * 1024 * megabytes)
    .describe('Largest file that may be sent'),
  STROMA_INGEST_MEMORY_MB: z.coerce
    .number()
    .int()
    .min(256)
    .default(1536)
    .describe('Memory for reading one file'),
  STROMA_TRAINING_MEMORY_MB: z.coerce
    .number()
    .int()
    .min(256)
    .default(4096)
    .describe('Memory for training one model; what would need more is refused'),
  STROMA_SERVED_MODELS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(16)
    .describe('Models a thread holds to answer with; the one longest not asked is let go first'),
  STROMA_SERVED_MODELS_MB: z.coerce
    .number()
    .int()
    .min(16)
    .default(512)
    .describe('What those may take together'),
  STROMA_JOB_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Jobs of one kind that run at once in one process'),
  STROMA_SQL_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .describe('Longest run of one query'),
  STROMA_SQL_MEMORY_MB: z.coerce.number().int().min(64).default(1024).describe('Memory of one query'),
  STROMA_SQL_MAX_ROWS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Most rows one answer holds'),
  STROMA_SQL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * megabytes)
    .describe('Largest answer of one query'),
  STROMA_SQL_PROCESSES: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Warm child processes for queries'),
  STROMA_LLM_URL: z
    .url()
    .optional()
    .describe('Base URL of an OpenAI-compatible endpoint, for example http://127.0.0.1:11434/v1'),
  STROMA_LLM_MODEL: z.string().optional().describe('Model name at that endpoint'),
  STROMA_LLM_KEY: z.string().optional().describe('Key for that endpoint'),
  STROMA_LLM_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .max(300_000)
    .default(30_000)
    .describe('Longest wait for one model call'),
  STROMA_LLM_DAILY_TOKENS: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe('Tokens a tenant may use a day; 0 means none'),
  STROMA_RATE_PUBLIC_PER_MINUTE: perMinute(100).describe(
    'Requests a minute from one address that is not signed in (an IPv6 network of 64 bits counts as one)',
  ),
  STROMA_RATE_SIGNED_IN_PER_MINUTE: perMinute(1000).describe('Requests a minute of one person'),
  STROMA_RATE_ADMIN_PER_MINUTE: perMinute(2000).describe('Requests a minute of one administrator'),
  STROMA_RATE_FREE_QUERIES_PER_HOUR: perMinute(100).describe(
    'Questions and SQL queries an hour of one person',
  ),
  STROMA_RATE_PREMIUM_QUERIES_PER_HOUR: perMinute(1000).describe(
    'Questions and SQL queries an hour of one person of the premium tier',
  ),
  STROMA_PREMIUM_ROLES: z
    .string()
    .default('')
    .describe('Roles whose members are of the premium tier, commas between'),
  STROMA_RATE_LIMIT_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('One limit of requests a minute for every caller, in place of those by caller and by query'),
  STROMA_LOGIN_LIMIT_PER_MINUTE: perMinute(5).describe(
    'Failed attempts a minute to prove who one is, from one address, before it is blocked',
  ),
  STROMA_LOGIN_BLOCK_MINUTES: z.coerce
    .number()
    .min(0)
    .max(1440)
    .default(15)
    .describe('Minutes for which such an address is blocked'),
};
