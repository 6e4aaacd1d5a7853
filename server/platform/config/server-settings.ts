import { z } from 'zod';

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

/** The process itself: where it listens, what it does, what it says of itself. */
export const serverSettings = {
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(3000)
    .describe('Port the server listens on; 0 takes a free one'),
  HOST: z.string().default('127.0.0.1').describe('Address the server listens on'),
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
  STROMA_ROLE: z.enum(['all', 'api', 'worker']).default('all').describe('What this process does'),
  STROMA_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severe log line written'),
  STROMA_METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('Bearer token that may read /metrics from other machines; without it only this one may'),
  STROMA_DEMO: flag.default(true).describe('1 loads the sample workspace on a first start'),
  STROMA_ADMIN_EMAIL: z
    .email()
    .default('admin@stroma.local')
    .describe('E-mail address of the administrator a first start makes'),
  STROMA_ADMIN_PASSWORD: z
    .string()
    .min(12)
    .optional()
    .describe('Password of that administrator; without it a one-time password is printed'),
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
  STROMA_SQLITE_FOLDERS: z
    .string()
    .optional()
    .describe(
      'Folders whose SQLite files may be connected to by their path, commas between; without it only files that are sent',
    ),
  STROMA_GEO_FILE: z
    .string()
    .optional()
    .describe(
      'File of countries or cities by address in the MaxMind DB format (.mmdb), to notice impossible travel; absent means places are not known',
    ),
};
