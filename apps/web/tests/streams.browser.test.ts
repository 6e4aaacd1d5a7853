import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launchChromium, pageOf, saved } from './browser.ts';
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

const events = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    happened: new Date(Date.UTC(2026, 0, 1, 8, 0, n * 7)).toISOString(),
    patient: `P-${100 + (n % 3)}`,
    celsius: 36.4 + (n % 9) / 10,
    beats: 62 + (n % 20),
  }));

/** As a page of Stroma itself sends: by the cookie of who is signed in. */
const send = (page: Page, topic: string, rows: object[]) =>
  page.evaluate(
    async ([name, body]) =>
      (
        await fetch(`/api/v1/streams/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: body ?? '',
        })
      ).status,
    [topic, JSON.stringify(rows)],
  );

describe('a topic', () => {
  it('is made by hand, shows what is sent to it, counts it in a window, and lands in its dataset', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    await page.goto('/data');
    await page.getByRole('link', { name: 'Streams' }).click();
    await page.getByRole('heading', { name: 'No topic yet' }).waitFor();
    expect(await faultsOf(page, 'streams-empty')).toEqual([]);
    await page.getByRole('button', { name: 'New topic' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name', { exact: true }).fill('vitals-ward-3');
    expect(await faultsOf(page, 'stream-new')).toEqual([]);
    await form.getByRole('button', { name: 'Make topic' }).click();
    await page.getByRole('heading', { name: 'vitals-ward-3' }).waitFor();
    await page.getByText('No event has arrived yet').waitFor();
    await page.getByRole('button', { name: 'New window' }).click();
    const window = page.getByRole('dialog');
    await window.getByLabel('Name', { exact: true }).fill('By the minute');
    await window.getByRole('button', { name: 'Make window' }).click();
    await page.getByText('By the minute').waitFor();
    expect(await send(page, 'vitals-ward-3', events(40))).toBe(201);
    const newest = page.getByRole('region', { name: 'Newest events' });
    await newest.getByRole('cell', { name: 'P-100' }).first().waitFor();
    await page.getByRole('region', { name: 'By the minute' }).getByText('closed').first().waitFor();
    expect(await faultsOf(page, 'stream')).toEqual([]);
    const csv = await saved(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
    expect(csv.name).toBe('vitals-ward-3-events.csv');
    expect(csv.text.split('\r\n').slice(0, 2)).toEqual([
      'happened,patient,celsius,beats,event_offset,received_at',
      expect.stringMatching(/^2026-01-01T08:00:00.000Z,P-100,36.4,62,0,/),
    ]);
    const lines = await saved(page, () => page.getByRole('button', { name: 'Export NDJSON' }).click());
    expect(JSON.parse(lines.text.split('\n')[39] ?? '')).toMatchObject({
      patient: 'P-100',
      event_offset: 39,
    });
    await page.getByRole('button', { name: 'Land now' }).click();
    await page.getByText('Everything that had arrived is in the dataset.').waitFor();
    await page.getByRole('link', { name: 'Open dataset' }).click();
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.getByRole('columnheader', { name: 'celsius' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('stands in the dark and on a telephone, and goes with a confirmation', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    await page.goto('/data/streams');
    await page.getByRole('link', { name: 'vitals-ward-3' }).click();
    await page
      .getByRole('region', { name: 'Newest events' })
      .getByRole('cell', { name: 'P-100' })
      .first()
      .waitFor();
    expect(await faultsOf(page, 'stream-dark-narrow')).toEqual([]);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Change topic' }).click();
    const form = page.getByRole('dialog', { name: 'Change topic' });
    await form.getByLabel('Keep for hours').fill('24');
    await form.getByLabel('Events that do not fit').selectOption('skip');
    await form.getByLabel('Columns to add').fill('oxygen number !');
    await form.getByText('Line 1').waitFor();
    await form.getByLabel('Columns to add').fill('oxygen number');
    expect(await faultsOf(page, 'stream-edit-dark-narrow')).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('24 hours, ').waitFor();
    await page.getByRole('region', { name: 'Columns' }).getByRole('cell', { name: 'oxygen' }).waitFor();
    expect(await send(page, 'vitals-ward-3', [{ ...events(1)[0], oxygen: 97 }])).toBe(201);
    await page
      .getByRole('region', { name: 'Newest events' })
      .getByRole('cell', { name: '97', exact: true })
      .waitFor();

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete topic' }).click();
    const confirmation = page.getByRole('dialog');
    const remove = confirmation.getByRole('button', { name: 'Delete topic' });
    expect(await remove.isEnabled()).toBe(false);
    await confirmation.getByLabel('Type vitals-ward-3 to delete it').fill('vitals-ward-3');
    await remove.click();
    await page.getByRole('heading', { name: 'No topic yet' }).waitFor();
  });
});
