import { embeddedStore } from '../db/test-database.suite.ts';
import { describeEvents } from './events.suite.ts';

describeEvents('embedded', embeddedStore);
