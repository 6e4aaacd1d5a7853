import { embeddedStore } from '../../platform/db/test-database.suite.ts';
import { withinReachSuite } from './within-reach.suite.ts';

withinReachSuite('PGlite', embeddedStore);
