import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, dropFiles, launchChromium, pageOf, picture } from './browser.ts';
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

/** A sensor that drifts, with a week's pattern, a jump and one slip of the decimal point. */
function sensorFile(): string {
  const lines = ['seen_on,ward,reading_mv,load_pct'];
  const wobble = (at: number) => ((Math.sin(at * 12.9898) * 43758.5453) % 1) - 0.5;
  for (let day = 0; day < 400; day++) {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    const week = [0, 1, 2, 1, 0, -2, -2][day % 7] ?? 0;
    const reading = 20 + 0.05 * day + week + wobble(day);
    const load = day === 200 ? 510 : 50 + (day >= 260 ? 4 : 0) + wobble(day + 5000);
    lines.push([date, `ward ${day % 3}`, reading.toFixed(3), load.toFixed(3)].join(','));
  }
  return lines.join('\n');
}

async function openInsights(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Insights' }).click();
}

describe('insights of a dataset', () => {
  it('are looked for, read with their numbers and queries, and taken along', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await page.goto('/data');
    await page.locator('main').waitFor();
    await dropFiles(page, [{ name: 'sensor.csv', content: sensorFile() }]);
    await page.locator('[data-upload="sensor.csv"][data-status="succeeded"]').waitFor();
    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await openInsights(page);
    await page.getByText('Let the data speak').waitFor();
    await picture(page, 'insights-empty');
    await page.getByRole('button', { name: 'Look for insights' }).click();

    const trend = page.getByRole('article', { name: /mean of reading_mv rises/ });
    await trend.getByText(/Sen's slope/).waitFor();
    await trend.getByText('Chart', { exact: true }).click();
    await trend.locator('svg.marks').waitFor();
    const slip = page.getByRole('article', { name: /load_pct holds 1 value/ });
    await slip.getByText('1 row', { exact: true }).click();
    await slip.getByRole('cell', { name: '510', exact: true }).waitFor();
    await page.getByRole('heading', { name: 'What to do' }).waitFor();
    await picture(page, 'insights-found');
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Export findings' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Findings as CSV' }).click(),
    ]);
    const csv = await readFile(await file.path(), 'utf8');
    expect(csv).toMatch(/^finding_id,group,kind/);
    expect(csv).toContain('load_pct holds 1 value');

    await page.getByLabel('Measure').selectOption('load_pct');
    await page.getByRole('button', { name: 'Look again' }).and(page.locator(':enabled')).waitFor();
    await slip.getByText('Query behind it').click();
    await slip.getByRole('link', { name: 'Run it' }).click();
    await page.waitForURL(/\/ask\?/);
    await page.getByText('510').first().waitFor();
    expect(complaints).toEqual([]);
  });
});
