import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launchChromium, pageOf } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(administrator.password), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

describe('organisations', () => {
  it('are made, renamed, closed with a reason and opened again', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await page.goto('/admin/organisations');
    await page.getByText('Yours is the only organisation').waitFor();
    expect(await faultsOf(page, 'organisations-alone-light-wide')).toEqual([]);

    await page.getByRole('button', { name: 'New organisation' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Kidney Clinic');
    await dialog.getByLabel('E-mail address of its administrator').fill('head@kidney.example');
    expect(await faultsOf(page, 'organisations-make-light-wide')).toEqual([]);
    await dialog.getByRole('button', { name: 'New organisation' }).click();
    const row = page.getByRole('row').filter({ hasText: 'Kidney Clinic' });
    await row.getByText('None yet: invited').waitFor();

    const choose = async (name: string, what: string) => {
      await page.getByRole('button', { name: `Actions for ${name}` }).click();
      await page.getByRole('menuitem', { name: what }).click();
    };
    await choose('Kidney Clinic', 'Rename');
    await dialog.getByLabel('Name', { exact: true }).fill('Renal Clinic');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    const renamed = page.getByRole('row').filter({ hasText: 'Renal Clinic' });
    await renamed.waitFor();

    await choose('Renal Clinic', 'Close');
    await dialog.getByLabel('Why it is closed').fill('The contract has ended');
    await dialog.getByRole('button', { name: 'Close organisation' }).click();
    await renamed.getByText('The contract has ended').waitFor();
    expect(await faultsOf(page, 'organisations-closed-light-wide')).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faultsOf(page, 'organisations-closed-dark-narrow')).toEqual([]);

    await choose('Renal Clinic', 'Open again');
    await dialog.getByRole('button', { name: 'Open again' }).click();
    await renamed.getByText('Closed', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Actions for Stroma' }).click();
    expect(await page.getByRole('menuitem', { name: 'Close' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
