import { embeddedStore } from '../db/test-database.suite.ts';
import { describeJobs } from './jobs.suite.ts';

describeJobs('embedded', embeddedStore);
