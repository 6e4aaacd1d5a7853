import * as accounts from '../checks/accounts.ts';
import * as persons from '../checks/persons.ts';
import * as protection from '../checks/protection.ts';
import * as record from '../checks/record.ts';
import { control, type Standard } from './control.ts';

/** HIPAA Security Rule, 45 CFR Part 164 subpart C, and the parts of subpart E that software touches. */
export const hipaa: Standard = {
  title: 'HIPAA Security Rule (45 CFR Part 164)',
  controls: [
    control(
      '45 CFR 164.308(a)(1)(ii)(A)',
      'Risk analysis',
      [],
      'Assess the risks to electronic health data of the whole organisation, write the result down and repeat it when something changes.',
    ),
    control(
      '45 CFR 164.308(a)(1)(ii)(D)',
      'Information system activity review',
      [record.activityRecorded, record.auditIntact, protection.incidentsWatched],
      'Name who reads the record, how often, and what they do with what they find.',
    ),
    control(
      '45 CFR 164.308(a)(2)',
      'Assigned security responsibility',
      [],
      'Name the security official in writing.',
    ),
    control(
      '45 CFR 164.308(a)(3)',
      'Workforce security',
      [accounts.accountsInUse, accounts.accountChanges],
      'Authorise, supervise and clear staff; take accounts away on the day somebody leaves.',
    ),
    control(
      '45 CFR 164.308(a)(4)',
      'Information access management',
      [accounts.accessReviewed, persons.sensitiveDataWalled],
      'Write down who may have access to what, and why.',
    ),
    control(
      '45 CFR 164.308(a)(5)(i)',
      'Security awareness and training',
      [],
      'Train everybody who works with health data and keep proof of it.',
    ),
    control('45 CFR 164.308(a)(5)(ii)(C)', 'Log-in monitoring', [accounts.signInsGuarded]),
    control('45 CFR 164.308(a)(5)(ii)(D)', 'Password management', [accounts.passwordRules]),
    control(
      '45 CFR 164.308(a)(6)',
      'Security incident procedures',
      [protection.incidentsWatched],
      'Keep a procedure for incidents, follow it, and write down how each ended.',
    ),
    control('45 CFR 164.308(a)(7)(ii)(A)', 'Data backup plan', [protection.backupsFresh]),
    control(
      '45 CFR 164.308(a)(7)(ii)(D)',
      'Testing and revision of contingency plans',
      [protection.backupsRestore],
      'Rehearse the whole plan, not the backup alone.',
    ),
    control(
      '45 CFR 164.308(b)(1)',
      'Business associate contracts',
      [],
      'Sign agreements with everybody who handles health data for you, hosting and language-model providers among them.',
    ),
    control(
      '45 CFR 164.310',
      'Physical safeguards',
      [],
      'Guard rooms, workstations and media, and dispose of media so that nothing can be read.',
    ),
    control('45 CFR 164.312(a)(1)', 'Access control', [protection.routesGuarded, protection.rowSecurity]),
    control(
      '45 CFR 164.312(a)(2)(i)',
      'Unique user identification',
      [accounts.accountsInUse],
      'Forbid sharing accounts.',
    ),
    control('45 CFR 164.312(a)(2)(ii)', 'Emergency access procedure', [persons.emergencyReviewed]),
    control('45 CFR 164.312(a)(2)(iii)', 'Automatic logoff', [accounts.sessionsEnd]),
    control('45 CFR 164.312(a)(2)(iv)', 'Encryption and decryption', [
      protection.filesEncrypted,
      protection.keysKept,
    ]),
    control('45 CFR 164.312(b)', 'Audit controls', [
      record.activityRecorded,
      record.auditGuarded,
      record.auditIntact,
    ]),
    control('45 CFR 164.312(c)(1)', 'Integrity', [record.auditIntact, record.signaturesValid]),
    control('45 CFR 164.312(d)', 'Person or entity authentication', [
      accounts.administratorsSecondFactor,
      accounts.secondFactorCover,
      accounts.keysExpire,
    ]),
    control('45 CFR 164.312(e)(1)', 'Transmission security', [protection.transportEncrypted]),
    control(
      '45 CFR 164.316(b)(2)(i)',
      'Retention of documentation',
      [record.recordsKept],
      'Keep policies and procedures for six years from when they were last in force.',
    ),
    control(
      '45 CFR 164.514(b)',
      'De-identification',
      [persons.anonymised],
      'Decide which of the two methods applies, and have an expert determine the risk where it is the first.',
    ),
  ],
};
