import type { ComplianceControl, ControlStatus, Language } from '@stroma/contracts';
import type { Check } from '../checks/check.ts';
import type { Facts } from '../facts.ts';
import { german } from './german.ts';

/** One control of a standard: what is measured for it, and what software cannot show. */
export interface Control {
  clause: string;
  title: string;
  checks: readonly Check[];
  organisation: string | null;
}

export interface Standard {
  title: string;
  controls: readonly Control[];
}

export const control = (
  clause: string,
  title: string,
  checks: readonly Check[],
  organisation: string | null = null,
): Control => ({ clause, title, checks, organisation });

/** Where one of these fails, nothing beside it makes up for it. */
const decisive: ReadonlySet<string> = new Set([
  'audit_intact',
  'audit_guarded',
  'row_security',
  'signatures_valid',
]);

/**
 * All checks met: met. All failed, or one that decides: not met. Anything between: partly. No check: the
 * organisation’s alone.
 */
export function assess(
  { clause, checks, ...english }: Control,
  facts: Facts,
  language: Language,
): ComplianceControl {
  const measured = checks.map((check) => check(facts));
  const all = (status: ControlStatus) => measured.every((each) => each.status === status);
  const failed = measured.some(({ check, status }) => status === 'not_met' && decisive.has(check));
  const status: ControlStatus = all('met') ? 'met' : all('not_met') || failed ? 'not_met' : 'partly';
  const [title = english.title, organisation = english.organisation] =
    language === 'de' ? (german[clause] ?? []) : [];
  return {
    clause,
    title,
    status: measured.length === 0 ? 'organisational' : status,
    evidence: measured.map((each) => ({ ...each, finding: each.finding[language] })),
    organisation,
  };
}
