import { z } from 'zod';

const megabytes = 1024 * 1024;
const perMinute = (count: number) => z.coerce.number().int().min(1).default(count);
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

const proxyExpectation = 'expected 0, a number of proxies, or their addresses such as 10.0.0.0/8';

/** Nobody, how many proxies in a row, or which. Null for what is none of these. */
function readTrustedProxies(text: string): boolean | number | string | null {
  if (text === 'false' || text === '0') return false;
  if (text === 'true') return 1;
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const blocks = text.split(',').map((each) => each.trim());
  const known = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
  return blocks.every((each) => known.safeParse(each).success) ? blocks.join(',') : null;
}

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
    .describe('Hours until a browser session ends'),
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
  STROMA_SESSION_IDLE_MINUTES: z.coerce
    .number()
    .min(1)
    .max(43_200)
    .default(120)
    .describe('Minutes without a request after which a browser session ends'),
  STROMA_ACCESS_TOKEN_HOURS: z.coerce
    .number()
    .min(0.01)
    .max(720)
    .default(24)
    .describe('Hours an access token of a program is valid'),
  STROMA_REFRESH_TOKEN_DAYS: z.coerce
    .number()
    .min(0.01)
    .max(365)
    .default(30)
    .describe('Days a program stays signed in by refreshing its access token'),
  STROMA_SIGNING_KEY_DAYS: z.coerce
    .number()
    .min(0.01)
    .max(365)
    .default(30)
    .describe('Days one key signs access tokens before the next takes its place'),
  STROMA_SIGN_UP: z
    .enum(['off', 'invite', 'open'])
    .default('invite')
    .describe(
      'Who may make an account: nobody, invited people, or everybody whose e-mail address is verified',
    ),
  STROMA_SIGN_UP_ROLE: z.string().default('viewer').describe('Role of people who sign up by themselves'),
  STROMA_SIGN_UP_DOMAINS: z
    .string()
    .default('')
    .describe(
      'E-mail domains, separated by commas, that may sign up by themselves; empty means every domain',
    ),
  STROMA_PASSWORD_MIN_LENGTH: z.coerce
    .number()
    .int()
    .min(8)
    .max(64)
    .default(12)
    .describe('Fewest characters of a new password'),
  STROMA_PASSWORD_MIN_STRENGTH: z.coerce
    .number()
    .int()
    .min(0)
    .max(4)
    .default(3)
    .describe(
      'Weakest new password taken: 0 anything, 2 not easily guessed, 3 safe against guessing, 4 very strong',
    ),
  STROMA_PASSWORD_BREACH_FILE: z
    .string()
    .optional()
    .describe('File of SHA-1 hashes of leaked passwords, sorted, one a line (the Pwned Passwords format)'),
  STROMA_LOCKOUT_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Wrong passwords or codes within the lock-out time that lock an account'),
  STROMA_LOCKOUT_MINUTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1440)
    .default(15)
    .describe('Minutes of the first lock-out; each further one is twice as long, up to a day'),
  STROMA_REQUIRE_MFA: z
    .string()
    .regex(
      /^[a-z_0-9-]+(\s*,\s*[a-z_0-9-]+)*$/,
      'expected auto, off, administrators, everyone, or roles separated by commas',
    )
    .default('auto')
    .describe(
      'Who must have a second factor: off, administrators, everyone, or roles separated by commas; auto means administrators, unless the server listens on this machine alone',
    ),
  STROMA_SMS_URL: z
    .url()
    .optional()
    .describe('Address that takes text messages as JSON { to, text } by POST; absent means no text messages'),
  STROMA_SMS_TOKEN: z.string().optional().describe('Bearer token for that address'),
  STROMA_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'expected smtp://user:password@host:port or smtps://...')
    .optional()
    .describe('Mail server; absent means mail is written to the outbox in the data folder'),
  STROMA_MAIL_FROM: z.string().default('Stroma <stroma@localhost>').describe('Sender of mail'),
  STROMA_PUBLIC_URL: z
    .url()
    .optional()
    .describe('Address people reach Stroma at, when it stands behind a proxy'),
  STROMA_TRUST_PROXY: z
    .string()
    .default('0')
    .transform((text, refinement): boolean | number | string => {
      const read = readTrustedProxies(text);
      if (read === null) refinement.addIssue(proxyExpectation);
      return read ?? z.NEVER;
    })
    .describe(
      'Who may say in X-Forwarded-For where a request came from: 0 nobody, 1 one proxy inside your network (2 for two in a row), or the addresses and blocks of proxies, commas between',
    ),
  STROMA_GEO_FILE: z
    .string()
    .optional()
    .describe(
      'File of countries or cities by address in the MaxMind DB format (.mmdb), to notice impossible travel; absent means places are not known',
    ),
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
  STROMA_BACKUP_TARGET: z
    .string()
    .optional()
    .describe('Where backups go: a folder on another disk, or s3://bucket/prefix'),
  STROMA_BACKUP_CRON: z
    .string()
    .optional()
    .describe('When backups are made, five fields in UTC, for example "15 1 * * *"; absent means by hand'),
  STROMA_BACKUP_KEEP: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(14)
    .describe('Backups kept; the oldest beyond them are removed'),
  STROMA_BACKUP_PASSPHRASE: z
    .string()
    .min(12)
    .optional()
    .describe('Passphrase that opens the backups; keep it elsewhere too'),
  STROMA_ENCRYPT_OBJECTS: z
    .enum(['auto', '0', '1'])
    .default('auto')
    .describe('1 encrypts files as they are stored; auto does where the keys do not lie beside the files'),
  STROMA_TLS_CERT: z
    .string()
    .optional()
    .describe(
      'Certificate with its chain (PEM): Stroma then speaks TLS 1.3 itself; read again when it changes',
    ),
  STROMA_TLS_KEY: z.string().optional().describe('Private key of that certificate (PEM)'),
  STROMA_TLS_CLIENT_CA: z
    .string()
    .optional()
    .describe('Authority (PEM) that must have signed a certificate of every client; absent asks for none'),
  STROMA_KEYS: z
    .enum(['file', 'vault', 'kms'])
    .default('file')
    .describe(
      'Who holds the keys that wrap all other keys: a local file, HashiCorp Vault transit, or AWS KMS',
    ),
  STROMA_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'File of the keys that wrap all other keys (0600); absent means keys/master.json in the data folder',
    ),
  STROMA_VAULT_ADDR: z
    .url()
    .optional()
    .describe('Address of Vault, for example https://vault.example.org:8200'),
  STROMA_VAULT_TOKEN: z.string().optional().describe('Token for Vault'),
  STROMA_VAULT_TOKEN_FILE: z
    .string()
    .optional()
    .describe('File that holds the token, read again for every call, as an agent renews it'),
  STROMA_VAULT_NAMESPACE: z.string().optional().describe('Namespace in Vault'),
  STROMA_VAULT_MOUNT: z.string().default('transit').describe('Where Vault mounts the transit engine'),
  STROMA_VAULT_KEY: z.string().default('stroma').describe('Name of the transit key'),
  STROMA_KMS_KEY: z.string().optional().describe('Id, ARN or alias of a symmetric AWS KMS key'),
  STROMA_KMS_REGION: z.string().default('us-east-1').describe('Region of that key'),
  STROMA_KMS_ENDPOINT: z.url().optional().describe('KMS-compatible endpoint; absent means AWS'),
  STROMA_KMS_ACCESS_KEY: z.string().optional().describe('Access key; absent means the AWS default chain'),
  STROMA_KMS_SECRET_KEY: z.string().optional().describe('Secret key that belongs to the access key'),
  STROMA_PROVENANCE_KEY_FILE: z
    .string()
    .optional()
    .describe('Key that signs provenance (PEM); absent means one in the data folder'),
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
  STROMA_AUDIT_ANCHOR_FILE: z
    .string()
    .optional()
    .describe(
      'File that checkpoints of the audit record are added to, best on another disk; absent means one in the data folder',
    ),
  STROMA_AUDIT_TSA_URL: z
    .url()
    .optional()
    .describe('Time-stamp authority (RFC 3161) that puts its time under each checkpoint'),
  STROMA_AUDIT_TSA_CERTIFICATE: z
    .string()
    .optional()
    .describe('File with the certificate of that authority, or of one above it (PEM)'),
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
  'STROMA_SMS_TOKEN',
  'STROMA_SMTP_URL',
  'STROMA_VAULT_TOKEN',
  'STROMA_BACKUP_PASSPHRASE',
  'STROMA_KMS_ACCESS_KEY',
  'STROMA_KMS_SECRET_KEY',
]);

export type Config = z.infer<typeof configSchema>;
