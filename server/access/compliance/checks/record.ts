import type { Facts } from '../facts.ts';
import { type Check, evidence, hoursSince, recorded } from './check.ts';

export const auditIntact: Check = ({ audit }) =>
  evidence(
    'audit_intact',
    audit.intact ? 'met' : 'not_met',
    audit.intact
      ? `All ${audit.events} events of the record were verified against their chain and its signed heads for this report; none was altered, removed or reordered.`
      : `Verifying the record found ${audit.finding_count} places that were altered, removed or reordered. Treat it as an incident.`,
    {
      events: audit.events,
      seals: audit.seals,
      findings: audit.finding_count,
      waiting: audit.waiting,
      verified_at: audit.verified_at,
      head_sha256: audit.head?.sha256 ?? null,
    },
    audit.findings.map(({ event_id }) => event_id ?? undefined),
  );

export const auditGuarded: Check = ({ walls: { guarded } }) =>
  evidence(
    'audit_guarded',
    guarded === 5 ? 'met' : 'not_met',
    guarded === 5
      ? 'The database refuses to change or delete rows of the record and of signatures: the guards of all five tables are in place and always fire.'
      : `Guards against changing the record are in place on ${guarded} of 5 tables; starting Stroma again puts them back.`,
    { tables_guarded: guarded, tables: 5 },
  );

export const auditAnchored: Check = (facts) => {
  const last = facts.last['audit.anchored'];
  const hours = last === null ? null : hoursSince(facts, last.time);
  const status = hours === null ? 'not_met' : hours <= 48 ? 'met' : 'partly';
  return evidence(
    'audit_anchored',
    status,
    hours === null
      ? 'No checkpoint of the record was kept outside the store yet.'
      : `The last checkpoint outside the store is ${hours} hours old (at most 48 expected).`,
    { age_hours: hours, time_stamped: last?.details.time_stamp != null },
    [last?.id],
  );
};

export const activityRecorded: Check = (facts) => {
  const all = facts.recorded.reduce((sum, { count }) => sum + count, 0);
  return evidence(
    'activity_recorded',
    all > 0 ? 'met' : 'partly',
    all > 0
      ? `${all} events of ${new Set(facts.recorded.map(({ action }) => action)).size} kinds are on record in the period.`
      : 'Nothing is on record in the period.',
    {
      events: all,
      successes: countOf(facts, 'success'),
      refusals: countOf(facts, 'refused'),
      failures: countOf(facts, 'failure'),
    },
  );
};

const countOf = (facts: Facts, outcome: string): number =>
  facts.recorded.filter((each) => each.outcome === outcome).reduce((sum, { count }) => sum + count, 0);

export const recordsKept: Check = ({ retention: { policies } }) => {
  const audit = policies.find(({ kind }) => kind === 'audit');
  const kept = audit?.keeps === true;
  return evidence(
    'records_kept',
    audit === undefined ? 'not_met' : kept ? 'met' : 'partly',
    audit === undefined
      ? 'No period is set for the audit record.'
      : `The audit record is archived after ${audit.days} days and never cut.`,
    { audit_days: audit?.days ?? null },
  );
};

export const signaturesValid: Check = (facts) => {
  const { total, broken, changed, gone, valid } = facts.signatures;
  const made = recorded(facts, ['signature.made', 'signature.refused']);
  return evidence(
    'signatures_valid',
    broken === 0 ? 'met' : 'not_met',
    total === 0
      ? 'No record was signed electronically yet.'
      : `${total} electronic signatures were verified: ${valid} stand under unchanged content, ${changed} under content that changed since and are shown as void, ${gone} under what is gone, ${broken} are forged or altered.`,
    { signatures: total, valid, content_changed: changed, object_gone: gone, broken },
    made.ids,
  );
};

export const signersProven: Check = (facts) => {
  const { total, weak } = facts.signatures;
  const refused = recorded(facts, ['signature.refused']);
  return evidence(
    'signers_proven',
    'met',
    `Each of ${total} signatures holds the signer’s name, the time with its zone, the meaning and how the signer proved who they are again; ${weak} by code alone. ${refused.count} tries failed that proof in the period.`,
    { signatures: total, by_code_alone: weak, refused: refused.count },
    refused.ids,
  );
};
