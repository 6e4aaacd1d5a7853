import { postgresqlStore } from '../../platform/db/test-database.suite.ts';
import { describeAudit } from './audit.suite.ts';

describeAudit('PostgreSQL', postgresqlStore);
