import {
  isAdministrator,
  type ThreatAction,
  type ThreatPolicy,
  type ThreatResponse,
  threatResponses,
} from '@stroma/contracts';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { allowsAddress } from '../api-keys/address-blocks.ts';
import type { Sessions } from '../identity/sessions.service.ts';
import { lockMembers } from '../members/members.store.ts';
import { findEntitlement } from '../permissions/entitlements.store.ts';
import type { Finding } from './finding.ts';
import { tellBlocksChanged } from './threat-guard.ts';
import { type BlockRow, countOpenAdministrators, findBlockOf, insertBlock } from './threats.store.ts';

export interface Responded {
  actions: ThreatAction[];
  /** Whose account was shut, and until when. */
  blocked: { userId: string; until: Date } | null;
}

/** A session waits for its proof as long as a session can live. */
const sessionMs = 30 * 86_400_000;

const reaches = (response: ThreatResponse, least: ThreatResponse): boolean =>
  threatResponses.indexOf(response) >= threatResponses.indexOf(least);

/**
 * Does what the policy asks for, within the transaction that puts the threat on record. A person is asked for proof
 * in the session it was done in; a program cannot prove anything, so its key is shut instead. What names neither, and
 * came from one address, shuts the address. The last administrator is never shut out.
 */
export async function respond(
  tx: Sql,
  sessions: Pick<Sessions, 'endAll'>,
  given: {
    tenantId: string;
    threatId: string;
    finding: Finding;
    response: ThreatResponse;
    policy: ThreatPolicy;
    now: Date;
  },
): Promise<Responded> {
  const { tenantId, threatId, finding, response, policy, now } = given;
  const until = new Date(now.getTime() + policy.block_minutes * 60_000);
  const shut = async (kind: BlockRow['kind'], subject: string, name: string | null, expiresAt: Date) => {
    if ((await findBlockOf(tx, tenantId, kind, subject, now)) !== null) return;
    const block = { id: newId('block'), tenantId, kind, subject, subjectName: name, threatId };
    await insertBlock(tx, { ...block, createdAt: now, expiresAt });
    await tellBlocksChanged(tx);
  };
  const stepUp = async (sessionId: string): Promise<Responded> => {
    await shut('session', sessionId, finding.actor?.name ?? null, new Date(now.getTime() + sessionMs));
    return { actions: ['step_up_required'], blocked: null };
  };
  const { actor, sessionId, keyId, address } = finding;
  if (!reaches(response, 'step_up')) return { actions: [], blocked: null };
  if (keyId !== null) {
    await shut('key', keyId, actor?.name ?? null, until);
    return { actions: ['key_blocked'], blocked: null };
  }
  if (actor !== null && finding.kind !== 'credential_stuffing') {
    if (!reaches(response, 'block'))
      return sessionId === null ? { actions: [], blocked: null } : stepUp(sessionId);
    await lockMembers(tx, tenantId);
    const person = await findEntitlement(tx, tenantId, actor.id);
    if (
      person !== null &&
      isAdministrator(person.user.role) &&
      (await countOpenAdministrators(tx, tenantId, actor.id, now)) === 0
    ) {
      if (sessionId !== null) await stepUp(sessionId);
      return {
        actions: [
          'kept_open_last_administrator',
          ...(sessionId === null ? [] : (['step_up_required'] as const)),
        ],
        blocked: null,
      };
    }
    await shut('account', actor.id, actor.name, until);
    await sessions.endAll(tx, actor.id, null, 'blocked as a threat');
    return { actions: ['sessions_ended', 'account_blocked'], blocked: { userId: actor.id, until } };
  }
  // Who is guessed at is not to be shut out for it: the lock-out guards that account.
  if (address === null || !reaches(response, 'block')) return { actions: [], blocked: null };
  if (isTrusted(policy, address)) return { actions: ['kept_open_trusted_address'], blocked: null };
  await shut('address', address, null, until);
  return { actions: ['address_blocked'], blocked: null };
}

/** Of `address`, or of an IPv6 network (`2001:db8:0:1::/64`) any address. */
export function isTrusted({ trusted_addresses: trusted }: ThreatPolicy, address: string): boolean {
  return trusted.length > 0 && allowsAddress(trusted, address.replace(/\/64$/, ''));
}
