import type { ThreatPolicy, ThreatSeverity } from '@stroma/contracts';
import { type Finding, some } from './finding.ts';

/** Something known that was refused to one actor. */
export interface Refusal {
  /** The permission that was missing, or what was tried: `role.assign`. */
  what: string;
  /** It was about the actor's own account. */
  onSelf: boolean;
}

type Rules = Pick<ThreatPolicy['privilege_escalation'], 'kinds' | 'refusals' | 'window_minutes'>;

/** Trying to be worth more, or to make somebody or something worth more. */
const grants = /^(role\.|member\.|scim\.map-role|single-sign-on\.map-role|(roles|members):write$)/;

/**
 * Somebody feels for doors that are open: so many different things refused within the window, or so many refusals of
 * any kind. An attempt on one's own role or account is remarked on at once. Twice a threshold is high; attempts to
 * give oneself or others more, beside it, are critical.
 */
export function judgeRefusals(
  refusals: readonly Refusal[],
  rules: Rules,
): Pick<Finding, 'rule' | 'severity' | 'evidence'> | null {
  const kinds = new Set(refusals.map(({ what }) => what));
  const giving = refusals.filter(({ what }) => grants.test(what));
  const onSelf = giving.filter(({ onSelf: own }) => own).length;
  const excess = Math.max(kinds.size / rules.kinds, refusals.length / rules.refusals);
  if (excess < 1 && onSelf === 0) return null;
  const severity: ThreatSeverity =
    excess >= 2 && giving.length > 0 ? 'critical' : excess >= 2 || onSelf > 1 ? 'high' : 'medium';
  return {
    rule: onSelf > 0 ? 'own_role' : kinds.size >= rules.kinds ? 'many_doors' : 'many_refusals',
    severity,
    evidence: {
      refusals: refusals.length,
      kinds: kinds.size,
      tried: some(kinds),
      on_own_account: onSelf,
      threshold_kinds: rules.kinds,
      threshold_refusals: rules.refusals,
      window_minutes: rules.window_minutes,
    },
  };
}

/** A key used from where it may not be is a key somebody else has: high from a second address on. */
export function judgeKeyRefusals(
  refusals: readonly { reason: string; address: string }[],
): Pick<Finding, 'rule' | 'severity' | 'evidence'> | null {
  const addresses = new Set(
    refusals.filter(({ reason }) => reason === 'address').map(({ address }) => address),
  );
  if (addresses.size === 0) return null;
  return {
    rule: 'key_outside_its_addresses',
    severity: addresses.size > 1 ? 'high' : 'medium',
    evidence: { addresses: addresses.size, seen_from: some(addresses), refusals: refusals.length },
  };
}
