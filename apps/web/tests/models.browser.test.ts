import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launchChromium, openPage, picture, signIn } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

describe('a model', () => {
  it('is trained from a dataset, watched, explained, and promoted with a signature', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1440,
    });
    await signIn(page);
    await page.goto('/models');
    await page.getByText('No model yet').waitFor();
    await picture(page, 'models-empty');
    await page.getByRole('link', { name: 'Choose a dataset' }).click();
    await page.getByRole('button', { name: 'Load sample data' }).click();
    await page.getByText('The sample data is being read.').waitFor();
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('link', { name: 'Palmer penguins' }).click();

    await page.getByRole('link', { name: 'Train a model' }).click();
    await page.getByRole('radio', { name: /Species/ }).check();
    expect(await page.getByLabel('Judged by').inputValue()).toBe('accuracy');
    await page.getByRole('radio', { name: 'Other' }).click();
    await page.getByLabel('Seconds').fill('2');
    expect(await faultsOf(page, 'models-train')).toEqual([]);
    await page.getByRole('button', { name: 'Start training' }).click();

    await page.getByRole('figure', { name: 'Best score over time' }).locator('svg.marks').waitFor();
    await page.getByRole('region', { name: 'Leaderboard' }).getByRole('row').nth(1).waitFor();
    await picture(page, 'models-training');
    await page.getByText('Why it stopped').waitFor();
    await page.getByRole('link', { name: 'Open the model' }).click();

    await page.getByRole('figure', { name: 'Confusion matrix' }).locator('svg.marks').waitFor();
    await page.getByRole('row', { name: /Accuracy\s*chosen/ }).waitFor();
    await picture(page, 'models-quality');
    await page.getByRole('tab', { name: 'Explanation' }).click();
    await page
      .getByRole('figure', { name: /What each column adds/ })
      .locator('svg.marks')
      .waitFor();
    await picture(page, 'models-explanation');

    await page.getByRole('tab', { name: 'What if' }).click();
    const said = page.getByRole('region', { name: 'Prediction' }).getByRole('status');
    await page.getByRole('spinbutton', { name: 'Flipper Length (mm)' }).fill('220');
    await page.getByRole('spinbutton', { name: 'Beak Depth (mm)' }).fill('14');
    await page.getByRole('spinbutton', { name: 'Beak Length (mm)' }).fill('48');
    await said.getByText('Gentoo').waitFor();
    await page
      .getByRole('figure', { name: /Why: what each column adds to Gentoo/ })
      .locator('svg.marks')
      .waitFor();
    expect(await faultsOf(page, 'models-what-if')).toEqual([]);

    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByRole('button', { name: 'Policy' }).click();
    const production = page.getByRole('group', { name: 'To production' });
    await production.getByLabel('A second person has to agree').uncheck();
    await production.getByLabel('Signed as approved').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Promote version 1' }).click();
    const dialog = page.getByRole('dialog', { name: /^Promote / });
    await dialog.getByLabel('To', { exact: true }).selectOption('production');
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('button', { name: 'Sign' }).click();
    const signing = page.getByRole('dialog', { name: /^Sign / });
    await signing.getByLabel('Your password or authenticator code').fill(administrator.password);
    await signing.getByRole('button', { name: 'Sign' }).click();
    await dialog.getByText('Approved by Administrator').waitFor();
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await page.getByText('Version 1 stands in Production.').waitFor();
    await page.getByRole('row', { name: /Production/ }).waitFor();
    expect(await faultsOf(page, 'models-versions')).toEqual([]);
    // A promotion without its signature is refused, which the browser notes as an error.
    expect(complaints.filter((each) => !each.includes('422') && !each.includes('409'))).toEqual([]);
    await context.close();
  });
});
