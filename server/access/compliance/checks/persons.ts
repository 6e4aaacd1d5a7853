import { type Check, evidence, hoursSince, recorded } from './check.ts';

export const retentionApplied: Check = (facts) => {
  const last = facts.last['retention.applied'];
  const hours = last === null ? null : hoursSince(facts, last.time);
  const { policies, holds } = facts.retention;
  const status = policies.length === 0 || hours === null ? 'not_met' : hours <= 48 ? 'met' : 'partly';
  return evidence(
    'retention_applied',
    status,
    policies.length === 0
      ? 'No periods of keeping are known.'
      : `${policies.length} kinds of things have a period of keeping; ${hours === null ? 'it was not applied yet' : `it was last applied ${hours} hours ago`}; ${holds} legal holds are in force.`,
    {
      ...Object.fromEntries(policies.map(({ kind, days }) => [`${kind}_days`, days])),
      applied_hours_ago: hours,
      legal_holds: holds,
    },
    [last?.id],
  );
};

export const emergencyReviewed: Check = (facts) => {
  const { opened, waiting, overdue, unjustified } = facts.emergencies;
  const found = recorded(facts, ['break-glass.opened', 'break-glass.used', 'break-glass.reviewed']);
  return evidence(
    'emergency_reviewed',
    overdue === 0 ? (waiting === 0 ? 'met' : 'partly') : 'not_met',
    `${opened} emergency accesses were opened in the period; ${waiting} wait for review, ${overdue} of them for more than a week; ${unjustified} were found unjustified.`,
    { opened, waiting, overdue, unjustified },
    found.ids,
  );
};

export const sensitiveDataWalled: Check = ({ datasets }) => {
  const phi = datasets.find(({ sensitivity }) => sensitivity === 'phi');
  const all = datasets.reduce((sum, each) => sum + each.datasets, 0);
  const held = phi?.datasets ?? 0;
  const ruled = phi?.with_rules ?? 0;
  return evidence(
    'sensitive_data_walled',
    'met',
    `${held} of ${all} datasets are marked as health data and shown to roles with that clearance alone; ${ruled} of them also have row filters or masks.`,
    {
      datasets: all,
      phi: held,
      phi_with_rules: ruled,
      ...Object.fromEntries(datasets.map((each) => [each.sensitivity, each.datasets])),
    },
  );
};

export const anonymised: Check = (facts) => {
  const found = recorded(facts, ['data.anonymised']);
  return evidence(
    'anonymised',
    found.count > 0 ? 'met' : 'partly',
    found.count > 0
      ? `${found.count} anonymisations are on record in the period.`
      : 'No anonymisation is on record in the period; that is no fault where none was needed.',
    { anonymisations: found.count },
    found.ids,
  );
};

export const consentsRecorded: Check = (facts) => {
  const given = recorded(facts, ['consent.given']);
  const withdrawn = recorded(facts, ['consent.withdrawn']);
  return evidence(
    'consents_recorded',
    given.count > 0 ? 'met' : 'partly',
    `${given.count} consents and ${withdrawn.count} withdrawals were recorded in the period${given.count > 0 ? '' : '; where consent is the basis, record it'}.`,
    { given: given.count, withdrawn: withdrawn.count },
    [...withdrawn.ids, ...given.ids],
  );
};

export const requestsAnswered: Check = (facts) => {
  const exported = recorded(facts, ['person.exported']);
  const erased = recorded(facts, ['person.erased']);
  return evidence(
    'requests_answered',
    exported.count + erased.count > 0 ? 'met' : 'partly',
    `${exported.count} exports and ${erased.count} erasures for persons are on record in the period${exported.count + erased.count > 0 ? '' : '; that is no fault where nobody asked'}.`,
    { exported: exported.count, erased: erased.count },
    [...erased.ids, ...exported.ids],
  );
};
