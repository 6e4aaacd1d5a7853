import { readFileSync } from 'node:fs';
import { createClient } from '@stroma/sdk';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsInAllLooks, faultsOf, launchChromium, openPage, pageOf, picture } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
let boardId: string;

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
  boardId = await dosesBoard();
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

/** A board of a number, a chart and a table over doses at three sites, of which two are shown. */
async function dosesBoard(): Promise<string> {
  const guest = createClient({ baseUrl: stroma.url });
  const session = await guest.identity.login({ body: administrator });
  if (session.status !== 'signed_in' || session.token === null) throw new Error('expected to be signed in');
  const client = createClient({ baseUrl: stroma.url, token: session.token });
  const rows = [
    'Berlin,2024-01-01,10',
    'Berlin,2024-02-01,12',
    'Halle,2024-01-01,20',
    'Halle,2024-02-01,26',
    'Ulm,2024-01-01,31',
  ];
  const { job_id } = await client.datasets.upload({
    query: { file_name: 'doses.csv' },
    body: `site,month,dose\n${rows.join('\n')}\n`,
    headers: { 'content-type': 'application/octet-stream' },
  });
  const job = await ended(async () => client.jobs.get({ params: { id: job_id ?? '' } }));
  const dataset_id = String(job.result?.dataset_id);
  const measure = { aggregate: 'mean', column: 'dose', as: 'mean_dose' } as const;
  const tile = (number: number, more: object) => ({
    tile_id: `til_00000000-0000-7000-8000-00000000000${number}`,
    ...more,
  });
  const built = (given: object) => ({ kind: 'built' as const, dataset_id, ...given });
  const { dashboard_id } = await client.dashboards.create({
    body: {
      name: 'Doses of 2024',
      filters: [{ label: 'Site', column: 'site', op: 'in', values: ['Berlin', 'Halle'] }],
      tiles: [
        tile(1, {
          title: 'Mean dose',
          kind: 'number',
          place: { x: 0, y: 0, w: 4, h: 4 },
          query: built({ measures: [measure] }),
          options: { unit: 'mg' },
        }),
        tile(2, {
          title: 'Dose by site',
          kind: 'bar',
          place: { x: 4, y: 0, w: 8, h: 8 },
          query: built({ dimensions: [{ column: 'site' }], measures: [measure] }),
        }),
        tile(3, {
          title: 'All doses',
          kind: 'table',
          place: { x: 0, y: 8, w: 12, h: 6 },
          query: built({ dimensions: [{ column: 'site' }, { column: 'month' }], measures: [measure] }),
        }),
        tile(4, {
          title: 'About',
          kind: 'text',
          place: { x: 0, y: 4, w: 4, h: 4 },
          options: { text: 'Given in 2024.' },
        }),
      ] as never,
    },
  });
  return dashboard_id;
}

async function ended<Job extends { status: string }>(ask: () => Promise<Job>): Promise<Job> {
  for (;;) {
    const job = await ask();
    if (job.status === 'succeeded') return job;
    if (job.status === 'failed') throw new Error(JSON.stringify(job));
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function textOf(path: string): Promise<string> {
  const loading = getDocument({ data: new Uint8Array(readFileSync(path)), verbosity: 0 });
  const document = await loading.promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join(''));
  }
  await loading.destroy();
  return pages.join('\n');
}

