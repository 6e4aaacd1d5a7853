import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropFiles, launchChromium, openPage, pageOf, picture } from './browser.ts';
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

/** A hundred doses in order, and one line with a cell too many. */
function untidyFile(): string {
  const lines = Array.from(
    { length: 100 },
    (_, at) => `${at + 1};${(at * 0.25).toFixed(2).replace('.', ',')};plate ${at % 4}`,
  );
  return [
    'exported by the reader',
    '',
    'well;dose_mg;plate',
    ...lines,
    '101;3,5;plate 1;stray;cells',
    '',
  ].join('\n');
}

async function addFile(page: Page, name: string, content: string): Promise<void> {
  await page.goto('/data');
  await page.locator('main').waitFor();
  await dropFiles(page, [{ name, content }]);
  await page.locator(`[data-upload="${name}"][data-status="succeeded"]`).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Open', exact: true }).click();
  await page.getByRole('tab', { name: 'Preview' }).waitFor();
}

describe('how a file was read', () => {
  it('shows what did not fit, and reads the file again as told', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await addFile(page, 'doses.csv', untidyFile());
    await page.getByRole('tab', { name: 'Rejects' }).click();
    await page.getByText('stray').waitFor();
    await picture(page, 'rejects-found');

    await page.getByRole('tab', { name: 'Decisions' }).click();
    const delimiter = page.locator('[data-decision="delimiter"]');
    await delimiter.waitFor();
    expect(await delimiter.getByRole('combobox').inputValue()).toBe(';');
    expect(await page.locator('[data-decision="decimal"]').getByRole('combobox').inputValue()).toBe(',');
    const type = page.locator('[data-column-type="plate"]').getByRole('combobox');
    expect(await type.inputValue()).toBe('text');
    await page.locator('[data-column-type="well"]').getByRole('combobox').selectOption('text');
    await page.getByText('1 change').waitFor();
    await picture(page, 'decisions-changed');
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByText('Version 2 is ready.').first().waitFor({ timeout: 60_000 });

    await page.locator('[data-column-type="well"]').getByText('Set by you').waitFor();
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByText('Version 1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).and(page.locator(':enabled')).click();
    await page.getByText('You are looking at version 1.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('deletes a dataset and brings it back', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await addFile(page, 'shortlived.csv', 'a,b\n1,2\n3,4\n');
    await page.goto('/data');
    await page.getByRole('button', { name: 'Actions for shortlived' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('link', { name: 'shortlived' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'shortlived' }).waitFor();
  });

  it('says why a file could not be read', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await page.goto('/data');
    await page.locator('main').waitFor();
    await dropFiles(page, [{ name: 'empty.csv', content: '' }]);
    await page.locator('[data-upload="empty.csv"]').getByRole('alert').waitFor({ timeout: 60_000 });
  });
});

describe('the keyboard alone', () => {
  it('signs in, adds a file, asks and reads the answer', async () => {
    const { page, context } = await openPage(browser, stroma.url, { scheme: 'light', width: 1440 });
    await page.goto('/');
    await page.getByLabel('E-mail address').waitFor();
    await page.keyboard.type(administrator.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(administrator.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Areas' }).waitFor();

    await page.keyboard.press('Tab');
    expect(await focusedText(page)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');

    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.type('upload');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({
      name: 'weights.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('sex,weight\nf,61.5\nm,78.25\nf,64.5\nm,81.75\n'),
    });
    await page.locator('[data-upload="weights.csv"][data-status="succeeded"]').waitFor({ timeout: 60_000 });

    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('ask a question');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Question', exact: true }).waitFor();
    await tabTo(page, 'Question');
    await page.keyboard.type('average weight by sex');
    await page.keyboard.press('Enter');
    await page.getByRole('gridcell', { name: '80' }).waitFor();
    expect(await page.getByRole('gridcell', { name: '63' }).count()).toBe(1);

    await tabTo(page, 'Provenance');
    expect(await outlineOfFocus(page)).toBe('solid');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Provenance' });
    await dialog.getByRole('button', { name: /weights\.csv\s*raw file/ }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Provenance'));
    await context.close();
  });
});

const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');

const outlineOfFocus = (page: Page) =>
  page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);

/** Presses Tab until the control of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    const focused = await page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    );
    if (focused.trim() === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Expected to reach "${name}" with the Tab key`);
}
