import * as accounts from '../checks/accounts.ts';
import * as persons from '../checks/persons.ts';
import * as protection from '../checks/protection.ts';
import * as record from '../checks/record.ts';
import { control, type Standard } from './control.ts';

/** AICPA Trust Services Criteria (2017, points of focus revised 2022): the criteria an installation can speak to. */
export const soc2: Standard = {
  title: 'SOC 2 (AICPA Trust Services Criteria)',
  controls: [
    control(
      'TSC CC1.1 to CC1.5',
      'Control environment',
      [],
      'Show integrity, oversight, structure, competence and accountability of the organisation.',
    ),
    control('TSC CC2.1', 'Quality of information', [record.activityRecorded, record.auditIntact]),
    control(
      'TSC CC3.1 to CC3.4',
      'Risk assessment',
      [],
      'State objectives, find and rate risks, fraud and change among them.',
    ),
    control(
      'TSC CC4.1',
      'Monitoring activities',
      [record.auditIntact, record.auditAnchored, accounts.accessReviewed],
      'Evaluate controls regularly, some of them by somebody independent.',
    ),
    control(
      'TSC CC5.3',
      'Policies and procedures',
      [],
      'Put controls into written policies and follow them.',
    ),
    control('TSC CC6.1', 'Logical access security', [
      protection.routesGuarded,
      protection.rowSecurity,
      accounts.administratorsSecondFactor,
      accounts.secondFactorCover,
      protection.filesEncrypted,
    ]),
    control('TSC CC6.2', 'Registering and removing users', [accounts.accountChanges, accounts.accountsInUse]),
    control('TSC CC6.3', 'Roles and least privilege', [accounts.accessReviewed, persons.sensitiveDataWalled]),
    control('TSC CC6.4', 'Physical access', [], 'Restrict who enters rooms with systems and media.'),
    control(
      'TSC CC6.5',
      'Disposal of assets',
      [persons.retentionApplied],
      'Make media unreadable before they leave.',
    ),
    control('TSC CC6.6', 'Threats from outside', [
      accounts.signInsGuarded,
      accounts.keysExpire,
      accounts.sessionsEnd,
    ]),
    control('TSC CC6.7', 'Data in motion', [protection.transportEncrypted]),
    control(
      'TSC CC6.8',
      'Unauthorised software',
      [],
      'Control what is installed on hosts and who may change it.',
    ),
    control(
      'TSC CC7.1',
      'Finding vulnerabilities',
      [],
      'Scan hosts and dependencies, and act on what is found.',
    ),
    control('TSC CC7.2', 'Watching for anomalies', [
      protection.incidentsWatched,
      protection.refusalsRecorded,
    ]),
    control(
      'TSC CC7.3 to CC7.4',
      'Answering incidents',
      [protection.incidentsWatched, persons.emergencyReviewed],
      'Keep and rehearse a plan for incidents.',
    ),
    control('TSC CC7.5', 'Recovering', [protection.backupsRestore]),
    control(
      'TSC CC8.1',
      'Change management',
      [],
      'Authorise, test and approve changes of the installation and its settings.',
    ),
    control('TSC CC9.2', 'Vendors', [], 'Assess and watch vendors and partners.'),
    control('TSC A1.2', 'Availability: backup and recovery', [
      protection.backupsFresh,
      protection.backupsRestore,
    ]),
    control('TSC C1.1', 'Confidential information is identified', [persons.sensitiveDataWalled]),
    control('TSC C1.2', 'Confidential information is disposed of', [persons.retentionApplied]),
    control('TSC PI1.5', 'Processing integrity: what is stored', [
      record.signaturesValid,
      record.auditGuarded,
    ]),
    control('TSC P4.2', 'Privacy: retention', [persons.retentionApplied]),
    control('TSC P5.1', 'Privacy: access of persons', [persons.requestsAnswered], 'Answer persons who ask.'),
  ],
};
