import { z } from 'zod';

const megabytes = 1024 * 1024;
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

/** Every setting: its environment variable is the key, its meaning the description. `stroma.yaml` takes the same keys. */
export const configSchema = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(3000)
    .describe('Port the server listens on; 0 takes a free one'),
  HOST: z.string().default('127.0.0.1').describe('Address the server listens on'),
  STROMA_DATA: z
    .string()
    .default('./data')
    .describe('Folder that holds everything the embedded default stores'),
  STROMA_DEMO: flag.default(true).describe('1 loads the sample workspace on a first start'),
  STROMA_ROLE: z.enum(['all', 'api', 'worker']).default('all').describe('What this process does'),
  STROMA_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severe log line written'),
  STROMA_ADMIN_EMAIL: z
    .email()
    .default('admin@stroma.local')
    .describe('E-mail address of the administrator a first start makes'),
  STROMA_ADMIN_PASSWORD: z
    .string()
    .min(12)
    .optional()
    .describe('Password of that administrator; without it a one-time password is printed'),
  STROMA_SESSION_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(720)
    .default(24)
    .describe('Hours until a session ends'),
  STROMA_OUTGOING_PRIVATE: z
    .string()
    .optional()
    .describe(
      'Hosts inside your network that Stroma may call (names, *.below, addresses, blocks, each with or without :port; commas between); without it only public addresses',
    ),
  STROMA_OUTGOING_ONLY: z
    .string()
    .optional()
    .describe('The only hosts Stroma may call at all, written alike; without it any public one'),
  STROMA_PUBLIC_URL: z
    .url()
    .optional()
    .describe('Address people reach Stroma at, when it stands behind a proxy'),
  STROMA_TRUST_PROXY: flag.default(false).describe('1 takes the client address from X-Forwarded-For'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host:port/database')
    .optional()
    .describe('PostgreSQL to use instead of the embedded store'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected redis://host:port')
    .optional()
    .describe('Redis for cache and rate limits across processes'),
  STROMA_S3_BUCKET: z.string().optional().describe('Bucket to keep objects in instead of the data folder'),
  STROMA_S3_ENDPOINT: z.url().optional().describe('S3-compatible endpoint; absent means AWS'),
  STROMA_S3_REGION: z.string().default('us-east-1').describe('Region of the bucket'),
  STROMA_S3_ACCESS_KEY: z.string().optional().describe('Access key; absent means the AWS default chain'),
  STROMA_S3_SECRET_KEY: z.string().optional().describe('Secret key that belongs to the access key'),
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
  STROMA_UPLOAD_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(50 * 1024 * megabytes)
    .describe('Largest file that may be sent'),
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
  STROMA_INGEST_MEMORY_MB: z.coerce
    .number()
    .int()
    .min(256)
    .default(1536)
    .describe('Memory for reading one file'),
  STROMA_JOB_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Jobs of one kind that run at once in one process'),
  STROMA_METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('Bearer token that may read /metrics from other machines; without it only this one may'),
  STROMA_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'File of the keys that wrap all other keys (0600); absent means keys/master.json in the data folder',
    ),
  STROMA_PROVENANCE_KEY_FILE: z
    .string()
    .optional()
    .describe('Key that signs provenance (PEM); absent means one in the data folder'),
  STROMA_RATE_LIMIT_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(6000)
    .describe('Requests one identity or address may make a minute'),
  STROMA_LOGIN_LIMIT_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(10)
    .describe('Sign-in attempts one address may make a minute'),
});

/** Keys whose values never appear in logs, errors or listings. */
export const secretKeys: ReadonlySet<keyof Config> = new Set([
  'STROMA_ADMIN_PASSWORD',
  'DATABASE_URL',
  'REDIS_URL',
  'STROMA_S3_ACCESS_KEY',
  'STROMA_S3_SECRET_KEY',
  'STROMA_LLM_KEY',
  'STROMA_METRICS_TOKEN',
]);

export type Config = z.infer<typeof configSchema>;
