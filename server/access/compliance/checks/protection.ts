import { type Check, daysSince, evidence, hoursSince, recorded } from './check.ts';

export const routesGuarded: Check = ({ routes }) =>
  evidence(
    'routes_guarded',
    'met',
    {
      en: `${routes.all - routes.public} of ${routes.all} addresses of the API demand an identity and state their permission; the ${routes.public} public ones serve signing in, health and what must be readable before it.`,
      de: `${routes.all - routes.public} von ${routes.all} Adressen der API verlangen eine Identität und nennen ihr Recht; die ${routes.public} öffentlichen dienen der Anmeldung, der Betriebsprüfung und dem, was davor lesbar sein muss.`,
    },
    { addresses: routes.all, public: routes.public },
  );

export const refusalsRecorded: Check = (facts) => {
  const found = recorded(facts, ['access.refused', 'rate-limit.exceeded', 'api-key.refused']);
  return evidence(
    'refusals_recorded',
    'met',
    {
      en: `${found.count} refused requests are on record in the period.`,
      de: `${found.count} abgewiesene Anfragen stehen im Zeitraum im Protokoll.`,
    },
    { refused: found.count },
    found.ids,
  );
};

export const rowSecurity: Check = ({ walls }) => {
  const whole = walls.tables > 0 && walls.walled === walls.tables && walls.role_bound;
  const without = walls.open.slice(0, 10).join(', ');
  return evidence(
    'row_security',
    whole ? 'met' : walls.walled > 0 ? 'partly' : 'not_met',
    whole
      ? {
          en: `Row-level security is on and forced for all ${walls.tables} tables, and the role organisations work as cannot pass it.`,
          de: `Zeilensicherheit ist für alle ${walls.tables} Tabellen eingeschaltet und erzwungen, und die Rolle, mit der Organisationen arbeiten, kommt nicht an ihr vorbei.`,
        }
      : {
          en: `Row-level security is on and forced for ${walls.walled} of ${walls.tables} tables${without === '' ? '' : `; without: ${without}`}${walls.role_bound ? '' : '; the role organisations work as is not bound by it'}.`,
          de: `Zeilensicherheit ist für ${walls.walled} von ${walls.tables} Tabellen eingeschaltet und erzwungen${without === '' ? '' : `; ohne: ${without}`}${walls.role_bound ? '' : '; die Rolle, mit der Organisationen arbeiten, ist nicht an sie gebunden'}.`,
        },
    { tables: walls.tables, walled: walls.walled, role_bound: walls.role_bound },
  );
};

export const filesEncrypted: Check = ({ objectsEncrypted, keys, texts: { sealed, clear } }) => {
  const whole = clear.length === 0;
  const texts = whole
    ? {
        en: 'Questions, statements, provenance, reasons of emergency accesses, names of persons in requests and consents, and secrets are sealed in the relational store; its other names and profiles are not: put its volume on an encrypted disk.',
        de: 'Fragen, Abfragen, Herkunft, Gründe von Notfallzugriffen, Namen von Personen in Anfragen und Einwilligungen sowie Geheimnisse sind im relationalen Speicher versiegelt; seine übrigen Namen und Profile sind es nicht: Legen Sie ihn auf ein verschlüsseltes Laufwerk.',
      }
    : {
        en: `Rows of ${clear.join(', ')} in the relational store lie in clear still: run the job that seals them (it runs each night), and look into the log where it fails.`,
        de: `Zeilen von ${clear.join(', ')} im relationalen Speicher liegen noch offen: Lassen Sie den Auftrag laufen, der sie versiegelt (er läuft jede Nacht), und sehen Sie ins Log, wenn er scheitert.`,
      };
  const files = objectsEncrypted
    ? {
        en: 'Files are encrypted as they are stored (AES-256-GCM, one data key each).',
        de: 'Dateien werden beim Speichern verschlüsselt (AES-256-GCM, je ein Datenschlüssel).',
      }
    : {
        en: 'Files are not encrypted as they are stored: set STROMA_ENCRYPT_OBJECTS=1, or keep the keys in Vault or a KMS.',
        de: 'Dateien werden beim Speichern nicht verschlüsselt: Setzen Sie STROMA_ENCRYPT_OBJECTS=1, oder halten Sie die Schlüssel in Vault oder einem KMS.',
      };
  return evidence(
    'files_encrypted',
    objectsEncrypted ? (whole ? 'met' : 'partly') : 'not_met',
    { en: `${files.en} ${texts.en}`, de: `${files.de} ${texts.de}` },
    {
      objects_encrypted: objectsEncrypted,
      key_provider: keys.provider,
      data_keys: keys.data_keys,
      sealed_tables: sealed.length,
      sealed_tables_partly_in_clear: clear.length,
      relational_store_encrypted_by_stroma: false,
    },
  );
};

