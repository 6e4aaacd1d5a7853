import { type Check, dayMs, daysSince, evidence, recorded } from './check.ts';

export const administratorsSecondFactor: Check = ({ people, rules }) => {
  const administrators = people.filter(({ administers }) => administers);
  const covered = administrators.filter((each) => each.has_second_factor).length;
  const status =
    covered === administrators.length && covered > 0 ? 'met' : covered > 0 ? 'partly' : 'not_met';
  return evidence(
    'second_factor_administrators',
    status,
    {
      en: `${covered} of ${administrators.length} administrators have a second factor or a passkey.`,
      de: `${covered} von ${administrators.length} Administratoren haben einen zweiten Faktor oder einen Passkey.`,
    },
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
    {
      en: `${covered} of ${people.length} open accounts have a second factor or a passkey; it is required of ${required.length}, of whom ${missing} have none yet.`,
      de: `${covered} von ${people.length} offenen Konten haben einen zweiten Faktor oder einen Passkey; verlangt wird er von ${required.length}, von denen ${missing} noch keinen haben.`,
    },
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
      ? {
          en: `Each of the ${facts.people.length} open accounts belongs to one e-mail address and was used or made within 90 days.`,
          de: `Jedes der ${facts.people.length} offenen Konten gehört zu einer E-Mail-Adresse und wurde binnen 90 Tagen benutzt oder angelegt.`,
        }
      : {
          en: `${idle} of ${facts.people.length} open accounts were not used for 90 days; deactivate those that are not needed.`,
          de: `${idle} von ${facts.people.length} offenen Konten wurden 90 Tage nicht benutzt; deaktivieren Sie, was nicht gebraucht wird.`,
        },
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
    {
      en: `${found.count} changes of accounts, members and roles are on record in the period, each with who made it.`,
      de: `${found.count} Änderungen an Konten, Mitgliedern und Rollen stehen im Zeitraum im Protokoll, jede mit dem, der sie vornahm.`,
    },
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
      ? {
          en: 'No access review is on record. Look through Admin > Members, then confirm the review.',
          de: 'Keine Zugriffsprüfung steht im Protokoll. Sehen Sie Verwaltung > Mitglieder durch und bestätigen Sie die Prüfung.',
        }
      : {
          en: `The last access review is ${days} days old (at most 90 expected).`,
          de: `Die letzte Zugriffsprüfung ist ${days} Tage alt (höchstens 90 erwartet).`,
        },
    { age_days: days, members: Number(last?.details.members ?? 0) },
    [last?.id],
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
    {
      en: `An account is locked after ${lockoutFailures} failures. In the period ${failed} failed sign-ins and ${lockedUnknown} locks are on record of the whole installation, which never tells whether an account exists, and ${refused.count} refusals and ${locked.count} locks of known members.`,
      de: `Ein Konto wird nach ${lockoutFailures} Fehlversuchen gesperrt. Im Zeitraum stehen ${failed} gescheiterte Anmeldungen und ${lockedUnknown} Sperren der ganzen Installation im Protokoll, die nie verrät, ob es ein Konto gibt, dazu ${refused.count} Abweisungen und ${locked.count} Sperren bekannter Mitglieder.`,
    },
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
    {
      en: `Passwords have at least ${rules.passwordLength} characters and a strength of at least ${rules.passwordStrength} of 4 (12 and 3 expected); common ones are refused.`,
      de: `Passwörter haben mindestens ${rules.passwordLength} Zeichen und eine Stärke von mindestens ${rules.passwordStrength} von 4 (12 und 3 erwartet); gebräuchliche werden abgewiesen.`,
    },
    { shortest: rules.passwordLength, strength: rules.passwordStrength },
  );

export const sessionsEnd: Check = ({ rules }) =>
  evidence(
    'sessions_end',
    rules.idleMinutes <= 60 && rules.sessionHours <= 24 ? 'met' : 'partly',
    {
      en: `A session ends after ${rules.idleMinutes} minutes without use and after ${rules.sessionHours} hours in any case (60 minutes and 24 hours expected).`,
      de: `Eine Sitzung endet nach ${rules.idleMinutes} Minuten ohne Gebrauch und nach ${rules.sessionHours} Stunden in jedem Fall (60 Minuten und 24 Stunden erwartet).`,
    },
    { idle_minutes: rules.idleMinutes, longest_hours: rules.sessionHours },
  );

export const keysExpire: Check = ({ apiKeys: { active, endless, unused } }) =>
  evidence(
    'api_keys_expire',
    endless === 0 && unused === 0 ? 'met' : 'partly',
    active === 0
      ? { en: 'There is no API key in use.', de: 'Kein API-Schlüssel ist in Gebrauch.' }
      : {
          en: `${endless} of ${active} API keys never expire; ${unused} were not used for 90 days.`,
          de: `${endless} von ${active} API-Schlüsseln laufen nie ab; ${unused} wurden 90 Tage nicht benutzt.`,
        },
    { active, without_expiry: endless, unused_90_days: unused },
  );
