import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { dropFiles, faultsOf, openPage, pageOf, picture, signIn, tellStanding } from './browser.ts';
import type { RunningStroma } from './stroma-server.ts';

const at = (day: number): string => new Date(Date.UTC(2026, 5, 1 + day, 8)).toISOString().slice(0, 19);

/** Of forty patients a blood count every few days, reported two days after it was taken. */
function countsFile(): string {
  const lines = ['patient_id,taken_at,reported_at,haemoglobin,platelets'];
  for (let patient = 1; patient <= 40; patient++)
    for (let draw = 0; draw < 6; draw++) {
      const day = draw * 7 + (patient % 5);
      const haemoglobin = (130 + ((patient * 7 + draw * 3) % 25)).toFixed(1);
      lines.push([patient, at(day), at(day + 2), haemoglobin, 200 + ((patient + draw) % 90)].join(','));
    }
  return `${lines.join('\n')}\n`;
}

function diagnosesFile(): string {
  const lines = ['patient_id,seen_at,anaemic'];
  for (let patient = 1; patient <= 40; patient++)
    lines.push([patient, at(10 + (patient % 20)), patient % 3 === 0 ? 1 : 0].join(','));
  return `${lines.join('\n')}\n`;
}

async function send(page: Page, name: string, content: string): Promise<void> {
  await dropFiles(page, [{ name, content }]);
  await page.locator(`[data-upload="${name}"][data-status="succeeded"]`).waitFor();
}

/** Tried on a server that is there already: it costs more than all of this. */
export function featureStore(given: () => { stroma: RunningStroma; browser: Browser }): void {
  describe('the feature store', () => {
    it('is filled from SQL, looked up by key, and gives a training dataset of what was known', async ({
      onTestFailed,
    }) => {
      const { stroma, browser } = given();
      const { page, complaints } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
      onTestFailed(() => tellStanding(page));
      const faults: string[] = [];
      await page.goto('/data');
      await page.locator('main').waitFor();
      await send(page, 'blood_counts.csv', countsFile());
      await send(page, 'diagnoses.csv', diagnosesFile());
      await page.getByRole('link', { name: 'Models', exact: true }).click();
      await page.getByRole('link', { name: 'Features', exact: true }).click();
      await page.getByRole('heading', { name: 'No features yet' }).waitFor();
      faults.push(...(await faultsOf(page, 'features-empty')));

      await page.locator('header').getByRole('link', { name: 'New feature view' }).click();
      await page.getByLabel('Name', { exact: true }).fill('blood_counts');
      await page.getByLabel('Entity').fill('patient');
      await page.getByLabel('Description', { exact: true }).fill('Blood counts as they were reported.');
      await page.getByLabel('Counts for (days)').fill('400');
      await page.getByLabel('Datasets').selectOption({ label: 'blood_counts' });
      const editor = page.getByRole('textbox', { name: 'SQL' });
      await editor.fill('SELECT *, platelets / haemoglobin AS ratio FROM blood_count');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('Did you mean "blood_counts"?').first().waitFor();
      await editor.fill('SELECT *, platelets / haemoglobin AS ratio FROM blood_counts');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByLabel('What reported_at is').selectOption('available');
      await page.getByLabel('Unit of haemoglobin').fill('g/L');
      await page.getByText('240', { exact: true }).first().waitFor();
      faults.push(...(await faultsOf(page, 'features-definition')));
      await page.getByRole('button', { name: 'Create' }).click();

      await page.getByText('Nothing is stored yet').waitFor();
      await page.getByRole('button', { name: 'Store now' }).click();
      await page.getByText('Fresh', { exact: true }).waitFor();
      await page.getByRole('cell', { name: '0%', exact: true }).first().waitFor();
      faults.push(...(await faultsOf(page, 'features-view')));
      await page.getByRole('tab', { name: 'Look up' }).click();
      await page.getByLabel('patient_id').fill('7');
      await page.getByRole('button', { name: 'Look up' }).click();
      await page.getByText('g/L').waitFor();
      await picture(page, 'features-online');

      await page.getByRole('button', { name: 'Make training dataset' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Rows').selectOption({ label: 'diagnoses' });
      await picture(page, 'features-join');
      await dialog.getByRole('button', { name: 'Make dataset' }).click();
      await dialog.getByText('The dataset is there, with 40 rows.').waitFor();
      await dialog.getByRole('button', { name: 'Open dataset' }).click();
      await page.getByRole('heading', { name: 'diagnoses with features' }).waitFor();
      expect(faults).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it.runIf(process.env.PICTURES === '1')('stands in the dark and on narrow pages', async () => {
      const { stroma, browser } = given();
      for (const look of [
        { scheme: 'dark', width: 1440 },
        { scheme: 'light', width: 390 },
      ] as const) {
        const { page, context } = await openPage(browser, stroma.url, look);
        await signIn(page);
        await page.goto('/models/features');
        await page.getByRole('link', { name: 'blood_counts' }).waitFor();
        const name = `features-${look.scheme}-${look.width}`;
        const faults = await faultsOf(page, name);
        await page.getByRole('link', { name: 'blood_counts' }).click();
        const shown = {
          Features: 'g/L',
          Definition: 'Left out',
          'Look up': 'patient_id',
          History: 'Version 1',
        };
        for (const [tab, text] of Object.entries(shown)) {
          await page.getByRole('tab', { name: tab }).click();
          await page.getByText(text).first().waitFor({ state: 'attached' });
          await page
            .locator('main [aria-busy="true"], main .animate-pulse')
            .first()
            .waitFor({ state: 'detached' });
          faults.push(...(await faultsOf(page, `${name}-${tab.toLowerCase().replace(' ', '-')}`)));
        }
        await context.close();
        expect(faults).toEqual([]);
      }
    });
  });
}
