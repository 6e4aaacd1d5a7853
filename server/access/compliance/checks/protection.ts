import { type Check, daysSince, evidence, hoursSince, recorded } from './check.ts';

export const routesGuarded: Check = ({ routes }) =>
  evidence(
    'routes_guarded',
    'met',
    `${routes.all - routes.public} of ${routes.all} addresses of the API demand an identity and state their permission; the ${routes.public} public ones serve signing in, health and what must be readable before it.`,
    { addresses: routes.all, public: routes.public },
  );

export const refusalsRecorded: Check = (facts) => {
  const found = recorded(facts, ['access.refused', 'rate-limit.exceeded', 'api-key.refused']);
  return evidence(
    'refusals_recorded',
    'met',
    `${found.count} refused requests are on record in the period.`,
    { refused: found.count },
    found.ids,
  );
};

export const rowSecurity: Check = ({ walls }) => {
  const whole = walls.tables > 0 && walls.walled === walls.tables && walls.role_bound;
  return evidence(
    'row_security',
    whole ? 'met' : walls.walled > 0 ? 'partly' : 'not_met',
    whole
      ? `Row-level security is on and forced for all ${walls.tables} tables, and the role organisations work as cannot pass it.`
      : `Row-level security is on and forced for ${walls.walled} of ${walls.tables} tables${walls.open.length > 0 ? `; without: ${walls.open.slice(0, 10).join(', ')}` : ''}${walls.role_bound ? '' : '; the role organisations work as is not bound by it'}.`,
    { tables: walls.tables, walled: walls.walled, role_bound: walls.role_bound },
  );
};

export const filesEncrypted: Check = ({ objectsEncrypted, keys, texts: { sealed, clear } }) => {
  const whole = clear.length === 0;
  const texts = whole
    ? 'Questions, statements, provenance, reasons of emergency accesses, names of persons in requests and consents, and secrets are sealed in the relational store; its other names and profiles are not: put its volume on an encrypted disk.'
    : `Rows of ${clear.join(', ')} in the relational store lie in clear still: run the job that seals them (it runs each night), and look into the log where it fails.`;
  return evidence(
    'files_encrypted',
    objectsEncrypted ? (whole ? 'met' : 'partly') : 'not_met',
    `${objectsEncrypted ? 'Files are encrypted as they are stored (AES-256-GCM, one data key each).' : 'Files are not encrypted as they are stored: set STROMA_ENCRYPT_OBJECTS=1, or keep the keys in Vault or a KMS.'} ${texts}`,
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
    `${keys.provider === 'file' ? 'Key-encryption keys lie in a key file; Vault or a KMS would keep them apart from the data' : `Key-encryption keys are held by ${keys.provider}`}. ${good ? 'All data keys are under the present one' : `${keys.to_rewrap} data keys are still under an earlier one`}; ${days === null ? 'it was not rotated yet' : `it was last rotated ${days} days ago`}.`,
    { provider: keys.provider, to_rewrap: keys.to_rewrap, destroyed: keys.destroyed, rotated_days_ago: days },
    [rotated?.id],
  );
};

export const transportEncrypted: Check = ({ transport: { tls, loopback, proxy, database } }) => {
  const storeSafe = database !== 'clear';
  const status = tls && storeSafe ? 'met' : (loopback || proxy) && storeSafe ? 'partly' : 'not_met';
  const web = tls
    ? 'Stroma serves TLS 1.3 itself'
    : loopback
      ? 'Stroma listens on this machine alone; whatever stands before it has to serve TLS'
      : proxy
        ? 'Stroma stands behind a proxy, which has to serve TLS; Stroma cannot see whether it does'
        : 'Stroma is reached in clear: set STROMA_TLS_CERT and STROMA_TLS_KEY';
  return evidence(
    'transport_encrypted',
    status,
    `${web}. ${storeSafe ? 'The relational store is local or reached by TLS.' : 'The connection to PostgreSQL is not told to use TLS.'}`,
    { tls, loopback_only: loopback, behind_proxy: proxy, database },
  );
};

export const backupsFresh: Check = (facts) => {
  const good = facts.backups.find(({ failed }) => !failed);
  const hours = good === undefined ? null : hoursSince(facts, good.started_at);
  const status =
    hours === null
      ? 'not_met'
      : hours <= 48 && facts.backupPlan.cron !== null
        ? 'met'
        : hours <= 24 * 31
          ? 'partly'
          : 'not_met';
  return evidence(
    'backups_fresh',
    status,
    hours === null
      ? 'There is no backup that succeeded.'
      : `The last good backup is ${hours} hours old (at most 48 expected); ${facts.backupPlan.cron === null ? 'no schedule is set' : `the schedule is ${facts.backupPlan.cron} UTC`}.`,
    {
      age_hours: hours,
      backups: facts.backups.length,
      failed: facts.backups.filter(({ failed }) => failed).length,
      schedule: facts.backupPlan.cron,
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
      ? 'No backup was restored aside for checking yet.'
      : checked?.restores === true
        ? `A backup was restored aside and found whole ${days} days ago (at most 31 expected).`
        : `The backup checked ${days} days ago does not restore.`,
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
    `${detected} threats were detected in the period: ${real} real, ${false_alarms} false alarms, ${unresolved} not resolved; ${overdue} wait for more than a week. Something was done at once about ${answered}. ${found.count} suspicious events (threats, stolen tokens, reports of clients, locks) are on record.`,
    { suspicious: found.count, ...facts.threats },
    [...found.ids, ...resolved.ids],
  );
};
