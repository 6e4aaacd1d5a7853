import type { ComplianceEvidence } from '@stroma/contracts';
import type { Facts } from './facts.ts';

export type Check = (facts: Facts) => ComplianceEvidence;
type Figures = Record<string, number | string | boolean | null>;

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const mostIds = 20;

function evidence(
  check: string,
  status: ComplianceEvidence['status'],
  finding: string,
  figures: Figures,
  event_ids: readonly (string | undefined)[] = [],
): ComplianceEvidence {
  return {
    check,
    status,
    finding,
    figures: Object.entries(figures).map(([name, value]) => ({ name, value })),
    event_ids: event_ids.filter((id) => id !== undefined).slice(0, mostIds),
  };
}

/** Count and newest ids of what is on record in the period, of some actions. */
function recorded(facts: Facts, actions: readonly string[]): { count: number; ids: string[] } {
  const found = facts.recorded.filter(({ action }) => actions.includes(action));
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    ids: found
      .flatMap(({ ids }) => ids)
      .sort()
      .toReversed()
      .slice(0, mostIds),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
const daysSince = (facts: Facts, time: Date): number => round((facts.now.getTime() - time.getTime()) / dayMs);
const hoursSince = (facts: Facts, time: Date): number =>
  round((facts.now.getTime() - time.getTime()) / hourMs);

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

export const administratorsSecondFactor: Check = ({ people, rules }) => {
  const administrators = people.filter(({ administers }) => administers);
  const covered = administrators.filter((each) => each.has_second_factor).length;
  const status =
    covered === administrators.length && covered > 0 ? 'met' : covered > 0 ? 'partly' : 'not_met';
  return evidence(
    'second_factor_administrators',
    status,
    `${covered} of ${administrators.length} administrators have a second factor or a passkey.`,
    { administrators: administrators.length, with_second_factor: covered, required_of: rules.secondFactor },
  );
};

export const secondFactorCover: Check = ({ people, rules }) => {
  const covered = people.filter((each) => each.has_second_factor).length;
  const required = people.filter((each) => each.required);
  const missing = required.filter((each) => !each.has_second_factor).length;
  const status =
    people.length > 0 && covered === people.length
      ? 'met'
      : missing === 0 && required.length > 0
        ? 'partly'
        : 'not_met';
  return evidence(
    'second_factor_cover',
    status,
    `${covered} of ${people.length} open accounts have a second factor or a passkey; it is required of ${required.length}, of whom ${missing} have none yet.`,
    {
      accounts: people.length,
      with_second_factor: covered,
      required: required.length,
      required_without: missing,
      required_of: rules.secondFactor,
    },
  );
};

export const accountsInUse: Check = (facts) => {
  const limit = facts.now.getTime() - 90 * dayMs;
  const idle = facts.people.filter(
    ({ last_seen, created }) => (last_seen ?? created).getTime() < limit,
  ).length;
  return evidence(
    'accounts_in_use',
    idle === 0 ? 'met' : 'partly',
    idle === 0
      ? `Each of the ${facts.people.length} open accounts belongs to one e-mail address and was used or made within 90 days.`
      : `${idle} of ${facts.people.length} open accounts were not used for 90 days; deactivate those that are not needed.`,
    { accounts: facts.people.length, unused_90_days: idle },
  );
};

export const accountChanges: Check = (facts) => {
  const found = recorded(facts, [
    'account.created',
    'account.invited',
    'account.disabled',
    'account.enabled',
    'account.deleted',
    'member.invited',
    'member.added',
    'member.changed',
    'member.removed',
    'role.assigned',
    'role.changed',
    'scim.provisioned',
    'scim.deprovisioned',
  ]);
  return evidence(
    'account_changes',
    'met',
    `${found.count} changes of accounts, members and roles are on record in the period, each with who made it.`,
    { changes: found.count },
    found.ids,
  );
};

export const accessReviewed: Check = (facts) => {
  const last = facts.last['access.reviewed'];
  const days = last === null ? null : daysSince(facts, last.time);
  return evidence(
    'access_reviewed',
    days === null ? 'not_met' : days <= 90 ? 'met' : 'partly',
    days === null
      ? 'No access review is on record. Look through Admin > Members, then confirm the review.'
      : `The last access review is ${days} days old (at most 90 expected).`,
    { age_days: days, members: Number(last?.details.members ?? 0) },
    [last?.id],
  );
};

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

export const filesEncrypted: Check = ({ objectsEncrypted, keys }) =>
  evidence(
    'files_encrypted',
    objectsEncrypted ? 'met' : 'not_met',
    objectsEncrypted
      ? 'Files are encrypted as they are stored (AES-256-GCM, one data key each). Names, profiles and records in the relational store are not: put its volume on an encrypted disk.'
      : 'Files are not encrypted as they are stored: set STROMA_ENCRYPT_OBJECTS=1, or keep the keys in Vault or a KMS.',
    {
      objects_encrypted: objectsEncrypted,
      key_provider: keys.provider,
      data_keys: keys.data_keys,
      relational_store_encrypted_by_stroma: false,
    },
  );

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

export const signInsGuarded: Check = (facts) => {
  const refused = recorded(facts, ['session.refused', 'second-factor.refused', 'password.refused']);
  const locked = recorded(facts, ['account.locked']);
  const { lockoutFailures } = facts.rules;
  const { failed, locked: lockedUnknown } = facts.strangers;
  return evidence(
    'sign_ins_guarded',
    'met',
    `An account is locked after ${lockoutFailures} failures. In the period ${failed} failed sign-ins and ${lockedUnknown} locks are on record of the whole installation, which never tells whether an account exists, and ${refused.count} refusals and ${locked.count} locks of known members.`,
    {
      failed_sign_ins: failed + refused.count,
      locks: lockedUnknown + locked.count,
      locked_after: lockoutFailures,
    },
    [...locked.ids, ...refused.ids],
  );
};

export const passwordRules: Check = ({ rules }) =>
  evidence(
    'password_rules',
    rules.passwordLength >= 12 && rules.passwordStrength >= 3 ? 'met' : 'partly',
    `Passwords have at least ${rules.passwordLength} characters and a strength of at least ${rules.passwordStrength} of 4 (12 and 3 expected); common ones are refused.`,
    { shortest: rules.passwordLength, strength: rules.passwordStrength },
  );

export const sessionsEnd: Check = ({ rules }) =>
  evidence(
    'sessions_end',
    rules.idleMinutes <= 60 && rules.sessionHours <= 24 ? 'met' : 'partly',
    `A session ends after ${rules.idleMinutes} minutes without use and after ${rules.sessionHours} hours in any case (60 minutes and 24 hours expected).`,
    { idle_minutes: rules.idleMinutes, longest_hours: rules.sessionHours },
  );

export const keysExpire: Check = ({ apiKeys: { active, endless, unused } }) =>
  evidence(
    'api_keys_expire',
    endless === 0 && unused === 0 ? 'met' : 'partly',
    active === 0
      ? 'There is no API key in use.'
      : `${endless} of ${active} API keys never expire; ${unused} were not used for 90 days.`,
    { active, without_expiry: endless, unused_90_days: unused },
  );

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

export const incidentsWatched: Check = (facts) => {
  const found = recorded(facts, ['threat.detected', 'token.reused', 'client.reported', 'account.locked']);
  const resolved = recorded(facts, ['threat.resolved']);
  const detected = recorded(facts, ['threat.detected']);
  const open = Math.max(0, detected.count - resolved.count);
  return evidence(
    'incidents_watched',
    open === 0 ? 'met' : 'partly',
    `${found.count} suspicious events (threats, stolen tokens, reports of clients, locks) are on record in the period; ${open} more threats were detected than resolved.`,
    { suspicious: found.count, threats: detected.count, resolved: resolved.count },
    found.ids,
  );
};
