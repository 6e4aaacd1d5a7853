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
      ? { en: 'No periods of keeping are known.', de: 'Keine Aufbewahrungsfristen sind bekannt.' }
      : {
          en: `${policies.length} kinds of things have a period of keeping; ${hours === null ? 'it was not applied yet' : `it was last applied ${hours} hours ago`}; ${holds} legal holds are in force.`,
          de: `${policies.length} Arten von Dingen haben eine Aufbewahrungsfrist; ${hours === null ? 'sie wurde noch nicht angewandt' : `sie wurde zuletzt vor ${hours} Stunden angewandt`}; ${holds} Aufbewahrungspflichten gelten.`,
        },
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
    {
      en: `${opened} emergency accesses were opened in the period; ${waiting} wait for review, ${overdue} of them for more than a week; ${unjustified} were found unjustified.`,
      de: `${opened} Notfallzugriffe wurden im Zeitraum geöffnet; ${waiting} warten auf Prüfung, ${overdue} davon länger als eine Woche; ${unjustified} wurden für nicht gerechtfertigt befunden.`,
    },
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
    {
      en: `${held} of ${all} datasets are marked as health data and shown to roles with that clearance alone; ${ruled} of them also have row filters or masks.`,
      de: `${held} von ${all} Datensätzen sind als Gesundheitsdaten gekennzeichnet und nur Rollen mit dieser Freigabe sichtbar; ${ruled} davon haben auch Zeilenfilter oder Masken.`,
    },
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
      ? {
          en: `${found.count} anonymisations are on record in the period.`,
          de: `${found.count} Anonymisierungen stehen im Zeitraum im Protokoll.`,
        }
      : {
          en: 'No anonymisation is on record in the period; that is no fault where none was needed.',
          de: 'Im Zeitraum steht keine Anonymisierung im Protokoll; das ist kein Mangel, wo keine nötig war.',
        },
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
    {
      en: `${given.count} consents and ${withdrawn.count} withdrawals were recorded in the period${given.count > 0 ? '' : '; where consent is the basis, record it'}.`,
      de: `${given.count} Einwilligungen und ${withdrawn.count} Widerrufe wurden im Zeitraum festgehalten${given.count > 0 ? '' : '; wo Einwilligung die Grundlage ist, halten Sie sie fest'}.`,
    },
    { given: given.count, withdrawn: withdrawn.count },
    [...withdrawn.ids, ...given.ids],
  );
};

export const requestsAnswered: Check = (facts) => {
  const exported = recorded(facts, ['person.exported']);
  const erased = recorded(facts, ['person.erased']);
  const { received, closed, open, overdue } = facts.requests;
  const handled = closed + exported.count + erased.count > 0;
  return evidence(
    'requests_answered',
    overdue > 0 ? 'not_met' : handled || open > 0 ? 'met' : 'partly',
    {
      en: `${received} requests of persons came in and ${closed} were closed in the period; ${open} are open now, ${overdue} of them past their date. ${exported.count} exports and ${erased.count} erasures for persons are on record${handled || open > 0 ? '' : '; that is no fault where nobody asked'}.`,
      de: `${received} Anfragen von Personen kamen im Zeitraum ein und ${closed} wurden abgeschlossen; ${open} sind jetzt offen, ${overdue} davon überfällig. ${exported.count} Auskünfte und ${erased.count} Löschungen für Personen stehen im Protokoll${handled || open > 0 ? '' : '; das ist kein Mangel, wo niemand fragte'}.`,
    },
    { received, closed, open, overdue, exported: exported.count, erased: erased.count },
    [...erased.ids, ...exported.ids],
  );
};
