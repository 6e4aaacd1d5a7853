import type { Facts } from '../facts.ts';
import { type Check, evidence, hoursSince, recorded } from './check.ts';

export const auditIntact: Check = ({ audit }) =>
  evidence(
    'audit_intact',
    audit.intact ? 'met' : 'not_met',
    audit.intact
      ? {
          en: `All ${audit.events} events of the record were verified against their chain and its signed heads for this report; none was altered, removed or reordered.`,
          de: `Alle ${audit.events} Ereignisse des Protokolls wurden für diesen Bericht gegen ihre Kette und deren signierte Köpfe geprüft; keines wurde verändert, entfernt oder umgestellt.`,
        }
      : {
          en: `Verifying the record found ${audit.finding_count} places that were altered, removed or reordered. Treat it as an incident.`,
          de: `Die Prüfung des Protokolls fand ${audit.finding_count} Stellen, die verändert, entfernt oder umgestellt wurden. Behandeln Sie es als Vorfall.`,
        },
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
      ? {
          en: 'The database refuses to change or delete rows of the record and of signatures: the guards of all five tables are in place and always fire.',
          de: 'Die Datenbank verweigert, Zeilen des Protokolls und der Unterschriften zu ändern oder zu löschen: Die Wächter aller fünf Tabellen sind da und greifen immer.',
        }
      : {
          en: `Guards against changing the record are in place on ${guarded} of 5 tables; starting Stroma again puts them back.`,
          de: `Wächter gegen Änderungen des Protokolls sind auf ${guarded} von 5 Tabellen da; ein Neustart von Stroma setzt sie wieder ein.`,
        },
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
      ? {
          en: 'No checkpoint of the record was kept outside the store yet.',
          de: 'Noch kein Prüfpunkt des Protokolls wurde außerhalb des Speichers aufbewahrt.',
        }
      : {
          en: `The last checkpoint outside the store is ${hours} hours old (at most 48 expected).`,
          de: `Der letzte Prüfpunkt außerhalb des Speichers ist ${hours} Stunden alt (höchstens 48 erwartet).`,
        },
    { age_hours: hours, time_stamped: last?.details.time_stamp != null },
    [last?.id],
  );
};

export const activityRecorded: Check = (facts) => {
  const all = facts.recorded.reduce((sum, { count }) => sum + count, 0);
  const kinds = new Set(facts.recorded.map(({ action }) => action)).size;
  return evidence(
    'activity_recorded',
    all > 0 ? 'met' : 'partly',
    all > 0
      ? {
          en: `${all} events of ${kinds} kinds are on record in the period.`,
          de: `${all} Ereignisse von ${kinds} Arten stehen im Zeitraum im Protokoll.`,
        }
      : { en: 'Nothing is on record in the period.', de: 'Im Zeitraum steht nichts im Protokoll.' },
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
      ? {
          en: 'No period is set for the audit record.',
          de: 'Für das Protokoll ist keine Frist gesetzt.',
        }
      : {
          en: `The audit record is archived after ${audit.days} days and never cut.`,
          de: `Das Protokoll wird nach ${audit.days} Tagen archiviert und nie gekürzt.`,
        },
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
      ? {
          en: 'No record was signed electronically yet.',
          de: 'Noch nichts wurde elektronisch unterschrieben.',
        }
      : {
          en: `${total} electronic signatures were verified: ${valid} stand under unchanged content, ${changed} under content that changed since and are shown as void, ${gone} under what is gone, ${broken} are forged or altered.`,
          de: `${total} elektronische Unterschriften wurden geprüft: ${valid} stehen unter unverändertem Inhalt, ${changed} unter Inhalt, der sich seither geändert hat und als hinfällig gezeigt wird, ${gone} unter dem, was es nicht mehr gibt, ${broken} sind gefälscht oder verändert.`,
        },
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
    {
      en: `Each of ${total} signatures holds the signer’s name, the time with its zone, the meaning and how the signer proved who they are again; ${weak} by code alone. ${refused.count} tries failed that proof in the period.`,
      de: `Jede von ${total} Unterschriften hält Name, Zeit mit Zeitzone, Bedeutung und den erneuten Nachweis der Person fest; ${weak} allein durch einen Code. ${refused.count} Versuche scheiterten im Zeitraum an diesem Nachweis.`,
    },
    { signatures: total, by_code_alone: weak, refused: refused.count },
    refused.ids,
  );
};
