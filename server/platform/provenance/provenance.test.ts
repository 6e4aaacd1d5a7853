import { pino } from 'pino';
import { openDatabase } from '../db/open-database.ts';
import { describeProvenance } from './provenance.suite.ts';

describeProvenance('embedded store', (folder) =>
  openDatabase({ STROMA_DATA: folder, DATABASE_URL: undefined }, pino({ level: 'silent' })),
);
