import { pino } from 'pino';
import { describe } from 'vitest';
import { openDatabase } from '../db/open-database.ts';
import { describeProvenance } from './provenance.suite.ts';

const url = process.env.STROMA_TEST_DATABASE_URL ?? '';

describe.skipIf(url === '')('with PostgreSQL', () => {
  describeProvenance('PostgreSQL', (folder) =>
    openDatabase({ STROMA_DATA: folder, DATABASE_URL: url }, pino({ level: 'silent' })),
  );
});
