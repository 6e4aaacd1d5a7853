import type { ThreatPolicy, ThreatSeverity } from '@stroma/contracts';
import { type Finding, some } from './finding.ts';

/** A sign-in that failed; `subject` stands for the account that was named, whether it exists or not. */
export interface FailedSignIn {
  subject: string;
  network: string;
}

/** A sign-in that went well within the same window. */
export interface MadeSignIn extends FailedSignIn {
  userId: string;
}

export type StuffingFinding = Pick<Finding, 'rule' | 'severity' | 'about' | 'evidence'> & {
  network: string | null;
  subjects: ReadonlySet<string>;
};

type Rules = Pick<
  ThreatPolicy['credential_stuffing'],
  'accounts_per_address' | 'addresses_per_account' | 'accounts_overall' | 'window_minutes'
>;

/**
 * Lists of leaked passwords being tried, as against one person's wrong guesses, which lock that account alone:
 *
 * - `accounts_from_one_address`: many accounts failed from one network. Who signs in from it in the end is let off:
 *   colleagues behind one address mistype and then get it right.
 * - `addresses_for_one_account`: one account failed from many networks.
 * - `accounts_overall`: many accounts failed in the window, from wherever.
 *
 * Twice a threshold is high, four times critical. See OWASP, Automated Threat OAT-008.
 */
export function judgeSignIns(
  failed: readonly FailedSignIn[],
  made: readonly MadeSignIn[],
  rules: Rules,
): StuffingFinding[] {
  const byNetwork = gathered(failed, ({ network, subject }) => [network, subject]);
  const bySubject = gathered(failed, ({ network, subject }) => [subject, network]);
  const window = { window_minutes: rules.window_minutes };
  const findings: StuffingFinding[] = [];
  for (const [network, subjects] of byNetwork) {
    const entered = made.filter((each) => each.network === network);
    const own = new Set(entered.map(({ subject }) => subject));
    const strange = new Set([...subjects].filter((subject) => !own.has(subject)));
    const severity = severityOf(strange.size, rules.accounts_per_address);
    if (severity === null) continue;
    findings.push({
      rule: 'accounts_from_one_address',
      severity,
      about: network,
      network,
      subjects: strange,
      evidence: {
        accounts: strange.size,
        threshold: rules.accounts_per_address,
        failures: failed.filter((each) => each.network === network).length,
        ...window,
      },
    });
  }
  for (const [subject, networks] of bySubject) {
    const severity = severityOf(networks.size, rules.addresses_per_account);
    if (severity === null) continue;
    findings.push({
      rule: 'addresses_for_one_account',
      severity,
      about: subject,
      network: null,
      subjects: new Set([subject]),
      evidence: {
        addresses: networks.size,
        threshold: rules.addresses_per_account,
        seen_from: some(networks),
        ...window,
      },
    });
  }
  const overall = severityOf(bySubject.size, rules.accounts_overall);
  if (overall !== null)
    findings.push({
      rule: 'accounts_overall',
      severity: overall,
      about: 'everybody',
      network: null,
      subjects: new Set(bySubject.keys()),
      evidence: {
        accounts: bySubject.size,
        addresses: byNetwork.size,
        threshold: rules.accounts_overall,
        ...window,
      },
    });
  return findings;
}

function severityOf(count: number, threshold: number): ThreatSeverity | null {
  if (count < threshold) return null;
  if (count >= 4 * threshold) return 'critical';
  return count >= 2 * threshold ? 'high' : 'medium';
}

function gathered<T>(all: readonly T[], of: (each: T) => [string, string]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const each of all) {
    const [key, value] = of(each);
    const known = sets.get(key);
    if (known === undefined) sets.set(key, new Set([value]));
    else known.add(value);
  }
  return sets;
}
