import * as check from '../checks.ts';
import { control, type Standard } from './control.ts';

/** Regulation (EU) 2016/679. */
export const gdpr: Standard = {
  title: 'General Data Protection Regulation (EU) 2016/679',
  controls: [
    control(
      'GDPR Art. 5(1)(c)',
      'Data minimisation',
      [check.anonymised],
      'Collect no more than the purpose needs.',
    ),
    control(
      'GDPR Art. 5(1)(e)',
      'Storage limitation',
      [check.retentionApplied],
      'Set each period by the purpose, and say why.',
    ),
    control('GDPR Art. 5(2)', 'Accountability', [check.auditIntact, check.auditGuarded]),
    control('GDPR Art. 6', 'Lawfulness of processing', [], 'Name the legal basis of each processing.'),
    control(
      'GDPR Art. 7',
      'Conditions for consent',
      [check.consentsRecorded],
      'Word the request for consent so that it is freely given, specific and clear.',
    ),
    control(
      'GDPR Art. 9',
      'Special categories of data',
      [check.sensitiveDataWalled],
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
      [check.requestsAnswered],
      'Answer within one month; check who asks.',
    ),
    control(
      'GDPR Art. 17',
      'Right to erasure',
      [check.requestsAnswered, check.retentionApplied],
      'Decide what the law obliges you to keep.',
    ),
    control('GDPR Art. 25', 'Protection by design and by default', [
      check.rowSecurity,
      check.routesGuarded,
      check.sensitiveDataWalled,
    ]),
    control('GDPR Art. 28', 'Processors', [], 'Sign contracts with everybody who processes for you.'),
    control(
      'GDPR Art. 30',
      'Records of processing activities',
      [check.activityRecorded],
      'Keep the register of processing activities itself: purposes, categories, recipients, transfers.',
    ),
    control('GDPR Art. 32(1)(a)', 'Pseudonymisation and encryption', [
      check.filesEncrypted,
      check.transportEncrypted,
      check.keysKept,
    ]),
    control('GDPR Art. 32(1)(b)', 'Confidentiality, integrity and resilience', [
      check.administratorsSecondFactor,
      check.signInsGuarded,
      check.accessReviewed,
      check.rowSecurity,
    ]),
    control('GDPR Art. 32(1)(c)', 'Restoring availability', [check.backupsFresh, check.backupsRestore]),
    control(
      'GDPR Art. 32(1)(d)',
      'Regular testing of the measures',
      [check.auditIntact, check.backupsRestore, check.accessReviewed],
      'Test also what is not software.',
    ),
    control(
      'GDPR Art. 33 and 34',
      'Notification of breaches',
      [check.incidentsWatched],
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
