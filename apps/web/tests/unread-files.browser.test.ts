import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dropFiles,
  faultsInAllLooks,
  type Look,
  launchChromium,
  pageOf,
  picture,
  sidewaysScroll,
} from './browser.ts';
import { type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

/** Begins as JSON does, so it is taken for JSON that was cut off; it is a table below two lines of settings. */
const plate = (reader: string) =>
  `{"device": "${reader}",\n "plate": "A1"\nwell;dose_mg\n1;2,5\n2;3,5\n3;4,5\n`;

async function dropUnreadable(page: Page, name: string): Promise<void> {
  await page.goto('/data');
  await page.locator('main').waitFor();
  await dropFiles(page, [{ name, content: plate(name) }]);
  await page.locator(`[data-upload="${name}"][data-status="failed"]`).waitFor({ timeout: 60_000 });
}

async function readAs(page: Page, name: string, format: string): Promise<void> {
  await page.getByRole('button', { name: `Read again with other decisions: ${name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('the file ends inside a value').waitFor();
  expect(await dialog.getByRole('button', { name: 'Read again' }).isDisabled()).toBe(true);
  await dialog.getByRole('combobox', { name: 'Format' }).selectOption(format);
  await dialog.getByRole('button', { name: 'Read again' }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('a file that could not be read', () => {
  it('is read in its row with another decision, and is a dataset', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await dropUnreadable(page, 'plate.csv');
    expect(await page.getByRole('heading', { name: 'Files that could not be read' }).count()).toBe(0);
    await readAs(page, 'plate.csv', 'csv');
    const row = page.locator('[data-upload="plate.csv"]');
    await row.and(page.locator('[data-status="succeeded"]')).waitFor({ timeout: 60_000 });
    await row.getByRole('link', { name: 'Open' }).click();
    await page.getByRole('tab', { name: 'Preview' }).waitFor();
    await page.getByRole('columnheader', { name: 'dose_mg' }).waitFor();
    await page.getByRole('tab', { name: 'Decisions' }).click();
    await page.locator('[data-decision="format"]').getByText('Set by you').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is found after the page was left, and read again or removed there', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await dropUnreadable(page, 'kept.csv');
    await dropUnreadable(page, 'unwanted.csv');
    await page.reload();
    const kept = page.locator('[data-unread="kept.csv"]');
    await kept.getByText('the file ends inside a value').waitFor();
    const download = page.waitForEvent('download');
    await kept.getByRole('button', { name: 'Download kept.csv as it was sent' }).click();
    expect((await download).suggestedFilename()).toBe('kept.csv');

    await readAs(page, 'kept.csv', 'parquet');
    await kept.getByText('parquet', { exact: false }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Read again with other decisions: kept.csv' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('combobox', { name: 'Format' }).inputValue()).toBe('parquet');
    expect(await dialog.getByRole('combobox').count()).toBe(1);
    await dialog.getByRole('combobox', { name: 'Format' }).selectOption('csv');
    await dialog.getByRole('spinbutton', { name: 'Lines before the table' }).fill('2');
    await dialog.getByRole('combobox', { name: 'Delimiter' }).selectOption(';');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    const row = page.locator('[data-upload="kept.csv"][data-status="succeeded"]');
    await row.waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'kept', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Remove unwanted.csv' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.locator('[data-unread="unwanted.csv"]').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'kept', exact: true }).waitFor();
    expect(await page.getByRole('heading', { name: 'Files that could not be read' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is read again from its failed job', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 390 });
    await dropUnreadable(page, 'job.csv');
    await page.goto('/jobs');
    const failed = page.locator('[data-job]').filter({ hasText: 'Reading job.csv' });
    await failed.waitFor();
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
    await picture(page, 'unread-job-light-390');
    await failed.getByRole('button', { name: 'Read again with other decisions' }).click();
    const dialog = page.getByRole('dialog', { name: 'Read job.csv again' });
    await dialog.getByRole('combobox', { name: 'Format' }).selectOption('csv');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    const again = page.locator('[data-job]').filter({ hasText: 'Reading again job.csv' });
    await again.getByRole('link', { name: 'Open the dataset' }).waitFor({ timeout: 60_000 });
    await failed.getByRole('button', { name: 'Read again with other decisions' }).click();
    await page.getByText('This file was read since, or is removed.').first().waitFor();
  });

  it('can be read by everyone, narrow and wide, in light and dark', async () => {
    const narrow: Look = { scheme: 'light', width: 390 };
    const { page } = await pageOf(browser, stroma, narrow);
    await dropUnreadable(page, 'read-by-all.csv');
    await picture(page, 'unread-dropped-light-390');
    await page.reload();
    await page.locator('[data-unread="read-by-all.csv"]').waitFor();
    expect(await faultsInAllLooks(page, 'unread-list')).toEqual([]);
    await page.getByRole('button', { name: 'Read again with other decisions: read-by-all.csv' }).click();
    await page.getByRole('dialog').getByText('the file ends inside a value').waitFor();
    expect(await faultsInAllLooks(page, 'unread-dialog')).toEqual([]);
  });
});
