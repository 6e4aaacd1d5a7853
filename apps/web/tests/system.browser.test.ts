import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launchChromium, pageOf, saved } from './browser.ts';
import { administrator, type RunningStroma, startStromaProcess } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;

beforeAll(async () => {
  // What it shows is counted of a process. Any disk holds more than that, and the mail about it finds nobody: an alert, and an error.
  const settings = { STROMA_ALERT_DISK: '0.001', STROMA_SMTP_URL: 'smtp://127.0.0.1:9' };
  [stroma, browser] = await Promise.all([
    startStromaProcess(administrator.password, settings),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

describe('Admin > System', () => {
  it('shows how the installation stands, what runs short and every setting', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Admin' }).click();
    await page.getByRole('navigation', { name: 'Admin pages' }).getByRole('link', { name: 'System' }).click();
    await page.getByText(/^The disk is \d+ % full$/).waitFor();
    for (const name of ['Processor', 'Memory', 'Disk']) await page.getByRole('meter', { name }).waitFor();
    await page.getByRole('region', { name: 'Storage' }).getByRole('cell', { name: 'Database' }).waitFor();
    // Nobody reloads: what this page asked for is among the busiest addresses the next time it asks.
    await page
      .getByRole('region', { name: 'Busiest addresses' })
      .getByText('GET /api/v1/system/state')
      .waitFor();
    expect(await faultsOf(page, 'system-now-light-1440')).toEqual([]);
    await page.getByRole('radio', { name: 'Configuration' }).click();
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('alert_disk');
    await page.getByRole('cell', { name: 'STROMA_ALERT_DISK' }).waitFor();
    await page.getByRole('radio', { name: 'Last 24 hours' }).click();
    await page.getByText('No history yet').waitFor();
    expect(complaints).toEqual([]);
  });

  it('lists what failed, shows its stack, and forgets it when it is marked as seen', async () => {
    const { page, complaints } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    await page.goto('/admin/system?view=errors');
    const errors = page.getByRole('region', { name: 'Errors' });
    await errors.getByText('MAIL_UNAVAILABLE').waitFor();
    expect(await faultsOf(page, 'system-errors-dark-390')).toEqual([]);
    const { name, text } = await saved(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
    expect(name).toBe('errors.csv');
    expect(text).toContain('MAIL_UNAVAILABLE');
    await errors.getByRole('button').first().click();
    const panel = page.getByRole('dialog');
    await panel.getByText('server/platform/mail/').first().waitFor();
    expect(await faultsOf(page, 'system-error-dark-390')).toEqual([]);
    await panel.getByRole('button', { name: 'Mark as seen' }).click();
    await panel.getByRole('button', { name: 'Mark as new' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'No new error' }).waitFor();
    await page.getByRole('radio', { name: 'All' }).click();
    await errors.getByText('MAIL_UNAVAILABLE').waitFor();
    expect(complaints).toEqual([]);
  });
});
