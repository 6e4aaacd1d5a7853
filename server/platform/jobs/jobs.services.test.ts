import { describe } from 'vitest';
import { postgresqlStore, testDatabaseUrl } from '../db/test-database.suite.ts';
import { describeJobs } from './jobs.suite.ts';

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  describeJobs('PostgreSQL', postgresqlStore);
});
