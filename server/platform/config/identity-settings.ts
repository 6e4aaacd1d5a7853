import { z } from 'zod';

/** How people and programs prove who they are. */
export const identitySettings = {
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
      'Who must have a second factor: off, administrators, everyone, or roles separated by commas; auto means administrators, unless the server is reached on this machine alone',
    ),
  STROMA_SESSION_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(720)
    .default(24)
    .describe('Hours until a browser session ends'),
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
};
