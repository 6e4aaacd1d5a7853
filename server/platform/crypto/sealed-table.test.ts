import { embeddedStore } from '../db/test-database.suite.ts';
import { describeSealedTable } from './sealed-table.suite.ts';

describeSealedTable('embedded store', embeddedStore);