describe('a dashboard that leaves', () => {
  it('is exported as a PDF, shared, opened signed out, and closed again', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await page.goto(`/dashboards/${boardId}`);
    await page.getByText('17', { exact: false }).first().waitFor();

    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'PDF document' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^Doses of 2024 \d{4}-\d\d-\d\d\.pdf$/);
    const text = await textOf(await download.path());
    for (const said of ['Doses of 2024', 'site is Berlin, Halle', '17 mg', 'Given in 2024', 'Page 1 of'])
      expect(text).toContain(said);
    expect(text).not.toContain('Ulm');

    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('menuitem').first().click();
    const dialog = page.getByRole('dialog', { name: 'Share' });
    await dialog.getByLabel('Name of the link').fill('For the board');
    await dialog.getByRole('button', { name: 'Make link' }).click();
    const url = (await dialog.locator('[data-made-share]').textContent()) ?? '';
    expect(url).toContain('/shared#shl_');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.getByText('For the board').waitFor();
    expect(await faultsOf(page, 'share-dialog')).toEqual([]);

    const path = url.slice(url.indexOf('/shared'));
    const visitor = await openPage(browser, stroma.url, { scheme: 'dark', width: 390 });
    await visitor.page.goto(path);
    await visitor.page.getByRole('heading', { name: 'Doses of 2024' }).waitFor();
    await visitor.page.getByText('17', { exact: true }).waitFor();
    await visitor.page.getByRole('region', { name: 'All doses' }).getByText('Berlin').first().waitFor();
    expect(await visitor.page.getByText('Ulm').count()).toBe(0);
    expect(await faultsInAllLooks(visitor.page, 'shared')).toEqual([]);
    expect(await visitor.page.getByText('Ulm').count()).toBe(0);
    expect(visitor.complaints).toEqual([]);

    await dialog.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('dialog', { name: 'End this link?' }).getByRole('button', { name: 'End' }).click();
    await dialog.getByText('ended', { exact: true }).waitFor();
    await visitor.page.reload();
    await visitor.page.getByText('This link was ended.').waitFor();
    await picture(visitor.page, 'shared-ended');
    await visitor.context.close();
    expect(complaints).toEqual([]);
  });

  it('leaves as the organisation allows', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    await page.goto('/admin/sharing');
    await page.getByRole('checkbox', { name: /^Every link needs a password/ }).check();
    await page.getByRole('checkbox', { name: /^A link lives for a limited time/ }).check();
    await page.getByLabel('days').fill('7');
    await page.getByRole('checkbox', { name: /^Also dashboards that show health data/ }).check();
    expect(await faultsOf(page, 'sharing-policy-dark-390')).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Allow it' }).click();
    await page.getByText('The policy was saved.').waitFor();

    await page.goto(`/dashboards/${boardId}`);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('menuitem').first().click();
    const dialog = page.getByRole('dialog', { name: 'Share' });
    await dialog.getByText('your organisation asks for one').waitFor();
    expect(await dialog.getByLabel('Ends').locator('option').allTextContents()).toEqual([
      'In one day',
      'In 7 days',
    ]);
    expect(await dialog.getByLabel('Ends').inputValue()).toBe('7');
    await dialog.getByRole('button', { name: 'Make link' }).click();
    expect(await dialog.locator('[data-made-share]').count()).toBe(0);
    await dialog.getByLabel('Password', { exact: true }).fill('open for the board');
    await dialog.getByRole('button', { name: 'Make link' }).click();
    const url = (await dialog.locator('[data-made-share]').textContent()) ?? '';
    const visitor = await openPage(browser, stroma.url, { scheme: 'light', width: 1440 });
    await visitor.page.goto(url.slice(url.indexOf('/shared')));
    await visitor.page.getByLabel('Password').fill('open for the board');
    expect(await faultsOf(visitor.page, 'shared-password')).toEqual([]);
    await visitor.page.getByRole('button', { name: 'Open' }).click();
    await visitor.page.getByRole('heading', { name: 'Doses of 2024' }).waitFor();
    await visitor.context.close();

    await page.goto('/admin/sharing');
    await page.getByRole('checkbox', { name: /^Every link needs a password/ }).uncheck();
    await page.getByRole('checkbox', { name: /^A link lives for a limited time/ }).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The policy was saved.').waitFor();
  });

  it('is scheduled and watched', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await page.goto(`/dashboards/${boardId}`);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('menuitem', { name: /schedule/i }).click();
    const schedules = page.getByRole('dialog', { name: 'Schedules' });
    await schedules.getByRole('button', { name: 'Add schedule' }).click();
    await schedules.getByLabel('Name', { exact: true }).fill('Monday morning');
    expect(await faultsOf(page, 'schedule-form')).toEqual([]);
    await schedules.getByRole('button', { name: 'Save schedule' }).click();
    await schedules.getByText('Monday morning').waitFor();
    await schedules.getByRole('button', { name: 'Pause' }).click();
    await schedules.getByRole('button', { name: 'Resume' }).waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('menuitem', { name: /alert/i }).click();
    const alerts = page.getByRole('dialog', { name: 'Alerts' });
    await alerts.getByRole('button', { name: 'Add alert' }).click();
    await alerts.getByLabel('Name', { exact: true }).fill('Too much');
    await alerts.getByLabel('Value').fill('15');
    expect(await faultsOf(page, 'alert-form')).toEqual([]);
    await alerts.getByRole('button', { name: 'Save alert' }).click();
    await alerts.getByRole('button', { name: 'Look now' }).click();
    await alerts.getByText('17 is above 15').waitFor();
    await alerts.getByRole('button', { name: 'I look after it' }).click();
    await alerts.getByText('looks after it').waitFor();
    expect(await faultsOf(page, 'alerts')).toEqual([]);
  });
});
