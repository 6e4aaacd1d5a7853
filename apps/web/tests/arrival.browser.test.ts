import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, launchChromium, openPage, picture } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(null), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

describe('arriving', () => {
  it('lets nobody past the one-time password, and brings sample data with one click', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1440,
    });
    await page.goto('/data');
    await page.getByLabel('E-mail address').fill(administrator.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('do not belong together').waitFor();
    await page.getByLabel('Password').fill(stroma.oneTimePassword ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
    await picture(page, 'one-time-password');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto('/settings');
    await page.getByLabel('One-time password').fill(stroma.oneTimePassword ?? '');
    await page.getByLabel('New password', { exact: true }).fill('too short');
    await page.getByText('At least 12 characters; this has 9.').waitFor();
    await page.getByLabel('New password', { exact: true }).fill(administrator.password);
    await page.getByLabel('New password again').fill(administrator.password);
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();

    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Data' }).click();
    await page.getByRole('button', { name: 'Load sample data' }).click();
    await page.getByRole('link', { name: 'Palmer penguins' }).waitFor({ timeout: 60_000 });
    expect(complaints.filter((each) => !/401|403/.test(each))).toEqual([]);

    await page.getByRole('button', { name: /Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await context.close();
  });
});
