import { embeddedStore } from '../../platform/db/test-database.suite.ts';
import { describeAudit } from './audit.suite.ts';

describeAudit('embedded', embeddedStore);
