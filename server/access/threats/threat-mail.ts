import type { Threat, ThreatPolicy } from '@stroma/contracts';
import { and, eq } from 'drizzle-orm';
import type { Message } from '../../platform/mail/mail.ts';
import type { Platform } from '../../platform/platform.ts';
import { users } from '../identity/identity.tables.ts';
import { holdersOf } from '../permissions/holders.ts';
import { blockedTold, threatTold } from './threat-words.ts';

/**
 * Whether a mail may go out now: the first in each stretch of time, so that a flood of threats makes one mail. Asked
 * once for each threat that is to be told of.
 */
export async function mayTell(
  { cache }: Pick<Platform, 'cache'>,
  tenantId: string,
  { mail_minutes }: Pick<ThreatPolicy, 'mail_minutes'>,
): Promise<boolean> {
  const { count } = await cache.increment(`threats:mail:${tenantId}`, mail_minutes * 60_000);
  return count === 1;
}

/** Tells who may close threats, each in their language. A mail that cannot be sent holds nothing up; it is logged. */
export async function tellOfThreat(
  platform: Pick<Platform, 'db' | 'mail' | 'log' | 'config'>,
  tenantId: string,
  threat: Threat,
  mailMinutes: number,
): Promise<void> {
  const { db, config } = platform;
  const origin = config.STROMA_PUBLIC_URL?.replace(/\/$/, '') ?? `http://localhost:${config.PORT}`;
  const page = `${origin}/admin/security?threat=${threat.threat_id}`;
  for (const { email: to, language } of await holdersOf(db.sql, tenantId, 'security:write'))
    await send(platform, { ...threatTold(language, threat, page, mailMinutes), to, tenantId });
}

/** So that a person who is shut out knows why, and whom to ask. */
export async function tellBlocked(
  platform: Pick<Platform, 'db' | 'mail' | 'log'>,
  tenantId: string,
  userId: string,
  until: Date,
): Promise<void> {
  const [person] = await platform.db.sql
    .select({ email: users.email, language: users.language })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId)));
  if (person === undefined) return;
  await send(platform, { ...blockedTold(person.language, until), to: person.email, tenantId });
}

async function send({ mail, log }: Pick<Platform, 'mail' | 'log'>, message: Message): Promise<void> {
  try {
    await mail.send(message);
  } catch (error) {
    log.error({ err: error }, 'a mail about a threat could not be sent');
  }
}
