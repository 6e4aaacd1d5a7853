import { afterAll, beforeAll } from 'vitest';
import { describeAuthentication } from './owasp/authentication.suite.ts';
import { describeBusinessFlows } from './owasp/business-flows.suite.ts';
import { describeConfiguration } from './owasp/configuration.suite.ts';
import { describeConsumption } from './owasp/consumption.suite.ts';
import { describeForeignAnswers } from './owasp/foreign-answers.suite.ts';
import { describeFunctionLevel } from './owasp/function-level.suite.ts';
import { describeInventory } from './owasp/inventory.suite.ts';
import { describeObjectLevel } from './owasp/object-level.suite.ts';
import { describeProperties } from './owasp/properties.suite.ts';
import { describeRequestForgery } from './owasp/request-forgery.suite.ts';
import { type Stage, setStage } from './owasp/stage.suite.ts';

/** The OWASP API Security Top 10 of 2023, each with what Stroma does about it, on one running installation. */
const stage = {} as Stage;
beforeAll(async () => {
  Object.assign(stage, await setStage());
}, 120_000);
afterAll(() => stage.close());

describeObjectLevel(stage);
describeAuthentication(stage);
describeProperties(stage);
describeConsumption(stage);
describeFunctionLevel(stage);
describeBusinessFlows(stage);
describeRequestForgery(stage);
describeConfiguration(stage);
describeInventory(stage);
describeForeignAnswers(stage);
