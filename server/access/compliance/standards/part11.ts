import * as accounts from '../checks/accounts.ts';
import * as persons from '../checks/persons.ts';
import * as protection from '../checks/protection.ts';
import * as record from '../checks/record.ts';
import { control, type Standard } from './control.ts';

/** 21 CFR Part 11: electronic records, electronic signatures. */
export const part11: Standard = {
  title: '21 CFR Part 11 (electronic records, electronic signatures)',
  controls: [
    control(
      '21 CFR 11.10(a)',
      'Validation of systems',
      [],
      'Validate this installation for its intended use and keep the evidence.',
    ),
    control(
      '21 CFR 11.10(b)',
      'Copies for inspection',
      [],
      'Rehearse handing out copies: datasets, signatures and the audit record export in CSV, JSON and Parquet.',
    ),
    control('21 CFR 11.10(c)', 'Protection of records', [
      record.recordsKept,
      persons.retentionApplied,
      protection.backupsFresh,
      protection.backupsRestore,
    ]),
    control('21 CFR 11.10(d)', 'Limiting system access', [
      protection.routesGuarded,
      accounts.accessReviewed,
      accounts.accountsInUse,
      protection.rowSecurity,
    ]),
    control(
      '21 CFR 11.10(e)',
      'Audit trails',
      [record.activityRecorded, record.auditGuarded, record.auditIntact, record.auditAnchored],
      'Keep the clock of the machine right.',
    ),
    control(
      '21 CFR 11.10(f)',
      'Operational system checks',
      [],
      'Say which sequence of steps must be enforced, and check that it is.',
    ),
    control('21 CFR 11.10(g)', 'Authority checks', [protection.routesGuarded, protection.refusalsRecorded]),
    control('21 CFR 11.10(h)', 'Device checks', [], 'Determine which sources of data are valid.'),
    control(
      '21 CFR 11.10(i)',
      'Education, training and experience',
      [],
      'Keep proof that those who develop, maintain or use the system are trained.',
    ),
    control(
      '21 CFR 11.10(j)',
      'Accountability for signatures',
      [],
      'Hold people to written policies for what they do under their electronic signature.',
    ),
    control(
      '21 CFR 11.10(k)',
      'Control of documentation',
      [],
      'Control who gets the documentation of the system, and its revisions.',
    ),
    control(
      '21 CFR 11.30',
      'Open systems',
      [protection.filesEncrypted, protection.transportEncrypted],
      'Decide whether this installation is an open system.',
    ),
    control('21 CFR 11.50', 'Signature manifestations', [record.signersProven]),
    control('21 CFR 11.70', 'Linking signatures to records', [record.signaturesValid, record.auditGuarded]),
    control(
      '21 CFR 11.100(a)',
      'Signatures unique to one person',
      [accounts.accountsInUse],
      'Never give an account to somebody else.',
    ),
    control(
      '21 CFR 11.100(b)',
      'Identity is verified',
      [],
      'Verify who somebody is before they get an account.',
    ),
    control(
      '21 CFR 11.100(c)',
      'Certification to the agency',
      [],
      'Certify to the FDA that your electronic signatures are meant to bind as handwritten ones do.',
    ),
    control('21 CFR 11.200(a)', 'Signature components', [record.signersProven, accounts.secondFactorCover]),
    control('21 CFR 11.300(a)', 'Uniqueness of identification', [accounts.accountsInUse]),
    control('21 CFR 11.300(b)', 'Periodic check of credentials', [
      accounts.accessReviewed,
      accounts.keysExpire,
      accounts.passwordRules,
    ]),
    control('21 CFR 11.300(c)', 'Loss management', [], 'Deactivate lost or stolen devices and keys at once.'),
    control('21 CFR 11.300(d)', 'Safeguards against unauthorised use', [
      accounts.signInsGuarded,
      protection.incidentsWatched,
    ]),
    control(
      '21 CFR 11.300(e)',
      'Testing of devices',
      [],
      'Test tokens and cards before first use and regularly.',
    ),
  ],
};