export const keysKept: Check = (facts) => {
  const { keys, last } = facts;
  const rotated = last['encryption-key.rotated'];
  const days = rotated === null ? null : daysSince(facts, rotated.time);
  const good = keys.to_rewrap === 0;
  return evidence(
    'keys_kept',
    good && keys.provider !== 'file' ? 'met' : 'partly',
    {
      en: `${keys.provider === 'file' ? 'Key-encryption keys lie in a key file; Vault or a KMS would keep them apart from the data' : `Key-encryption keys are held by ${keys.provider}`}. ${good ? 'All data keys are under the present one' : `${keys.to_rewrap} data keys are still under an earlier one`}; ${days === null ? 'it was not rotated yet' : `it was last rotated ${days} days ago`}.`,
      de: `${keys.provider === 'file' ? 'Schlüsselverschlüsselungsschlüssel liegen in einer Schlüsseldatei; Vault oder ein KMS hielte sie von den Daten getrennt' : `Schlüsselverschlüsselungsschlüssel hält ${keys.provider}`}. ${good ? 'Alle Datenschlüssel stehen unter dem jetzigen' : `${keys.to_rewrap} Datenschlüssel stehen noch unter einem früheren`}; ${days === null ? 'er wurde noch nicht gewechselt' : `er wurde zuletzt vor ${days} Tagen gewechselt`}.`,
    },
    { provider: keys.provider, to_rewrap: keys.to_rewrap, destroyed: keys.destroyed, rotated_days_ago: days },
    [rotated?.id],
  );
};

export const transportEncrypted: Check = ({ transport: { tls, loopback, proxy, database } }) => {
  const storeSafe = database !== 'clear';
  const status = tls && storeSafe ? 'met' : (loopback || proxy) && storeSafe ? 'partly' : 'not_met';
  const web = tls
    ? { en: 'Stroma serves TLS 1.3 itself', de: 'Stroma spricht selbst TLS 1.3' }
    : loopback
      ? {
          en: 'Stroma listens on this machine alone; whatever stands before it has to serve TLS',
          de: 'Stroma lauscht nur auf dieser Maschine; was davor steht, muss TLS sprechen',
        }
      : proxy
        ? {
            en: 'Stroma stands behind a proxy, which has to serve TLS; Stroma cannot see whether it does',
            de: 'Stroma steht hinter einem Proxy, der TLS sprechen muss; ob er es tut, kann Stroma nicht sehen',
          }
        : {
            en: 'Stroma is reached in clear: set STROMA_TLS_CERT and STROMA_TLS_KEY',
            de: 'Stroma wird unverschlüsselt erreicht: Setzen Sie STROMA_TLS_CERT und STROMA_TLS_KEY',
          };
  return evidence(
    'transport_encrypted',
    status,
    {
      en: `${web.en}. ${storeSafe ? 'The relational store is local or reached by TLS.' : 'The connection to PostgreSQL is not told to use TLS.'}`,
      de: `${web.de}. ${storeSafe ? 'Der relationale Speicher ist lokal oder wird über TLS erreicht.' : 'Der Verbindung zu PostgreSQL ist TLS nicht vorgeschrieben.'}`,
    },
    { tls, loopback_only: loopback, behind_proxy: proxy, database },
  );
};

