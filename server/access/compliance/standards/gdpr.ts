import * as accounts from '../checks/accounts.ts';
import * as persons from '../checks/persons.ts';
import * as protection from '../checks/protection.ts';
import * as record from '../checks/record.ts';
import { control, type Standard } from './control.ts';

/** Regulation (EU) 2016/679. */
export const gdpr: Standard = {
  title: 'General Data Protection Regulation (EU) 2016/679',
  controls: [
    control(
      'GDPR Art. 5(1)(c)',
      'Data minimisation',
      [persons.anonymised],
      'Collect no more than the purpose needs.',
    ),
    control(
      'GDPR Art. 5(1)(e)',
      'Storage limitation',
      [persons.retentionApplied],
      'Set each period by the purpose, and say why.',
    ),
    control('GDPR Art. 5(2)', 'Accountability', [record.auditIntact, record.auditGuarded]),
    control('GDPR Art. 6', 'Lawfulness of processing', [], 'Name the legal basis of each processing.'),
    control(
      'GDPR Art. 7',
      'Conditions for consent',
      [persons.consentsRecorded],
      'Word the request for consent so that it is freely given, specific and clear.',
    ),
    control(
      'GDPR Art. 9',
      'Special categories of data',
      [persons.sensitiveDataWalled],
      'Name the exception that lets you process health or genetic data, and mark such datasets.',
    ),
    control(
      'GDPR Art. 13 and 14',
      'Information to the persons',
      [],
      'Tell persons who processes what, why, how long, and which rights they have.',
    ),
    control(
      'GDPR Art. 15',
      'Right of access',
      [persons.requestsAnswered],
      'Answer within one month; check who asks.',
    ),
    control(
      'GDPR Art. 17',
      'Right to erasure',
      [persons.requestsAnswered, persons.retentionApplied],
      'Decide what the law obliges you to keep.',
    ),
    control('GDPR Art. 25', 'Protection by design and by default', [
      protection.rowSecurity,
      protection.routesGuarded,
      persons.sensitiveDataWalled,
    ]),
    control('GDPR Art. 28', 'Processors', [], 'Sign contracts with everybody who processes for you.'),
    control(
      'GDPR Art. 30',
      'Records of processing activities',
      [record.activityRecorded],
      'Keep the register of processing activities itself: purposes, categories, recipients, transfers.',
    ),
    control('GDPR Art. 32(1)(a)', 'Pseudonymisation and encryption', [
      protection.filesEncrypted,
      protection.transportEncrypted,
      protection.keysKept,
    ]),
    control('GDPR Art. 32(1)(b)', 'Confidentiality, integrity and resilience', [
      accounts.administratorsSecondFactor,
      accounts.signInsGuarded,
      accounts.accessReviewed,
      protection.rowSecurity,
    ]),
    control('GDPR Art. 32(1)(c)', 'Restoring availability', [
      protection.backupsFresh,
      protection.backupsRestore,
    ]),
    control(
      'GDPR Art. 32(1)(d)',
      'Regular testing of the measures',
      [record.auditIntact, protection.backupsRestore, accounts.accessReviewed],
      'Test also what is not software.',
    ),
    control(
      'GDPR Art. 33 and 34',
      'Notification of breaches',
      [protection.incidentsWatched],
      'Tell the authority within 72 hours, and the persons where their risk is high.',
    ),
    control(
      'GDPR Art. 35',
      'Data protection impact assessment',
      [],
      'Assess before processing health data on a large scale.',
    ),
    control('GDPR Art. 37', 'Data protection officer', [], 'Designate one where the law asks for it.'),
    control(
      'GDPR Art. 44',
      'Transfers to third countries',
      [],
      'Know where this installation, its backups and its language model stand.',
    ),
  ],
};
