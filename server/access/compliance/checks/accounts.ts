import { type Check, dayMs, daysSince, evidence, recorded } from './check.ts';

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
