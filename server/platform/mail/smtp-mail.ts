import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { createTransport } from 'nodemailer';
import { fail } from '../failure.ts';
import type { Mail } from './mail.ts';

const tries = 3;

/**
 * Sends by SMTP; STARTTLS is used wherever the server offers it, and a certificate that is not to be trusted is
 * refused. A server that is away for a moment is tried again, one that refuses the mail is not.
 */
export function openSmtp(url: string, from: string): Mail {
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const policy = retry(
    handleWhen((error) => !isFinal(error)),
    { maxAttempts: tries - 1, backoff: new ExponentialBackoff({ initialDelay: 300, maxDelay: 3_000 }) },
  );
  return {
    kind: 'smtp',
    async send({ to, subject, text, html, attachments = [] }) {
      try {
        await policy.execute(() =>
          transport.sendMail({
            from,
            to: { name: '', address: to },
            subject,
            text,
            ...(html === undefined ? {} : { html }),
            attachments: attachments.map(({ fileName: filename, contentType, content }) => ({
              filename,
              contentType,
              content: Buffer.from(content),
            })),
            headers: { 'Auto-Submitted': 'auto-generated' },
          }),
        );
      } catch (error) {
        fail(
          'MAIL_UNAVAILABLE',
          'The mail server did not take the message. Check STROMA_SMTP_URL.',
          {},
          error,
        );
      }
    },
    outbox: async () => [],
    remove: async () => undefined,
    close: async () => transport.close(),
  };
}

/** RFC 5321, 4.2.1: 5yz is a refusal for good. */
function isFinal(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: number };
  return responseCode !== undefined && responseCode >= 500;
}
