import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launchChromium, openPage, signIn } from './browser.ts';
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
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1440,
    });
    await signIn(page);
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
    await page.getByRole('button', { name: 'Land now' }).click();
    await page.getByText('Everything that had arrived is in the dataset.').waitFor();
    await page.getByRole('link', { name: 'Open dataset' }).click();
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.getByRole('columnheader', { name: 'celsius' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('stands in the dark and on a telephone, and goes with a confirmation', async () => {
    const { page, context } = await openPage(browser, stroma.url, { scheme: 'dark', width: 390 });
    await signIn(page);
    await page.goto('/data/streams');
    await page.getByRole('link', { name: 'vitals-ward-3' }).click();
    await page
      .getByRole('region', { name: 'Newest events' })
      .getByRole('cell', { name: 'P-100' })
      .first()
      .waitFor();
    expect(await faultsOf(page, 'stream-dark-narrow')).toEqual([]);
    await page.getByRole('button', { name: 'Delete topic' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete topic' }).click();
    await page.getByRole('heading', { name: 'No topic yet' }).waitFor();
    await context.close();
  });
});
