import { describe } from 'vitest';
import { postgresqlStore, testDatabaseUrl } from '../db/test-database.suite.ts';
import { describeSealedTable } from './sealed-table.suite.ts';

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL', () => {
  describeSealedTable('PostgreSQL', () => postgresqlStore());
});
