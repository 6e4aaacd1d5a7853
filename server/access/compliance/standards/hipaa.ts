import * as check from '../checks.ts';
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
      [check.activityRecorded, check.auditIntact, check.incidentsWatched],
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
      [check.accountsInUse, check.accountChanges],
      'Authorise, supervise and clear staff; take accounts away on the day somebody leaves.',
    ),
    control(
      '45 CFR 164.308(a)(4)',
      'Information access management',
      [check.accessReviewed, check.sensitiveDataWalled],
      'Write down who may have access to what, and why.',
    ),
    control(
      '45 CFR 164.308(a)(5)(i)',
      'Security awareness and training',
      [],
      'Train everybody who works with health data and keep proof of it.',
    ),
    control('45 CFR 164.308(a)(5)(ii)(C)', 'Log-in monitoring', [check.signInsGuarded]),
    control('45 CFR 164.308(a)(5)(ii)(D)', 'Password management', [check.passwordRules]),
    control(
      '45 CFR 164.308(a)(6)',
      'Security incident procedures',
      [check.incidentsWatched],
      'Keep a procedure for incidents, follow it, and write down how each ended.',
    ),
    control('45 CFR 164.308(a)(7)(ii)(A)', 'Data backup plan', [check.backupsFresh]),
    control(
      '45 CFR 164.308(a)(7)(ii)(D)',
      'Testing and revision of contingency plans',
      [check.backupsRestore],
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
    control('45 CFR 164.312(a)(1)', 'Access control', [check.routesGuarded, check.rowSecurity]),
    control(
      '45 CFR 164.312(a)(2)(i)',
      'Unique user identification',
      [check.accountsInUse],
      'Forbid sharing accounts.',
    ),
    control('45 CFR 164.312(a)(2)(ii)', 'Emergency access procedure', [check.emergencyReviewed]),
    control('45 CFR 164.312(a)(2)(iii)', 'Automatic logoff', [check.sessionsEnd]),
    control('45 CFR 164.312(a)(2)(iv)', 'Encryption and decryption', [check.filesEncrypted, check.keysKept]),
    control('45 CFR 164.312(b)', 'Audit controls', [
      check.activityRecorded,
      check.auditGuarded,
      check.auditIntact,
    ]),
    control('45 CFR 164.312(c)(1)', 'Integrity', [check.auditIntact, check.signaturesValid]),
    control('45 CFR 164.312(d)', 'Person or entity authentication', [
      check.administratorsSecondFactor,
      check.secondFactorCover,
      check.keysExpire,
    ]),
    control('45 CFR 164.312(e)(1)', 'Transmission security', [check.transportEncrypted]),
    control(
      '45 CFR 164.316(b)(2)(i)',
      'Retention of documentation',
      [check.recordsKept],
      'Keep policies and procedures for six years from when they were last in force.',
    ),
    control(
      '45 CFR 164.514(b)',
      'De-identification',
      [check.anonymised],
      'Decide which of the two methods applies, and have an expert determine the risk where it is the first.',
    ),
  ],
};
