import { embeddedStore } from '../../platform/db/test-database.suite.ts';
import { accessChangesSuite } from './access-changes.suite.ts';

accessChangesSuite('PGlite', embeddedStore);
