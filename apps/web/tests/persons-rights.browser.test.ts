import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  dropFiles,
  faultsInAllLooks,
  faultsOf,
  type Look,
  launchChromium,
  pageOf,
  saved,
} from './browser.ts';
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

const wide: Look = { scheme: 'light', width: 1440 };
const narrow: Look = { scheme: 'dark', width: 390 };
const visits = [
  'patient_id,name,email,glucose,note',
  'P-1001,Ada Lovelace,ada@lovelace.example,5.1,well',
  'P-1002,Grace Hopper,grace@hopper.example,6.2,called by Ada Lovelace',
  'P-1003,Alan Turing,alan@turing.example,7.3,well',
  'P-1004,Rosalind Franklin,rosalind@franklin.example,4.9,well',
].join('\n');

const dialog = (page: Page) => page.getByRole('dialog');

it('takes a request from the letter to the certificate', { timeout: 240_000 }, async () => {
  const { page, complaints } = await pageOf(browser, stroma, wide);
  await page.goto('/data');
  await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
  await dropFiles(page, [{ name: 'visits.csv', content: visits }]);
  await page.getByRole('link', { name: 'visits', exact: true }).waitFor();

  await page.goto('/admin/privacy');
  await page.getByText('No request yet').waitFor();
  expect(await faultsOf(page, 'privacy-requests-empty-light-wide')).toEqual([]);
  await page.getByRole('button', { name: 'Enter a request' }).click();
  await dialog(page).getByLabel('Kind').selectOption('Erasure');
  await dialog(page).getByLabel('Person', { exact: true }).fill('Ada Lovelace');
  await dialog(page).getByLabel('Where the answer goes').fill('1 St James Square, London');
  await dialog(page).getByLabel('Look for the person by').fill('ada@lovelace.example\nAda Lovelace\nP-1001');
  expect(await faultsOf(page, 'privacy-receive-light-wide')).toEqual([]);
  await dialog(page).getByRole('button', { name: 'Enter a request' }).click();

  await page.getByRole('heading', { name: 'Erasure of Ada Lovelace' }).waitFor();
  await page.getByRole('button', { name: 'Verify identity' }).click();
  await dialog(page).getByLabel('How').fill('Passport seen at the desk');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Passport seen at the desk (').waitFor();
  await page.getByRole('button', { name: 'Look for the person' }).click();
  await page.getByRole('cell', { name: '1 of 4' }).first().waitFor();
  const packed = await saved(page, () => page.getByRole('link', { name: 'JSON' }).click());
  expect(JSON.parse(packed.text)).toMatchObject({ subject: 'Ada Lovelace' });
  expect(packed.text).not.toContain('hopper');

  await page.getByLabel('What becomes of it: visits').selectOption('Remove the rows');
  expect(await faultsOf(page, 'privacy-plan-light-wide')).toEqual([]);
  await page.getByRole('button', { name: 'Erase …' }).click();
  await dialog(page).getByLabel('Password or code').fill('not the password');
  await dialog(page).getByRole('button', { name: 'Erase for good' }).click();
  await dialog(page).getByRole('alert').waitFor();
  await dialog(page).getByLabel('Password or code').fill(administrator.password);
  await dialog(page).getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('Searched anew: nothing was found but what is kept.').waitFor({ timeout: 120_000 });
  await page.getByText('Signature valid').waitFor();
  expect(await faultsOf(page, 'privacy-certificate-light-wide')).toEqual([]);
  const pdf = await saved(page, () => page.getByRole('link', { name: 'Print (PDF)' }).click());
  expect(pdf.text).toMatch(/^%PDF-/);

  await page.getByRole('button', { name: 'Close', exact: true }).first().click();
  await dialog(page).getByLabel('What was told').fill('Told by letter.');
  await dialog(page).getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('heading', { name: 'Erasure of somebody who was erased' }).waitFor();
  // The first try with a wrong password is an error of the browser's too.
  expect(complaints.filter((each) => !each.includes('401'))).toEqual([]);
});

it('records a consent, finds it by its person, and withdraws it', { timeout: 120_000 }, async () => {
  const { page, complaints } = await pageOf(browser, stroma, wide);
  await page.goto('/admin/privacy/consents');
  await page.getByText('No consent yet').waitFor();
  await page.getByRole('button', { name: 'Record a consent' }).click();
  await dialog(page).getByLabel('Person', { exact: true }).fill('Grace Hopper');
  await dialog(page).getByLabel('Purposes').fill('Research on glucose\nNewsletter');
  await dialog(page)
    .getByLabel('What the person was shown')
    .fill('We would like to use your values for research.');
  await dialog(page).getByLabel('Version of the wording').fill('2026-03');
  await dialog(page).getByRole('button', { name: 'Record a consent' }).click();
  await page.getByRole('cell', { name: 'Newsletter' }).waitFor();
  await page.getByRole('searchbox').fill('grace hopper');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page
    .getByRole('row', { name: /Newsletter/ })
    .getByRole('button', { name: 'Withdraw' })
    .click();
  await dialog(page).getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText('Withdrawn', { exact: true }).waitFor();
  const csv = await saved(page, () => page.getByRole('link', { name: 'Export as CSV' }).click());
  expect(csv.text).toContain('Grace Hopper,Newsletter,2026-03');
  expect(complaints).toEqual([]);
});

it('finds a person without a request', { timeout: 120_000 }, async () => {
  const { page, complaints } = await pageOf(browser, stroma, wide);
  await page.goto('/admin/privacy/find');
  await page.getByLabel('Look for the person by').fill('GRACE  hopper');
  await page.getByRole('button', { name: 'Look for the person' }).click();
  await page.getByRole('cell', { name: '1 of 3' }).waitFor();
  await page.getByText('2, 1 in force').waitFor();
  expect(await faultsOf(page, 'privacy-found-light-wide')).toEqual([]);
  expect(complaints).toEqual([]);
});

it('can be read by everybody and fits, narrow and wide, in light and dark', async () => {
  const { page } = await pageOf(browser, stroma, narrow);
  for (const [name, path, text] of [
    ['requests', '/admin/privacy', 'Requests of persons'],
    ['consents', '/admin/privacy/consents', 'Research on glucose'],
    ['find', '/admin/privacy/find', 'Find a person'],
  ] as const) {
    await page.goto(path);
    await page.getByText(text).last().waitFor();
    expect(await faultsInAllLooks(page, `privacy-${name}`)).toEqual([]);
  }
  await page.goto('/admin/privacy');
  await page.getByRole('link', { name: 'Erased', exact: true }).click();
  await page.getByText('Signature valid').waitFor();
  expect(await faultsInAllLooks(page, 'privacy-closed')).toEqual([]);
});
