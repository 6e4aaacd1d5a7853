import { afterAll, beforeAll } from 'vitest';
import { describeAlerts } from './alerts/alerts.suite.ts';
import { describeFiles } from './exports/dashboard-files.suite.ts';
import { describeSchedules } from './schedules/schedules.suite.ts';
import { describeLinks } from './shares/links.suite.ts';
import { begin, end } from './watch-rooms.stage.suite.ts';

beforeAll(begin);
afterAll(end);

describeFiles();
describeLinks();
describeSchedules();
describeAlerts();
