import { postgresqlStore } from '../../platform/db/test-database.suite.ts';
import { accessChangesSuite } from './access-changes.suite.ts';
import { withinReachSuite } from './within-reach.suite.ts';

withinReachSuite('PostgreSQL', () => postgresqlStore());
accessChangesSuite('PostgreSQL', () => postgresqlStore());
