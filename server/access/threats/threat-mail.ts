import type { Threat, ThreatPolicy } from '@stroma/contracts';
import { and, eq, isNull } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import type { Platform } from '../../platform/platform.ts';
import { users } from '../identity/identity.tables.ts';
import { definitionOf, entitlements } from '../permissions/entitlements.store.ts';

const words: Record<Threat['kind'], string> = {
  impossible_travel: 'Impossible travel',
  credential_stuffing: 'Credential stuffing',
  unusual_export: 'Unusual export volume',
  privilege_escalation: 'Attempts to do more than is allowed',
  prompt_injection: 'Prompt injection',
};
const done: Partial<Record<Threat['actions'][number], string>> = {
  step_up_required: 'The session goes on once its person has proven again who they are.',
  sessions_ended: 'The sessions of the account were ended.',
  account_blocked: 'The account was blocked for a time.',
  key_blocked: 'The API key was blocked for a time.',
  address_blocked: 'The address was blocked for a time.',
  kept_open_last_administrator: 'Nothing was blocked: it is the only administrator.',
  kept_open_trusted_address: 'Nothing was blocked: the address is trusted.',
  question_refused: 'The question was refused.',
  answered_without_model: 'The question was answered without the language model.',
};

/** Who may close threats is told of them. */
async function watchers(db: Sql, tenantId: string): Promise<string[]> {
  const people = await entitlements(db).where(and(eq(users.tenantId, tenantId), isNull(users.disabledAt)));
  return people
    .filter((person) => definitionOf(person).permissions.includes('security:write'))
    .map(({ user }) => user.email);
}

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

/** A mail that cannot be sent holds nothing up; it is logged. */
export async function tellOfThreat(
  platform: Pick<Platform, 'db' | 'mail' | 'log' | 'config'>,
  tenantId: string,
  threat: Threat,
  mailMinutes: number,
): Promise<void> {
  const { db, config } = platform;
  const page = `${config.STROMA_PUBLIC_URL?.replace(/\/$/, '') ?? ''}/admin/security?threat=${threat.threat_id}`;
  const text = [
    `${words[threat.kind]}, ${threat.severity}.`,
    '',
    `When: ${threat.last_at}`,
    ...(threat.actor === null ? [] : [`Who: ${threat.actor.name}`]),
    ...(threat.address === null ? [] : [`From: ${threat.address}`]),
    ...threat.actions.flatMap((action) => done[action] ?? []),
    '',
    `See Admin > Security in Stroma: ${page}`,
    `Further threats of the next ${mailMinutes} minutes are shown there and not mailed.`,
    '',
  ].join('\n');
  const subject = `${words[threat.kind]} (${threat.severity})`;
  for (const to of await watchers(db.sql, tenantId)) await send(platform, { to, tenantId, subject, text });
}

/** So that a person who is shut out knows why, and whom to ask. */
export async function tellBlocked(
  platform: Pick<Platform, 'db' | 'mail' | 'log'>,
  tenantId: string,
  userId: string,
  until: Date,
): Promise<void> {
  const [person] = await platform.db.sql
    .select({ email: users.email })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId)));
  if (person === undefined) return;
  await send(platform, {
    to: person.email,
    tenantId,
    subject: 'Your account was blocked',
    text: `Something unusual was done with your account, so its sessions were ended and it is blocked until ${until.toISOString()}.\n\nIf it was you, ask an administrator to unblock it under Admin > Security. If it was not you, tell them at once and change your password afterwards.\n`,
  });
}

async function send(
  { mail, log }: Pick<Platform, 'mail' | 'log'>,
  message: { to: string; tenantId: string; subject: string; text: string },
): Promise<void> {
  try {
    await mail.send(message);
  } catch (error) {
    log.error({ err: error }, 'a mail about a threat could not be sent');
  }
}
