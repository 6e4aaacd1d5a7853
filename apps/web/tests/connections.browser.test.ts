import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, launchChromium, pageOf } from './browser.ts';
import { type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
let api: Server;

/** Readings of a freezer, two pages of them. */
const readings = Array.from({ length: 12 }, (_, index) => ({
  id: index + 1,
  freezer: index % 2 === 0 ? 'F-80-1' : 'F-80-2',
  celsius: -80 + (index % 5) / 2,
  read_at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
}));

beforeAll(async () => {
  api = createServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1);
    const known = request.url?.startsWith('/v1/readings') ?? false;
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: known ? readings.slice((page - 1) * 6, page * 6) : [] }));
  }).listen(0, '127.0.0.1');
  [stroma, browser] = await Promise.all([
    startStroma(undefined, { STROMA_OUTGOING_PRIVATE: '127.0.0.1' }),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
  api.closeAllConnections();
  api.close();
});

describe('a connection', () => {
  it('is made by hand with a wrong address explained, browsed, imported, and is a dataset', async () => {
    const { page, complaints } = await pageOf(browser, stroma, {
      scheme: 'light',
      width: 1440,
    });
    const address = `http://127.0.0.1:${(api.address() as AddressInfo).port}/v1`;
    await page.goto('/data');
    await page.getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('heading', { name: 'No connection yet' }).waitFor();
    expect(await faultsOf(page, 'connections-empty')).toEqual([]);
    await page.getByRole('button', { name: 'Add a connection' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name', { exact: true }).fill('Freezers');
    await form.getByLabel('Kind of source').selectOption('http_json');
    await form.getByLabel('Address').fill(`${address}/nothing`);
    await form.getByLabel('JSON pointer to the rows').fill('/data');
    await form.getByLabel('Pages', { exact: true }).selectOption('page');
    await form.getByLabel('Parameter of the page', { exact: true }).fill('page');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').getByText('has nothing at this address (404)').waitFor();
    expect(await faultsOf(page, 'connection-refused')).toEqual([]);
    await form.getByLabel('Address').fill(`${address}/readings`);
    await form.getByRole('button', { name: 'Test' }).click();
    await form.getByText('The source was reached').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Freezers' }).waitFor();
    await page.getByRole('list', { name: 'Tables' }).getByRole('button', { name: 'readings' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('columnheader', { name: 'celsius' }).waitFor();
    await preview.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('New rows').click();
    await dialog.getByLabel('Column that tells what is new').selectOption('id');
    await dialog.getByLabel('Again').selectOption('daily');
    expect(await faultsOf(page, 'connection-import')).toEqual([]);
    await dialog.getByRole('button', { name: 'Start the import' }).click();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('Imported', { exact: true }).waitFor({ timeout: 90_000 });
    expect(await faultsOf(page, 'connection')).toEqual([]);
    await history.getByRole('link', { name: 'Open the dataset' }).click();
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.getByRole('columnheader', { name: 'freezer' }).waitFor();
    await page.getByText('12 rows').first().waitFor();
    expect(complaints.filter((each) => !each.includes('404') && !each.includes('422'))).toEqual([]);
  });

  it('stands in the dark and on a telephone, and goes with a confirmation', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    await page.goto('/data/connections');
    await page.getByRole('link', { name: 'Freezers' }).waitFor();
    expect(await faultsOf(page, 'connections-dark-narrow')).toEqual([]);
    await page.getByRole('link', { name: 'Freezers' }).click();
    await page.getByRole('region', { name: 'History' }).getByText('Imported', { exact: true }).waitFor();
    expect(await faultsOf(page, 'connection-dark-narrow')).toEqual([]);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete the connection' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the connection' }).click();
    await page.getByRole('heading', { name: 'No connection yet' }).waitFor();
  });
});