export const backupsFresh: Check = (facts) => {
  const good = facts.backups.find(({ failed }) => !failed);
  const hours = good === undefined ? null : hoursSince(facts, good.started_at);
  const { cron } = facts.backupPlan;
  const status =
    hours === null
      ? 'not_met'
      : hours <= 48 && cron !== null
        ? 'met'
        : hours <= 24 * 31
          ? 'partly'
          : 'not_met';
  return evidence(
    'backups_fresh',
    status,
    hours === null
      ? { en: 'There is no backup that succeeded.', de: 'Keine Sicherung ist gelungen.' }
      : {
          en: `The last good backup is ${hours} hours old (at most 48 expected); ${cron === null ? 'no schedule is set' : `the schedule is ${cron} UTC`}.`,
          de: `Die letzte gelungene Sicherung ist ${hours} Stunden alt (höchstens 48 erwartet); ${cron === null ? 'kein Zeitplan ist gesetzt' : `der Zeitplan ist ${cron} UTC`}.`,
        },
    {
      age_hours: hours,
      backups: facts.backups.length,
      failed: facts.backups.filter(({ failed }) => failed).length,
      schedule: cron,
    },
  );
};

export const backupsRestore: Check = (facts) => {
  const checked = facts.backups.find(({ verified_at }) => verified_at !== null);
  const days = checked?.verified_at ? daysSince(facts, checked.verified_at) : null;
  const status = days === null || checked?.restores !== true ? 'not_met' : days <= 31 ? 'met' : 'partly';
  return evidence(
    'backups_restore',
    status,
    days === null
      ? {
          en: 'No backup was restored aside for checking yet.',
          de: 'Noch keine Sicherung wurde zur Prüfung nebenher wiederhergestellt.',
        }
      : checked?.restores === true
        ? {
            en: `A backup was restored aside and found whole ${days} days ago (at most 31 expected).`,
            de: `Vor ${days} Tagen wurde eine Sicherung nebenher wiederhergestellt und für ganz befunden (höchstens 31 erwartet).`,
          }
        : {
            en: `The backup checked ${days} days ago does not restore.`,
            de: `Die vor ${days} Tagen geprüfte Sicherung lässt sich nicht wiederherstellen.`,
          },
    { checked_days_ago: days, restores: checked?.restores ?? null },
  );
};

export const incidentsWatched: Check = (facts) => {
  const { detected, real, false_alarms, unresolved, overdue, answered } = facts.threats;
  const found = recorded(facts, ['threat.detected', 'token.reused', 'client.reported', 'account.locked']);
  const resolved = recorded(facts, ['threat.resolved']);
  return evidence(
    'incidents_watched',
    unresolved === 0 && overdue === 0 ? 'met' : 'partly',
    {
      en: `${detected} threats were detected in the period: ${real} real, ${false_alarms} false alarms, ${unresolved} not resolved; ${overdue} wait for more than a week. Something was done at once about ${answered}. ${found.count} suspicious events (threats, stolen tokens, reports of clients, locks) are on record.`,
      de: `${detected} Bedrohungen fielen im Zeitraum auf: ${real} echte, ${false_alarms} Fehlalarme, ${unresolved} nicht erledigte; ${overdue} warten länger als eine Woche. Gegen ${answered} geschah sofort etwas. ${found.count} verdächtige Ereignisse (Bedrohungen, gestohlene Token, Meldungen von Browsern, Sperren) stehen im Protokoll.`,
    },
    { suspicious: found.count, ...facts.threats },
    [...found.ids, ...resolved.ids],
  );
};
