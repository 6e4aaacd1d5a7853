import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Mail } from './mail.ts';
import { openOutbox } from './outbox-mail.ts';

/** SMTP where a server is set, otherwise files in the data folder. The SMTP library is loaded when it is needed. */
export async function openMail(config: Config, log: Logger): Promise<Mail> {
  if (config.STROMA_SMTP_URL === undefined) return openOutbox(config.STROMA_DATA, log);
  const { openSmtp } = await import('./smtp-mail.ts');
  return openSmtp(config.STROMA_SMTP_URL, config.STROMA_MAIL_FROM);
}
